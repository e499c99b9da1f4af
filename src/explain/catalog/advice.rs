//! What to do, a sentence each. What is to be pasted stands beside it and comes from `paste`.

super::texts! {
    /// A sentence of advice.
    Advice {
        // Policies.
        AddStatement "Add this statement to a policy of {role}."
            / "{role}のポリシーにこのステートメントを追加してください。";
        AddStatementToGroupRole "Add this statement to a policy of the group's role ({role}), not of the pool's authenticated role."
            / "プールの認証済みロールではなく、グループのロール({role})のポリシーにこのステートメントを追加してください。";
        ChooseRoleFromToken "Let the identity pool choose the role from the token (role mapping of type Token), or give the permission to {role}."
            / "ID プールがトークンからロールを選ぶように設定する(Token 型のロールマッピング)か、{role}に許可を与えてください。";
        CorrectAction "Replace {other_action} by {action} in the policy."
            / "ポリシーの{other_action}を{action}に置き換えてください。";
        CorrectResource "Let Resource in the statement cover this resource."
            / "ステートメントの Resource がこのリソースを含むようにしてください。";
        IndexResource "Name table and indexes as Resource."
            / "Resource にテーブルとインデックスの両方を指定してください。";
        ListBucket "Allow listing on the bucket's own ARN."
            / "バケット自身の ARN に対して一覧を許可してください。";
        SubscribeTopicFilter "Allow iot:Subscribe on topicfilter/ and iot:Receive on topic/ in the IoT policy and in the role."
            / "IoT ポリシーとロールで、topicfilter/ に対する iot:Subscribe と topic/ に対する iot:Receive を許可してください。";
        LeadingKeysStatement "Give each identity its own items with this statement, and use the identity id as the whole partition key."
            / "このステートメントで ID ごとの項目に限定し、ID をそのままパーティションキー全体として使ってください。";
        UseIdentityId "Use the identity id in key and path, not the sub of the user pool."
            / "キーやパスには、ユーザープールの sub ではなく ID プールの ID を使ってください。";
        AllowInResourcePolicy "Allow the caller in the resource's policy, or widen its condition (aws:SourceIp, aws:SourceVpce)."
            / "リソースのポリシーで呼び出し元を許可するか、条件(aws:SourceIp、aws:SourceVpce)を広げてください。";
        DeployPolicy "Deploy a REST API after changing its resource policy; it takes effect only then."
            / "REST API のリソースポリシーを変更した後はデプロイしてください。それまで反映されません。";
        WidenBoundary "Add this statement to the permissions boundary of {role}, and see that its policies allow it too."
            / "{role}のアクセス許可の境界にこのステートメントを追加し、ポリシーでも許可されていることを確認してください。";
        AskOrganization "Ask the administrators of the AWS organization to exempt {action} from the policy, or use a region or model that it allows."
            / "AWS 組織の管理者に、ポリシーから{action}を除外するよう依頼するか、許可されたリージョンやモデルを使ってください。";
        ExemptCognito "Exempt the public operations of Cognito from the resource control policy, because browsers call them without a signature."
            / "ブラウザは署名なしで呼び出すため、Cognito の公開操作をリソースコントロールポリシーから除外してください。";
        WidenSessionPolicy "Add this statement to the session policy (classicFlow.policy), or give none."
            / "セッションポリシー(classicFlow.policy)にこのステートメントを追加するか、ポリシーを渡さないでください。";
        RemoveDeny "Remove the Deny statement that matches, or exempt this caller in its Condition."
            / "一致している Deny ステートメントを削除するか、Condition でこの呼び出し元を除外してください。";
        OpenVpcEndpoint "Allow the call in the policy of the VPC endpoint, or give the endpoint the default policy."
            / "VPC エンドポイントのポリシーでこの呼び出しを許可するか、既定のポリシーに戻してください。";
        AllowKms "Add this statement to a policy of {role}, with the ARN of the key."
            / "{role}のポリシーに、キーの ARN を入れてこのステートメントを追加してください。";
        AllowInKeyPolicy "Let the key's policy allow the role too, or delegate to IAM."
            / "キーポリシーでもロールを許可するか、IAM に委任してください。";
        AttachIotPolicy "Attach an IoT policy to the identity, in the backend after sign-in."
            / "サインイン後にバックエンドで、ID に IoT ポリシーをアタッチしてください。";
        GiveKeyAction "Give the key this action and resource, and see its expiry and referers; or sign the request in place of the key."
            / "キーにこのアクションとリソースを追加し、有効期限とリファラーを確認してください。またはキーの代わりに署名を使ってください。";

        // Guests and sign-in.
        SignInFirst "Make this call as a signed-in user: {service} is open to them if their role allows it."
            / "サインイン済みユーザーとして呼び出してください。ロールが許可していれば、{service}を使えます。";
        ApiInFront "Or put an API that guests may call (API Gateway, AppSync, a Lambda function URL) in front, and let its role call {service}."
            / "または、ゲストが呼び出せる API(API Gateway、AppSync、Lambda 関数 URL)を前段に置き、そのロールで{service}を呼び出してください。";
        UseClassicFlow "Or switch the pool's basic (classic) flow on and use it; guests are not limited there, only by the role."
            / "または、プールの基本(クラシック)フローを有効にして使ってください。その場合ゲストはロールだけで制限されます。";
        EnableClassicFlow "Switch the basic (classic) flow on in the identity pool."
            / "ID プールで基本(クラシック)フローを有効にしてください。";
        UseEnhancedFlow "Use the enhanced flow: leave the option classicFlow out."
            / "拡張フローを使ってください。classicFlow オプションを外します。";
        AssumeExpectedRole "Let the identity pool hand out {expected_role}: as its authenticated role, by a role mapping, or by the option roleArn."
            / "ID プールが{expected_role}を渡すようにしてください(認証済みロール、ロールマッピング、または roleArn オプション)。";
        PassLogins "Hand the login to the client after sign-in, so that it gets new credentials."
            / "サインイン後にログインをクライアントに渡し、新しい認証情報を取得させてください。";

        // S3 and OpenSearch Serverless.
        AllowAcl "Allow s3:PutObjectAcl, or do not send x-amz-acl."
            / "s3:PutObjectAcl を許可するか、x-amz-acl を送らないでください。";
        CheckObjectKey "Check the object's key. With s3:ListBucket, S3 answers 404 for objects that do not exist."
            / "オブジェクトのキーを確認してください。s3:ListBucket があれば、存在しないオブジェクトには 404 が返ります。";
        AossHeaders "Send and sign x-amz-content-sha256, and do not sign content-length."
            / "x-amz-content-sha256 を送って署名し、content-length には署名しないでください。";
        AossDataAccess "Name the role in a data access policy of the collection."
            / "コレクションのデータアクセスポリシーにロールを指定してください。";
        RegionalHost "Call the bucket's regional host and sign for its region."
            / "バケットのリージョン別ホストを呼び出し、そのリージョンで署名してください。";
        PresignAgain "Presign a new URL when it is needed, with a longer expiresSeconds if need be."
            / "必要なときに新しい署名付き URL を作成し、必要なら expiresSeconds を長くしてください。";
        PresignFresh "Presign right before use, with fresh credentials; for links that live longer let a server presign with its own role."
            / "使う直前に新しい認証情報で署名してください。長く有効なリンクはサーバーが自身のロールで署名します。";
        SignEveryHeader "Sign every x-amz-* header that is sent, or do not send it."
            / "送信するすべての x-amz-* ヘッダーに署名するか、送らないでください。";

        // Clock and credentials.
        CorrectClock "Set the device's clock, or sign with the server's time: sigfetch learns it from Cognito's answers and from this one."
            / "端末の時計を合わせるか、サーバーの時刻で署名してください。sigfetch は Cognito の応答やこの応答から学習します。";
        ExposeRefusals "Let API Gateway's own refusals be read: add these gateway responses and deploy."
            / "API Gateway 自身の拒否応答を読めるように、このゲートウェイレスポンスを追加してデプロイしてください。";
        ConfigureCors "Where CORS is a setting (an HTTP API, a function URL, an S3 bucket), set it."
            / "CORS が設定項目である場合(HTTP API、関数 URL、S3 バケット)は、設定してください。";
        AnswerWithCors "Let the function or backend put the header on every answer of its own."
            / "関数またはバックエンドのすべての応答にこのヘッダーを付けてください。";
        ForgetOffset "Forget the learnt offset (create a new client), and learn none from answers with an Age header."
            / "学習した補正値を破棄し(新しいクライアントを作成)、Age ヘッダー付きの応答からは学習しないでください。";
        SignBeforeSending "Sign right before sending, each attempt anew; upload large bodies in parts (S3 multipart upload)."
            / "送信の直前に、再試行のたびに署名し直してください。大きな本文は分割してアップロードします(S3 マルチパート)。";
        RefreshCredentials "Get new credentials before the old ones expire, and sign again. sigfetch does so by itself; keep no copy of credentials()."
            / "期限が切れる前に新しい認証情報を取得し、署名し直してください。sigfetch は自動で行います。credentials() の結果を保持しないでください。";
        SendSessionToken "Send the session token of the same set of credentials with the request."
            / "同じ認証情報一式のセッショントークンをリクエストと一緒に送ってください。";
        CheckAccessKey "Use another set of credentials, and see in IAM whether this key exists and is active."
            / "別の認証情報を使い、このキーが存在し有効かを IAM で確認してください。";
        EnableRegion "Enable the region for the account, or use one that is enabled."
            / "アカウントでリージョンを有効にするか、有効なリージョンを使ってください。";
        RegionalSts "Get the credentials from the regional STS endpoint."
            / "リージョン別の STS エンドポイントから認証情報を取得してください。";
        TrimAccessKey "Trim the access key id."
            / "アクセスキー ID の前後の空白を取り除いてください。";
        WriteAuthorization "Write the header as AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..., without its own name; or let sigfetch sign."
            / "ヘッダーは名前を繰り返さず、AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=... の形式で書いてください。または sigfetch に署名させてください。";

        // Scope and signature.
        DeclareEndpoint "Say service and region of this host, which cannot be read from it."
            / "ホスト名からは分からないサービスとリージョンを指定してください。";
        SignForRegion "Sign for the region of the resource, and send to its host."
            / "リソースのリージョンで署名し、そのホストへ送信してください。";
        SignForService "Sign for the service that the message names."
            / "メッセージにあるサービスとして署名してください。";
        SignWithV4a "Sign with SigV4a (in the AWS SDK: @aws-sdk/signature-v4a), or call a regional endpoint."
            / "SigV4a で署名する(AWS SDK では @aws-sdk/signature-v4a)か、リージョン別エンドポイントを呼び出してください。";
        EncodeQuery "Encode the query by RFC 3986 on both sides: spaces as %20, each of !'()* too, names sorted."
            / "クエリは両側で RFC 3986 に従ってエンコードしてください。空白は %20、!'()* もエンコードし、名前順に並べます。";
        SignSentBytes "Hash exactly the bytes that are sent: serialize once, then sign and send the same text. GET has no body."
            / "送信するバイト列そのものをハッシュしてください。一度だけシリアライズし、同じ文字列に署名して送信します。GET には本文を付けません。";
        SignSentPath "Sign the path as it goes over the wire, each segment encoded once more (except for S3), with its stage and without the host."
            / "実際に送信されるパスに署名してください。各セグメントをもう一度エンコードし(S3 以外)、ステージを含め、ホストは含めません。";
        SignSentContentType "Set Content-Type yourself, sign that value, and let nothing rewrite it; for forms, leave it out of the signature."
            / "Content-Type を自分で設定してその値に署名し、書き換えられないようにしてください。フォームでは署名対象から外します。";
        SignForOrigin "Send to AWS's own host, or sign for the host that AWS sees."
            / "AWS のホストに直接送るか、AWS から見えるホストで署名してください。";
        UseSignedMethod "Use the method that was signed, or sign for the one that is used."
            / "署名したメソッドを使うか、使うメソッドで署名してください。";
        SignFewerHeaders "Sign only host, content-type and x-amz-*, so that what proxies change is not part of the signature."
            / "host、content-type、x-amz-* だけに署名し、プロキシが変えるものを署名対象から外してください。";
        SendBodyHash "Send the hex SHA-256 of the body in x-amz-content-sha256 with PUT and POST, spelled exactly so."
            / "PUT と POST では、本文の SHA-256(16 進)を x-amz-content-sha256 という正確な名前のヘッダーで送ってください。";
        SendSignedHeaders "Send every signed header unchanged, or do not sign it."
            / "署名したヘッダーは変更せずにすべて送るか、署名対象から外してください。";
        SignHost "Sign host; update the signer."
            / "host に署名してください。署名ライブラリを更新してください。";
        UseOneSet "Use access key, secret key and session token of one and the same set."
            / "同じ一式のアクセスキー、シークレットキー、セッショントークンを使ってください。";

        // API Gateway, WAF, CloudFront.
        CorrectRoute "Call a method and path that the deployed stage has: stage first, no slash too many or too few."
            / "デプロイ済みステージにあるメソッドとパスを呼び出してください。先頭はステージで、スラッシュの過不足に注意してください。";
        DeployApi "Deploy the API to the stage."
            / "API をステージにデプロイしてください。";
        AddStage "Put the stage's name in front of the path."
            / "パスの先頭にステージ名を付けてください。";
        MapDomain "Map the custom domain to API and stage, with the same endpoint type."
            / "カスタムドメインを、同じエンドポイントタイプで API とステージにマッピングしてください。";
        UseOtherEndpoint "Call the API's custom domain, or a private API from inside its VPC; or enable the default endpoint."
            / "API のカスタムドメイン、または VPC 内からプライベート API を呼び出してください。または既定のエンドポイントを有効にしてください。";
        AddToUsagePlan "Send the key in x-api-key, and put key and stage into one usage plan."
            / "キーを x-api-key で送り、キーとステージを同じ使用量プランに入れてください。";
        WafException "Set that rule to Count, narrow it, or raise the body limit of the web ACL; for larger bodies upload to S3."
            / "該当ルールを Count にするか範囲を絞るか、ウェブ ACL の本文サイズ上限を上げてください。大きな本文は S3 へアップロードします。";
        SignRequest "Sign the request."
            / "リクエストに署名してください。";
        UseAuthorizer "Or give the method an authorizer that takes this token, and deploy."
            / "または、このトークンを受け付けるオーソライザーをメソッドに設定してデプロイしてください。";
        SendIdToken "Send the user's ID token in Authorization, with plain fetch; or change the method's authorization to AWS_IAM and deploy."
            / "通常の fetch でユーザーの ID トークンを Authorization に入れて送るか、メソッドの認可を AWS_IAM に変えてデプロイしてください。";
        AuthorizerWildcard "Let the authorizer return a policy for all methods that the caller may use, or turn its cache off."
            / "オーソライザーが、呼び出し元に許可するすべてのメソッドのポリシーを返すようにするか、キャッシュを無効にしてください。";
        UsePost "Use the method and path of the operation; Invoke of Lambda is a POST."
            / "操作のメソッドとパスを使ってください。Lambda の Invoke は POST です。";
        SmallerBody "Send less, or upload to S3 with a presigned URL."
            / "本文を小さくするか、署名付き URL で S3 にアップロードしてください。";
        BackOff "Wait longer each time before trying again, and share one client (one call of createClient) over the whole page."
            / "再試行の間隔を徐々に長くし、ページ全体で 1 つのクライアント(createClient は 1 回)を共有してください。";
        RaiseQuota "Raise the quota of the usage plan, or wait for the next period."
            / "使用量プランのクォータを上げるか、次の期間まで待ってください。";
        SeeLogs "Look into the logs of the function or backend for this request id, and test it without the API."
            / "このリクエスト ID について関数やバックエンドのログを確認し、API を介さずにテストしてください。";
        WaitAndReport "Try again later; if it stays, give AWS support the request id."
            / "しばらくしてから再試行し、続く場合はリクエスト ID を添えて AWS サポートに連絡してください。";
        DropGetBody "Send no body with GET, or use POST."
            / "GET に本文を付けないか、POST を使ってください。";
        ForwardWithoutHost "Use the origin request policy AllViewerExceptHostHeader, or give API Gateway a custom domain of the same name."
            / "オリジンリクエストポリシー AllViewerExceptHostHeader を使うか、API Gateway に同じ名前のカスタムドメインを設定してください。";
        CheckUrl "Check the URL, and what stands between the page and AWS."
            / "URL と、ページと AWS の間にあるものを確認してください。";

        // The identity pool.
        UseRightPool "Use the id of the identity pool that lists this provider."
            / "このプロバイダーが登録されている ID プールの ID を使ってください。";
        AttachProvider "Add the provider, with the token's aud as client id, to the identity pool."
            / "トークンの aud をクライアント ID として、プロバイダーを ID プールに追加してください。";
        CorrectLoginKey "Use the token's iss without https:// as key."
            / "トークンの iss から https:// を除いたものをキーにしてください。";
        SendIdTokenLogin "Give the ID token, not the access token."
            / "アクセストークンではなく ID トークンを渡してください。";
        RefreshLogin "Refresh the login token before it expires: give logins a function that returns a fresh one. A SAML user has to sign in again."
            / "期限が切れる前にログイントークンを更新してください。logins には新しいトークンを返す関数を渡します。SAML の場合は再サインインが必要です。";
        CheckToken "Send the token exactly as the provider issued it, whole and signed with RS256."
            / "プロバイダーが発行したトークンを、欠けのない RS256 署名のまま送ってください。";
        SkipGetId "Give identity id and token together, as your backend got them."
            / "バックエンドが取得した ID とトークンを一緒に渡してください。";
        EnableGuests "Switch guest access on in the identity pool, with a role for guests."
            / "ID プールでゲストアクセスを有効にし、ゲスト用のロールを設定してください。";
        SendLoginsWithGetId "Or give logins, so that the first call of Cognito already has the login."
            / "または logins を渡し、最初の Cognito 呼び出しからログインを送ってください。";
        ForgetIdentity "Throw the kept identity id away when a user signs out or another signs in."
            / "サインアウト時や別のユーザーのサインイン時に、保持している ID を破棄してください。";
        SendLoginAgain "Send the login along with the identity id every time."
            / "ID と一緒に、毎回ログインを送ってください。";
        SetTrustPolicy "Set this trust policy on the role."
            / "ロールにこの信頼ポリシーを設定してください。";
        SetPoolRoles "Set the roles of the identity pool."
            / "ID プールのロールを設定してください。";
        FixRoleMapping "Add a rule that matches, put the user into one group with a role, or use the default role in ambiguous cases."
            / "一致するルールを追加するか、ロールを持つグループにユーザーを入れるか、曖昧な場合に既定のロールを使うようにしてください。";
        UseIdentityPoolId "Give the identity pool's id; the console shows it under Identity pools."
            / "ID プールの ID を指定してください。コンソールの「ID プール」に表示されます。";
        UnlinkLogin "Sign in as the identity that the login belongs to (GetId with this login finds it), or unlink it there."
            / "ログインが属する ID としてサインインする(このログインで GetId を呼ぶと分かります)か、そこでリンクを解除してください。";

        // AppSync.
        AllowGraphql "Add this statement to a policy of {role}; use fields, not resolvers, and the API's id, which is not in the host name."
            / "{role}のポリシーにこのステートメントを追加してください。resolvers ではなく fields を使い、API の ID(ホスト名とは別)を指定します。";
        AddIamMode "Add AWS_IAM to the authorization modes of the API."
            / "API の認可モードに AWS_IAM を追加してください。";
        MarkField "Mark field and type for IAM in the schema."
            / "スキーマでフィールドと型に IAM の指定を付けてください。";
        AddCustomRole "With Amplify, name the role in amplify/backend/api/API/custom-roles.json and push."
            / "Amplify では、amplify/backend/api/API/custom-roles.json にロール名を追加して push してください。";
        SendAuthorization "Send the Authorization header; over a WebSocket, all signed headers in the header object of connect."
            / "Authorization ヘッダーを送ってください。WebSocket では、署名したすべてのヘッダーを接続時の header オブジェクトに入れます。";
        RenewApiKey "Create a new API key and deploy it; or use IAM, which does not expire."
            / "新しい API キーを作成して配布するか、期限のない IAM を使ってください。";
        AllowDataSource "Give the role of the data source this permission, or correct the resource's name in the resolver."
            / "データソースのロールにこの権限を与えるか、リゾルバーのリソース名を修正してください。";
        SeeResolverLogs "Switch the API's field-level logs on and look at the resolver."
            / "API のフィールドレベルログを有効にし、リゾルバーを確認してください。";
        SendQuery "POST a JSON body with query."
            / "query を含む JSON を POST してください。";

        // The browser.
        OpenOptions "Let OPTIONS answer without authorization."
            / "OPTIONS に認可なしで応答させてください。";
        ClearCorsCache "Clear CloudFront's cache afterwards, and deploy."
            / "その後 CloudFront のキャッシュを消去し、デプロイしてください。";
        AllowHeaders "Allow these headers in the API's CORS settings."
            / "API の CORS 設定でこれらのヘッダーを許可してください。";
        DropHeaders "Or do not send the header; sigfetch adds no more than three."
            / "またはそのヘッダーを送らないでください。sigfetch が追加するのは最大 3 つです。";
        ReadNetworkPanel "Read status and body of the answer in the network panel, and explain those."
            / "ネットワークパネルで応答のステータスと本文を読み、それを explain に渡してください。";
        CheckConnection "Check connection, host name, Content-Security-Policy (connect-src) and content blockers."
            / "接続、ホスト名、Content-Security-Policy(connect-src)、コンテンツブロッカーを確認してください。";

        // What would decide it.
        AskWhoami "Call whoami(): which role and account does it name?"
            / "whoami() を呼び、どのロールとアカウントが返るか確認してください。";
        AskPolicies "Look at the policies, permissions boundary and trust policy of that role, and at conditions in them (aws:Referer, aws:SourceIp)."
            / "そのロールのポリシー、アクセス許可の境界、信頼ポリシーと、その条件(aws:Referer、aws:SourceIp)を確認してください。";
        AskRequest "Look at method, URL and headers of the request in the network panel, and compare them with a call that succeeds."
            / "ネットワークパネルでリクエストのメソッド、URL、ヘッダーを確認し、成功する呼び出しと比べてください。";
        AskStage "Look at the deployed stage: its resources, methods, authorization and the access log of this request id."
            / "デプロイ済みステージのリソース、メソッド、認可、およびこのリクエスト ID のアクセスログを確認してください。";
        AskPool "Look at the identity pool in the console: providers, roles, guest access; and at iss, aud and token_use of the token."
            / "コンソールで ID プールのプロバイダー、ロール、ゲストアクセスを、そしてトークンの iss、aud、token_use を確認してください。";
        AskApi "Look at the API's authorization modes, the directives of the field, and the API's logs."
            / "API の認可モード、フィールドのディレクティブ、API のログを確認してください。";
    }
}
