//! Names of the pieces of evidence.

super::texts! {
    /// What a piece of evidence is.
    Label {
        Status "HTTP status" / "HTTP ステータス";
        ErrorName "error name" / "エラー名";
        Message "message" / "メッセージ";
        Thrown "what was thrown" / "送出されたエラー";
        PageSaw "what the page saw" / "ページから見えたもの";
        RequestId "request id" / "リクエスト ID";
        Service "service" / "サービス";
        Host "host" / "ホスト";
        Route "method and path" / "メソッドとパス";
        Region "region" / "リージョン";
        Role "role" / "ロール";
        IsGuest "guest credentials" / "ゲストの認証情報";
        Action "action" / "アクション";
        Resource "resource" / "リソース";
        Policy "policy that denies" / "拒否したポリシー";
        IdentityPool "identity pool" / "ID プール";
        IdentityId "identity id" / "ID プールの ID(identity id)";
        LoginsKey "key in logins" / "logins のキー";
        Issuer "token: iss" / "トークンの iss";
        TokenUse "token: token_use" / "トークンの token_use";
        Groups "token: cognito:groups" / "トークンの cognito:groups";
        SignedTime "time of the signature" / "署名の時刻";
        ServerTime "time of the server" / "サーバーの時刻";
        ClockOffset "clock offset in seconds" / "時計の補正値(秒)";
        CredentialsAge "age of the credentials in minutes" / "認証情報の経過時間(分)";
        Scope "signed scope" / "署名のスコープ";
        SignedHeaders "signed headers" / "署名したヘッダー";
        Difference "first difference from AWS's canonical request" / "AWS の正規リクエストとの最初の違い";
        Body "body" / "本文";
    }
}
