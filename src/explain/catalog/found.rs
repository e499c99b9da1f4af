//! What the steps of an examination find. `{value}` is what was measured or asked.

super::texts! {
    /// What a step has found.
    Found {
        OptionsValid "the options are valid"
            / "オプションに問題はありません";
        HostAnswers "{value} answers"
            / "{value} から応答がありました";
        HostSilent "{value} does not answer"
            / "{value} から応答がありません";
        IdentityGiven "the identity pool has given an identity"
            / "ID プールから ID が発行されました";
        ClockRight "the device's clock is {value} s off"
            / "端末の時計のずれは {value} 秒です";
        ClockCorrected "the device's clock is {value} s off; requests are signed with the server's time"
            / "端末の時計が {value} 秒ずれています。リクエストはサーバーの時刻で署名されます";
        SignedFor "signed for {value}"
            / "署名の対象: {value}";
        RefusalsReadable "the page can read refusals"
            / "ページは拒否の内容を読めます";
        RefusalsHidden "refusals have no CORS headers, or the preflight is refused: the page cannot read why"
            / "拒否に CORS ヘッダーがないか、プリフライトが拒否されています。ページは理由を読めません";
        PreflightRefused "the preflight of a signed request is refused"
            / "署名付きリクエストのプリフライトが拒否されています";
        RoleNotAssumed "no role was assumed: there are no credentials"
            / "ロールが引き受けられていません。認証情報がありません";
        OtherRole "another role was assumed: {role}, not {expected_role}"
            / "別のロールが引き受けられています: {expected_role}ではなく{role}です";
        RoleLacksGraphql "credentials and role are right; {role} lacks appsync:GraphQL on what was asked for"
            / "認証情報とロールは正しく、{role}に要求した対象への appsync:GraphQL がありません";
    }
}
