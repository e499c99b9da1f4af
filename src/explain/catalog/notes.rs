//! Sentences that follow a cause's explanation where the case has something special.

super::texts! {
    /// A sentence about this case.
    Note {
        NoReasonGiven "The service does not say which policy decided."
            / "サービスは、どのポリシーで判定されたかを返していません。";
        SomeActionsOpen "Cognito's list has some actions of {service} by now; which one was called is not in the evidence."
            / "現在の Cognito の一覧には {service}の一部のアクションが含まれますが、どのアクションが呼ばれたかは情報にありません。";
        ListMayDiffer "{service} is not on the list as AWS documents it."
            / "{service}は AWS が公開している一覧に含まれていません。";
        PresignedByServer "The URL was presigned by a server, so the role in question is the server's."
            / "URL はサーバーが署名したものなので、対象はサーバーのロールです。";
        LoginNotSent "The app has logins, but none was sent with this call."
            / "アプリはログインを持っていますが、この呼び出しでは送られていません。";
        GroupTrust "For a member of a group it is the group's role that needs this trust policy."
            / "グループのメンバーの場合、この信頼ポリシーが必要なのはグループのロールです。";
        StageOnly "The URL ends with the stage; what is behind it, be it only a slash, is missing."
            / "URL がステージで終わっています。その後ろ(スラッシュだけでも)が不足しています。";
        IndexOfTable "The resource is an index: a policy on the table does not cover .../index/*."
            / "リソースはインデックスです。テーブルに対するポリシーは .../index/* を含みません。";
        BucketItself "Listing needs s3:ListBucket on the bucket's own ARN, not on its objects."
            / "一覧には、オブジェクトではなくバケット自身の ARN に対する s3:ListBucket が必要です。";
        TopicFilter "iot:Subscribe needs topicfilter/*, which topic/* does not cover."
            / "iot:Subscribe には topicfilter/* が必要で、topic/* では足りません。";
        FunctionUrlActions "A function URL needs lambda:InvokeFunctionUrl and lambda:InvokeFunction."
            / "関数 URL には lambda:InvokeFunctionUrl と lambda:InvokeFunction の両方が必要です。";
        HttpApiSaysNothing "An HTTP API answers Forbidden to every failure of IAM authorization and gives no reason."
            / "HTTP API は、IAM 認可のどの失敗に対しても理由なしで Forbidden を返します。";
        FirstDifference "First difference: {difference}."
            / "最初の違い: {difference}。";
        PlusForSpace "A space was signed as a plus sign (URLSearchParams writes it so); AWS reads it as %20."
            / "空白が + として署名されています(URLSearchParams の形式)。AWS は %20 として扱います。";
        DoubleEncoding "Percent signs were encoded twice on one side."
            / "片方で % が二重にエンコードされています。";
        NotEncoded "A character that has to be percent-encoded was signed as it is."
            / "パーセントエンコードが必要な文字が、そのまま署名されています。";
        OtherOrder "The parameters are the same in another order."
            / "パラメーターは同じですが、順序が異なります。";
        CharsetAdded "A character set was added to the content type after signing."
            / "署名後に Content-Type へ文字セットが追加されています。";
        Boundary "A form's content type has a boundary that only the browser knows when it sends."
            / "フォームの Content-Type には、送信時にブラウザだけが知る boundary が含まれます。";
        EmptyBodyHashed "What was signed is the hash of an empty body."
            / "署名されたのは空の本文のハッシュです。";
        BodyLost "A body was signed, and none arrived."
            / "本文ありで署名されましたが、本文が届いていません。";
        EmptyObjectHashed "What was signed is the hash of an empty JSON object."
            / "署名されたのは空の JSON オブジェクトのハッシュです。";
        PathIsUrl "What was signed as path has a whole URL in it."
            / "パスとして署名されたものに URL 全体が含まれています。";
        RequestsAgree "The two canonical requests agree."
            / "2 つの正規リクエストは一致しています。";
        ScopeServiceToo "AWS also wants the scope's service corrected, as the message says."
            / "メッセージのとおり、スコープのサービス名も修正が必要です。";
        DataSourceRole "The role in the message, {role}, is AppSync's for its data source, not the caller's."
            / "メッセージにある{role}は呼び出し元のものではなく、AppSync のデータソース用ロールです。";
        UnknownHeaders "Beside what a page sends anyway, SDKs add headers that few preflights allow (amz-sdk-*, x-amz-user-agent, x-amz-content-sha256)."
            / "SDK は、多くのプリフライトで許可されないヘッダー(amz-sdk-*、x-amz-user-agent、x-amz-content-sha256)を追加します。";
        AnswersWithoutCors "The host answers a request without credentials, so it is there."
            / "認証情報なしのリクエストには応答があるため、ホストは存在します。";
    }
}
