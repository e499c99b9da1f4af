//! The causes: id, where AWS documents it, title, why, and what tells it apart from others that give the same answer.
//! Ids are those of the project's collection of real failures and are part of the public interface.

use super::Text;

macro_rules! causes {
    ($($variant:ident $id:literal $docs:expr, {
        title $title_en:literal / $title_ja:literal;
        why $why_en:literal / $why_ja:literal;
        $(tell $tell_en:literal / $tell_ja:literal;)?
    })+) => {
        /// What may be wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::explain) enum CauseId { $($variant,)+ }

        impl CauseId {
            pub(in crate::explain) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub(in crate::explain) fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            pub(in crate::explain) fn docs(self) -> &'static str {
                match self { $(Self::$variant => $docs,)+ }
            }

            pub(in crate::explain) fn title(self) -> Text {
                match self { $(Self::$variant => Text { en: $title_en, ja: $title_ja },)+ }
            }

            pub(in crate::explain) fn why(self) -> Text {
                match self { $(Self::$variant => Text { en: $why_en, ja: $why_ja },)+ }
            }

            /// The question or check that tells this cause apart; none where the answer itself proves it.
            pub(in crate::explain) fn tell(self) -> Option<Text> {
                let text = match self { $(Self::$variant => Text { en: concat!($($tell_en)?), ja: concat!($($tell_ja)?) },)+ };
                (!text.en.is_empty()).then_some(text)
            }
        }
    };
}

const API_AUTHORIZER: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html";
const API_CORS: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html";
const API_CUSTOM_DOMAIN: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html";
const API_DEPLOY: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html";
const API_GATEWAY_RESPONSES: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html";
const API_IAM: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html";
const API_INVOKE: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html";
const API_LIMITS: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";
const API_RESOURCE_POLICY: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html";
const API_USAGE_PLAN: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html";
const APPSYNC_AUTH: &str = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html";
const CLOUDFRONT_403: &str =
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-403-permission-denied.html";
const COGNITO_EXTERNAL: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/external-identity-providers.html";
const COGNITO_FLOW: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html";
const COGNITO_RBAC: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html";
const COGNITO_ROLES: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html";
const COGNITO_USER_POOL: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html";
const DYNAMODB_CONDITIONS: &str =
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html";
const IAM_DENIED: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html";
const IAM_POLICIES: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html";
const MDN_CORS: &str = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors";
const S3_DENIED: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html";
const S3_ERRORS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";
const S3_PRESIGNED: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html";
const SIGV4_CREATE: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html";
const SIGV4_TROUBLE: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html";
const TEMPORARY: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html";

causes! {
    // IAM and what stands around it.
    GuestScopeDown "guest-scope-down" COGNITO_ROLES, {
        title "Guests may not use {service}"
            / "ゲストは{service}を使えません";
        why "The credentials are a guest's from the enhanced flow. Cognito limits those to a fixed list of services, and {action} is not on it. What {role} allows does not matter."
            / "この認証情報は拡張フローのゲストのものです。Cognito はゲストを決まったサービスの一覧に制限しており、{action}はその一覧にありません。{role}が何を許可していても結果は変わりません。";
        tell "Make the same call as a signed-in user whose role allows it: if that succeeds, this is the cause."
            / "同じ呼び出しを、許可を持つロールのサインイン済みユーザーで試してください。成功すればこれが原因です。";
    }
    GuestCredentialsWhileSignedIn "guest-credentials-while-signed-in" COGNITO_FLOW, {
        title "The call was made with guest credentials although a user is signed in"
            / "ユーザーはサインイン済みなのに、ゲストの認証情報で呼び出されました";
        why "The app has a login, but the credentials of this call belong to {role}, which is for guests. The login did not reach the identity pool."
            / "アプリはログインを持っていますが、この呼び出しの認証情報はゲスト用の{role}のものです。ログインが ID プールに渡っていません。";
        tell "Call whoami() after signing in: it still names the guest role."
            / "サインイン後に whoami() を呼んでください。まだゲスト用のロール名が返ります。";
    }
    GroupRoleLacksAction "group-role-lacks-action" COGNITO_RBAC, {
        title "The role of the user's group does not allow {action}"
            / "ユーザーのグループのロールが{action}を許可していません";
        why "For members of a user pool group, the group's role takes the place of the identity pool's authenticated role; it does not add to it. {role} is what counts, so a permission in the authenticated role has no effect."
            / "ユーザープールのグループのメンバーには、ID プールの認証済みロールの代わりにグループのロールが使われます(追加ではありません)。効くのは{role}なので、認証済みロールに許可を足しても効果がありません。";
        tell "Look at cognito:groups and cognito:preferred_role in the ID token, and at the role that whoami() names. A user without a group succeeds."
            / "ID トークンの cognito:groups と cognito:preferred_role、そして whoami() が返すロールを確認してください。グループに属さないユーザーなら成功します。";
    }
    RoleFromTokenOff "role-from-token-off" COGNITO_RBAC, {
        title "The identity pool does not take the role from the token"
            / "ID プールがトークンのロールを使っていません";
        why "The token prefers the role of the user's group, and the session has {role}: the pool hands out its default role to everybody. What the group's role allows does not matter."
            / "トークンはユーザーのグループのロールを指定していますが、セッションは{role}です。プールは全員に既定のロールを渡しており、グループのロールの許可は使われません。";
        tell "Look at the role selection of the pool's identity provider: it has to be the role with preferred_role in tokens."
            / "プールの ID プロバイダーのロール選択を確認してください。「トークンの preferred_role」である必要があります。";
    }
    RoleNotAssumed "role-not-assumed" COGNITO_RBAC, {
        title "The session does not have {expected_role}"
            / "セッションのロールが{expected_role}ではありません";
        why "The credentials are those of {role}, or there are none: what {expected_role} allows does not count."
            / "認証情報は{role}のものであるか、発行されていません。{expected_role}の許可は使われません。";
        tell "Call whoami(): it names the role of the session."
            / "whoami() を呼ぶと、セッションのロールがわかります。";
    }
    RoleLacksAction "role-lacks-action" IAM_DENIED, {
        title "{role} does not allow {action}"
            / "{role}が{action}を許可していません";
        why "No policy of {role} allows {action} on {resource}."
            / "{role}のどのポリシーも、{resource}に対する{action}を許可していません。";
        tell "Look for {action} in the policies of {role}. If it is there, compare its Resource and Condition with the call."
            / "{role}のポリシーに{action}があるか確認してください。ある場合は Resource と Condition をこの呼び出しと比べてください。";
    }
    WrongActionName "wrong-action-name" IAM_DENIED, {
        title "The policy allows an action of nearly the same name"
            / "ポリシーが、よく似た名前の別のアクションを許可しています";
        why "What is needed is {action}. Policies often have {other_action} in its place, which is another action."
            / "必要なのは{action}です。ポリシーには代わりに{other_action}と書かれていることが多く、これは別のアクションです。";
        tell "Search the policies of {role} for the exact text {action}."
            / "{role}のポリシーで{action}という文字列そのものを検索してください。";
    }
    ResourceArnMismatch "resource-arn-mismatch" IAM_DENIED, {
        title "The action is allowed, but not on {resource}"
            / "アクションは許可されていますが、{resource}に対してではありません";
        why "A policy allows {action} on an ARN that does not cover {resource}: another region, account or stage, a missing wildcard, a path parameter in braces, objects in place of the bucket, or a table without its indexes."
            / "{action}を許可するポリシーはありますが、その ARN が{resource}を含みません。別のリージョン・アカウント・ステージ、ワイルドカードの不足、波かっこ付きのパスパラメーター、バケットではなくオブジェクト、インデックスを含まないテーブルなどです。";
        tell "Compare the Resource of that statement with {resource}, character by character."
            / "そのステートメントの Resource を{resource}と一文字ずつ比べてください。";
    }
    LeadingKeys "leading-keys" DYNAMODB_CONDITIONS, {
        title "The partition key is not the caller's identity id"
            / "パーティションキーが呼び出し元の ID と一致していません";
        why "A policy with dynamodb:LeadingKeys and StringEquals allows only items whose whole partition key is the identity id {identity}. A prefix, a suffix or another id is refused."
            / "dynamodb:LeadingKeys と StringEquals を使うポリシーは、パーティションキー全体が {identity} である項目だけを許可します。前後に文字を付けたものや別の ID は拒否されます。";
        tell "Print the partition key that is sent beside identityId(): they have to be equal."
            / "送信しているパーティションキーと identityId() を並べて出力してください。完全に一致する必要があります。";
    }
    UserSubInsteadOfIdentityId "user-sub-instead-of-identity-id" COGNITO_ROLES, {
        title "The user pool's sub was used where the policy wants the identity id"
            / "ポリシーは ID プールの ID を要求していますが、ユーザープールの sub が使われています";
        why "The policy variable cognito-identity.amazonaws.com:sub is the identity id ({identity}), not the sub of the user pool's token."
            / "ポリシー変数 cognito-identity.amazonaws.com:sub は ID プールの ID({identity})であり、ユーザープールのトークンの sub ではありません。";
        tell "Call identityId() and compare it with the id in the key or path."
            / "identityId() を呼び、キーやパスにある ID と比べてください。";
    }
    ResourcePolicyDeny "resource-policy-deny" API_RESOURCE_POLICY, {
        title "The resource's own policy refuses the caller"
            / "リソース側のポリシーが呼び出し元を拒否しています";
        why "{resource} has a policy of its own, and it does not let this caller in: by source IP address, VPC, account or principal. The caller's role cannot change that."
            / "{resource}には独自のポリシーがあり、送信元 IP アドレス、VPC、アカウント、プリンシパルなどの条件でこの呼び出し元を通しません。呼び出し元のロールでは変えられません。";
        tell "Look at the resource policy and its conditions. Does the same call succeed from another network?"
            / "リソースポリシーとその条件を確認してください。別のネットワークからなら同じ呼び出しは成功しますか。";
    }
    PermissionsBoundary "permissions-boundary" "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html", {
        title "The permissions boundary of {role} does not allow {action}"
            / "{role}のアクセス許可の境界が{action}を許可していません";
        why "A permissions boundary limits {role} to what the boundary allows, whatever its policies say."
            / "アクセス許可の境界は、ポリシーの内容にかかわらず、{role}が使える範囲を制限します。";
        tell "See in IAM whether {role} has a permissions boundary, and whether it allows {action}."
            / "IAM で{role}にアクセス許可の境界があるか、それが{action}を許可しているかを確認してください。";
    }
    Scp "scp" "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html", {
        title "The organization's service control policy denies {action}"
            / "組織のサービスコントロールポリシーが{action}を拒否しています";
        why "A service control policy of the AWS organization applies to the whole account, often by region. No policy in the account can lift it."
            / "AWS 組織のサービスコントロールポリシーはアカウント全体に適用され、多くはリージョンを制限します。アカウント内のポリシーでは解除できません。";
        tell "Does the call succeed with the same role in another region or account? Ask the administrators of the organization."
            / "同じロールで別のリージョンやアカウントなら成功しますか。組織の管理者に確認してください。";
    }
    Rcp "rcp" "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html", {
        title "The organization's resource control policy denies {action}"
            / "組織のリソースコントロールポリシーが{action}を拒否しています";
        why "A resource control policy refuses principals outside the organization. Calls of Cognito from a browser are not signed, so they count as anonymous and outside."
            / "リソースコントロールポリシーが組織外のプリンシパルを拒否しています。ブラウザから Cognito への呼び出しは署名されないため、匿名かつ組織外として扱われます。";
    }
    SessionPolicy "session-policy" IAM_POLICIES, {
        title "A session policy does not allow {action}"
            / "セッションポリシーが{action}を許可していません";
        why "The session was opened with a policy of its own, which narrows what {role} may do. It does not allow {action}."
            / "このセッションは独自のポリシー付きで開始されており、それが{role}の権限を狭めています。そのポリシーは{action}を許可していません。";
        tell "Is a policy given to AssumeRole (classicFlow.policy)? For a guest of the enhanced flow, Cognito adds one."
            / "AssumeRole(classicFlow.policy)にポリシーを渡していますか。拡張フローのゲストには Cognito が追加します。";
    }
    ExplicitDeny "explicit-deny" IAM_DENIED, {
        title "A Deny statement forbids {action}"
            / "Deny ステートメントが{action}を禁止しています";
        why "A statement with Effect Deny matches this call. No Allow overrules a Deny."
            / "Effect が Deny のステートメントがこの呼び出しに一致しています。Allow では Deny を上書きできません。";
        tell "Search the policies of {role}, and of the resource, for Deny statements and their conditions."
            / "{role}とリソースのポリシーで、Deny ステートメントとその条件を探してください。";
    }
    VpcEndpointPolicy "vpc-endpoint-policy" "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-vpc-endpoint-policies.html", {
        title "The policy of the VPC endpoint is in the way"
            / "VPC エンドポイントのポリシーが妨げています";
        why "The call goes through a VPC endpoint with a policy of its own. With such a policy, API Gateway reads every Authorization header as SigV4, even of methods without an authorizer."
            / "この呼び出しは独自のポリシーを持つ VPC エンドポイントを通っています。そのようなポリシーがあると、API Gateway はオーソライザーのないメソッドでも Authorization ヘッダーを SigV4 として解釈します。";
        tell "Does the API belong to a VPC, and does the endpoint have a policy other than the default?"
            / "API は VPC 内のものですか。エンドポイントに既定以外のポリシーがありますか。";
    }
    Kms "kms" "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html", {
        title "{role} may use the resource but not its KMS key"
            / "{role}はリソースを使えますが、その KMS キーを使えません";
        why "The resource is encrypted with a KMS key. Reading needs kms:Decrypt and writing kms:GenerateDataKey on that key, in the role's policy and in the key's."
            / "リソースは KMS キーで暗号化されています。読み取りには kms:Decrypt、書き込みには kms:GenerateDataKey が、ロールのポリシーとキーポリシーの両方で必要です。";
        tell "Look at the default encryption of the bucket or table: is it a KMS key of your own?"
            / "バケットやテーブルの既定の暗号化を確認してください。カスタマー管理の KMS キーですか。";
    }
    IotPolicyNotAttached "iot-policy-not-attached" "https://docs.aws.amazon.com/iot/latest/developerguide/cognito-identities.html", {
        title "No IoT policy is attached to the identity"
            / "ID に IoT ポリシーがアタッチされていません";
        why "A signed-in identity needs an IoT policy attached to its identity id ({identity}), besides what {role} allows. A user who signs up again has a new identity id and no policy."
            / "サインイン済みの ID には、{role}の許可とは別に、ID({identity})へ IoT ポリシーをアタッチする必要があります。再登録したユーザーは新しい ID になり、ポリシーを失います。";
        tell "Run aws iot list-attached-policies for the identity id. Guests need no IoT policy: does the call succeed as a guest?"
            / "その ID に対して aws iot list-attached-policies を実行してください。ゲストには IoT ポリシーは不要です。ゲストなら成功しますか。";
    }
    ApiKeyDenied "api-key-denied" "https://docs.aws.amazon.com/location/latest/developerguide/using-apikeys.html", {
        title "The API key does not allow this"
            / "API キーがこの操作を許可していません";
        why "When an API key is sent, the key decides and IAM permissions do not count. The key lacks the action or the resource, or has expired, or is limited to other pages."
            / "API キーを送ると、IAM の権限ではなくキーの設定で判定されます。キーにアクションやリソースがないか、期限切れか、別のページに限定されています。";
        tell "Make the call without the key, signed: if that succeeds, it is the key."
            / "キーを付けずに署名付きで呼び出してください。成功すればキーが原因です。";
    }
    UnsignedRequest "unsigned-request" API_IAM, {
        title "The request was not signed"
            / "リクエストが署名されていません";
        why "The request reached AWS without a signature, and what was called wants one."
            / "リクエストは署名なしで AWS に届きましたが、呼び出し先は署名を要求しています。";
        tell "Look for an Authorization header that begins with AWS4-HMAC-SHA256 in the network panel."
            / "ネットワークパネルで、AWS4-HMAC-SHA256 で始まる Authorization ヘッダーがあるか確認してください。";
    }

    // S3 and OpenSearch Serverless.
    S3AclHeader "s3-acl-header" S3_DENIED, {
        title "Setting an ACL is not allowed"
            / "ACL の設定が許可されていません";
        why "The request sends x-amz-acl, for which s3:PutObjectAcl is needed besides s3:PutObject. A bucket with Block Public Access or without ACLs refuses public ones in any case."
            / "リクエストは x-amz-acl を送っています。これには s3:PutObject に加えて s3:PutObjectAcl が必要です。パブリックアクセスのブロックや ACL 無効のバケットでは、公開 ACL は常に拒否されます。";
        tell "Send the same request without x-amz-acl: if it succeeds, this is the cause."
            / "x-amz-acl なしで同じリクエストを送ってください。成功すればこれが原因です。";
    }
    S3MissingObject "s3-missing-object" S3_DENIED, {
        title "The object may not exist"
            / "オブジェクトが存在しない可能性があります";
        why "Who may not list a bucket is told AccessDenied in place of NoSuchKey for an object that does not exist."
            / "バケットの一覧権限がない場合、存在しないオブジェクトには NoSuchKey ではなく AccessDenied が返ります。";
        tell "Check in the console that the object exists under exactly this key."
            / "コンソールで、このキーのオブジェクトが存在するか確認してください。";
    }
    AossSigningRules "aoss-signing-rules" "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html", {
        title "OpenSearch Serverless does not take this kind of signature"
            / "OpenSearch Serverless がこの形式の署名を受け付けません";
        why "OpenSearch Serverless refuses signatures that cover content-length, and wants x-amz-content-sha256 sent and signed. It answers Forbidden, not a signature error."
            / "OpenSearch Serverless は content-length を含む署名を拒否し、x-amz-content-sha256 の送信と署名を要求します。署名エラーではなく Forbidden が返ります。";
        tell "Look at SignedHeaders in the Authorization header: is content-length among them?"
            / "Authorization ヘッダーの SignedHeaders に content-length が含まれているか確認してください。";
    }
    AossContentSha256 "aoss-content-sha256" "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html", {
        title "x-amz-content-sha256 is missing"
            / "x-amz-content-sha256 がありません";
        why "OpenSearch Serverless wants the body's hash in the header x-amz-content-sha256, sent and signed. It answers Forbidden, not a signature error."
            / "OpenSearch Serverless は、本文のハッシュを x-amz-content-sha256 ヘッダーで送り、署名することを要求します。署名エラーではなく Forbidden が返ります。";
        tell "Requests without a body succeed and those with one do not."
            / "本文のないリクエストは成功し、本文のあるものだけ失敗します。";
    }
    AossDataAccessPolicy "aoss-data-access-policy" "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html", {
        title "The collection's data access policy does not name {role}"
            / "コレクションのデータアクセスポリシーに{role}がありません";
        why "Besides aoss:APIAccessAll in the role's policy, a data access policy of the collection has to name the role's ARN, and a network policy has to let the caller in."
            / "ロールのポリシーの aoss:APIAccessAll に加えて、コレクションのデータアクセスポリシーにロールの ARN が必要で、ネットワークポリシーも呼び出し元を通す必要があります。";
        tell "Look for the role's ARN (not the session's) in the data access policies of the collection."
            / "コレクションのデータアクセスポリシーに(セッションではなく)ロールの ARN があるか確認してください。";
    }
    BucketRegion "bucket-region" "https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html", {
        title "The bucket is in {expected_region}"
            / "バケットは{expected_region}にあります";
        why "The request went to, or was signed for, another region than the bucket's. S3 answers with a redirect or names the region. Browsers refuse redirected preflights, and a signature does not survive a redirect."
            / "リクエストの送信先または署名のリージョンが、バケットのリージョンと異なります。S3 はリダイレクトするか正しいリージョンを返します。ブラウザはプリフライトのリダイレクトを拒否し、署名もリダイレクト先では無効です。";
        tell "Ask for the bucket's region: aws s3api get-bucket-location."
            / "aws s3api get-bucket-location でバケットのリージョンを確認してください。";
    }
    PresignedExpired "presigned-expired" S3_PRESIGNED, {
        title "The presigned URL has expired"
            / "署名付き URL の期限が切れています";
        why "The lifetime X-Amz-Expires of the URL is over. The code says AccessDenied although nothing is wrong with permissions."
            / "URL の有効期間 X-Amz-Expires が過ぎています。コードは AccessDenied ですが、権限の問題ではありません。";
    }
    PresignedOutlivesCredentials "presigned-outlives-credentials" S3_PRESIGNED, {
        title "The credentials that presigned the URL have expired"
            / "URL に署名した認証情報の期限が切れています";
        why "A presigned URL ends with the temporary credentials that signed it, which live for an hour, however long X-Amz-Expires says."
            / "署名付き URL は、X-Amz-Expires の値にかかわらず、署名に使った一時的な認証情報(通常 1 時間)とともに無効になります。";
        tell "Was this a presigned URL, and older than an hour?"
            / "これは署名付き URL で、作成から 1 時間以上たっていますか。";
    }
    SignatureHeaderNotSigned "signature-header-not-signed" S3_ERRORS, {
        title "{header} was sent but not signed"
            / "{header}が署名されずに送られました";
        why "Every x-amz-* header that is sent has to be among the signed headers. The code says AccessDenied although permissions are fine."
            / "送信するすべての x-amz-* ヘッダーは署名対象に含める必要があります。コードは AccessDenied ですが、権限の問題ではありません。";
    }

    // Clock and credentials.
    ClockSkew "clock-skew" SIGV4_TROUBLE, {
        title "The device's clock is wrong"
            / "端末の時計がずれています";
        why "The signature's time is {skew} from the server's. API Gateway, AppSync and DynamoDB take 5 minutes at most, S3 and STS 15."
            / "署名の時刻がサーバーの時刻と {skew}ずれています。許容範囲は API Gateway・AppSync・DynamoDB で 5 分、S3・STS で 15 分です。";
        tell "Compare the device's clock with the Date header of an answer of Cognito's."
            / "端末の時計を Cognito の応答の Date ヘッダーと比べてください。";
    }
    ClockOffsetPoisoned "clock-offset-poisoned" SIGV4_TROUBLE, {
        title "The clock is right, but the client corrects it wrongly"
            / "時計は正しいのに、クライアントが誤って補正しています";
        why "The client signs with an offset that it learnt from an answer out of a cache, or from one that came late. The device's own clock is not the cause."
            / "クライアントが、キャッシュされた応答や遅れて届いた応答から得た誤差で署名しています。端末の時計が原因ではありません。";
        tell "Is the device's clock right? Reload the page: if the call succeeds then, it was a learnt offset."
            / "端末の時計は正しいですか。再読み込みして成功するなら、学習された誤差が原因です。";
    }
    SignedTooEarly "signed-too-early" SIGV4_TROUBLE, {
        title "The request arrived too long after it was signed"
            / "署名してから届くまでに時間がかかりすぎました";
        why "The clock is right, but signing and arrival lie further apart than the server takes: a slow upload, a queue, or a signature that was kept."
            / "時計は正しいのですが、署名から到着までの時間がサーバーの許容範囲を超えています。遅いアップロード、送信待ち、または署名の使い回しが考えられます。";
        tell "How long did the request take, and was it signed right before it was sent?"
            / "リクエストにどれだけ時間がかかりましたか。送信の直前に署名しましたか。";
    }
    ExpiredSessionToken "expired-session-token" TEMPORARY, {
        title "The temporary credentials have expired"
            / "一時的な認証情報の期限が切れています";
        why "Credentials of an identity pool live for an hour. These were kept longer and not refreshed."
            / "ID プールの認証情報の有効期間は 1 時間です。この認証情報は更新されないまま使われました。";
        tell "How old are the credentials? Get new ones and repeat the call."
            / "認証情報は何分前のものですか。新しいものを取得して再実行してください。";
    }
    MissingSessionToken "missing-session-token" TEMPORARY, {
        title "The session token is missing or is not one"
            / "セッショントークンがないか、別のものが送られています";
        why "A temporary key (ASIA...) is valid only together with its session token, in the header x-amz-security-token or the query X-Amz-Security-Token. It was not sent, or something else was: the text undefined, or a JWT. S3 then says that it does not know the key."
            / "一時的なキー(ASIA...)は、x-amz-security-token ヘッダーまたは X-Amz-Security-Token クエリのセッショントークンと一緒でなければ有効ではありません。トークンが送られていないか、undefined という文字列や JWT など別のものが送られています。S3 の場合は「キーが存在しない」という応答になります。";
        tell "Does the access key id begin with ASIA? Then look for x-amz-security-token in the request, and whether its value begins like IQoJ."
            / "アクセスキー ID は ASIA で始まりますか。リクエストに x-amz-security-token があり、値が IQoJ のように始まるか確認してください。";
    }
    AccessKeyUnknown "access-key-unknown" TEMPORARY, {
        title "AWS does not know the access key"
            / "AWS がこのアクセスキーを知りません";
        why "The access key was deleted, switched off, mistyped, or belongs to another partition (China, GovCloud)."
            / "アクセスキーが削除または無効化されたか、入力ミスか、別のパーティション(中国、GovCloud)のものです。";
        tell "Call GetCallerIdentity of STS with the same credentials: if that fails too, it is the key."
            / "同じ認証情報で STS の GetCallerIdentity を呼んでください。それも失敗するならキーが原因です。";
    }
    RegionNotEnabled "region-not-enabled" "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html", {
        title "{region} is not enabled for the account"
            / "{region}がアカウントで有効になっていません";
        why "A region that has to be switched on takes no credentials of accounts that have not done so."
            / "オプトインが必要なリージョンは、有効化していないアカウントの認証情報を受け付けません。";
        tell "Look at the account's list of regions. Does the same call succeed in another region?"
            / "アカウントのリージョン一覧を確認してください。別のリージョンなら同じ呼び出しは成功しますか。";
    }
    StsGlobalToken "sts-global-token" "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html", {
        title "The session token is from the global STS endpoint"
            / "セッショントークンがグローバル STS エンドポイントのものです";
        why "Tokens of sts.amazonaws.com are not valid in regions that have to be switched on, unless the account has changed that."
            / "sts.amazonaws.com が発行したトークンは、アカウントの設定を変えない限り、オプトインが必要なリージョンでは無効です。";
        tell "Which STS endpoint issued the credentials? Try with sts.REGION.amazonaws.com."
            / "どの STS エンドポイントが認証情報を発行しましたか。sts.REGION.amazonaws.com で試してください。";
    }
    MalformedAccessKey "malformed-access-key" SIGV4_TROUBLE, {
        title "There is white space around the access key id"
            / "アクセスキー ID の前後に空白や改行があります";
        why "The access key id was pasted with a space or line break, which breaks the Authorization header apart."
            / "アクセスキー ID が空白や改行付きで貼り付けられ、Authorization ヘッダーが途中で切れています。";
        tell "Print JSON.stringify(accessKeyId)."
            / "JSON.stringify(accessKeyId) を出力してください。";
    }
    MalformedAuthorization "malformed-authorization" SIGV4_TROUBLE, {
        title "The Authorization header is malformed"
            / "Authorization ヘッダーの形式が正しくありません";
        why "The header's value is not AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...; often the header's name is repeated inside it."
            / "ヘッダーの値が AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=... の形式ではありません。値の中にヘッダー名が繰り返されていることがよくあります。";
        tell "Look at the header in the network panel."
            / "ネットワークパネルでヘッダーを確認してください。";
    }

    // Scope.
    WrongRegion "wrong-region" SIGV4_TROUBLE, {
        title "Another region than the resource's"
            / "リソースのリージョンと異なります";
        why "The request was signed for, or sent to, {signed_region}; what it is for is in {region}. A custom domain does not say its region, so it has to be given."
            / "リクエストは{signed_region}で署名または送信されましたが、対象は{region}にあります。カスタムドメインからはリージョンが分からないため、指定が必要です。";
        tell "In which region does the resource live? Compare it with the scope in the Authorization header, or with the id's first part."
            / "リソースはどのリージョンにありますか。Authorization ヘッダーのスコープ、または ID の先頭部分と比べてください。";
    }
    WrongService "wrong-service" SIGV4_TROUBLE, {
        title "Signed for another service"
            / "別のサービスとして署名されています";
        why "The credential scope names another service than the one that answers. The signing name often differs from the name in the host."
            / "認証情報スコープのサービス名が、応答したサービスと異なります。署名名はホスト名の名前と異なることがよくあります。";
    }
    Sigv4aRequired "sigv4a-required" "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html", {
        title "{service} wants SigV4a, the signature for several regions"
            / "{service}は複数リージョン用の署名 SigV4a を要求します";
        why "A global service or multi-region endpoint takes only SigV4a; to it, every region of a SigV4 signature is not valid."
            / "グローバルサービスやマルチリージョンのエンドポイントは SigV4a だけを受け付け、SigV4 のどのリージョンも無効とします。";
        tell "The message names no region that it did not like. Is the endpoint a global one?"
            / "メッセージに問題のリージョン名がありません。エンドポイントはグローバルですか。";
    }

    // Signature.
    SignatureQuery "signature-query" SIGV4_CREATE, {
        title "The query was signed otherwise than it was sent"
            / "クエリが送信時と異なる形で署名されています";
        why "Encoding or order of the query differ: a plus sign for a space, reserved characters not encoded, percent signs encoded twice, or the query taken for a part of the path."
            / "クエリのエンコードまたは順序が異なります。空白を + にしている、予約文字がエンコードされていない、% が二重にエンコードされている、クエリがパスの一部として扱われている、などです。";
        tell "Does the call succeed without the query?"
            / "クエリなしなら成功しますか。";
    }
    SignatureBody "signature-body" SIGV4_CREATE, {
        title "The bytes sent are not the bytes signed"
            / "送信されたバイト列が署名されたものと異なります";
        why "The body's hash differs: an empty body was hashed, the body was serialized again, or something changed it after signing."
            / "本文のハッシュが異なります。空の本文がハッシュされた、本文が再度シリアライズされた、署名後に変更された、などです。";
        tell "Does the call succeed without a body? Compare the SHA-256 of the body in the network panel with the one signed."
            / "本文なしなら成功しますか。ネットワークパネルの本文の SHA-256 を、署名に使ったものと比べてください。";
    }
    SignatureCanonicalPath "signature-canonical-path" SIGV4_CREATE, {
        title "The path was signed otherwise than it was sent"
            / "パスが送信時と異なる形で署名されています";
        why "The path was encoded, normalized or shortened differently when it was signed: special characters, double slashes, the stage left out, or a whole URL in place of a path."
            / "署名時のパスのエンコード、正規化、または長さが異なります。特殊文字、連続するスラッシュ、ステージの欠落、パスの代わりに URL 全体、などです。";
        tell "Does a path of plain letters succeed?"
            / "英字だけのパスなら成功しますか。";
    }
    SignatureContentType "signature-content-type" SIGV4_CREATE, {
        title "The Content-Type sent is not the one signed"
            / "送信された Content-Type が署名されたものと異なります";
        why "Something set or completed the header after signing: a character set was added, or the browser wrote a form's boundary."
            / "署名後に何かがヘッダーを設定または補完しました。文字セットの追加や、ブラウザによるフォームの boundary などです。";
        tell "Compare Content-Type in the network panel with the value that was signed."
            / "ネットワークパネルの Content-Type を、署名した値と比べてください。";
    }
    SignatureHost "signature-host" SIGV4_CREATE, {
        title "The host that AWS sees is not the one signed"
            / "AWS から見えるホストが署名されたものと異なります";
        why "CloudFront or a proxy stands between, and replaces Host by the name of its origin. The signature was made for {host}."
            / "CloudFront やプロキシが間にあり、Host をオリジンの名前に置き換えています。署名は{host}に対して作られました。";
        tell "Does the same call succeed when it is sent to AWS's own host?"
            / "AWS のホストに直接送れば成功しますか。";
    }
    SignatureMethod "signature-method" SIGV4_CREATE, {
        title "Another method was signed than was sent"
            / "送信されたものと異なるメソッドが署名されています";
        why "The method is part of the signature, so a URL that was presigned for one method is not valid for another."
            / "メソッドは署名の一部なので、あるメソッド用の署名付き URL は別のメソッドでは使えません。";
        tell "Compare the method of the request with the one that was signed."
            / "リクエストのメソッドを、署名したメソッドと比べてください。";
    }
    SignatureExtraHeaderByProxy "signature-extra-header-by-proxy" SIGV4_CREATE, {
        title "Something on the way changes {header}"
            / "経路上で{header}が変更されています";
        why "A header that is signed is changed or added between the browser and AWS, by a proxy, a VPC endpoint or an extension."
            / "署名対象のヘッダーが、プロキシ、VPC エンドポイント、拡張機能などによって、ブラウザと AWS の間で変更または追加されています。";
        tell "Sign fewer headers: host, content-type and x-amz-* are enough."
            / "署名するヘッダーを減らしてください。host、content-type、x-amz-* で十分です。";
    }
    SignatureByCloudfrontOac "signature-by-cloudfront-oac" "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html", {
        title "The signature is CloudFront's own"
            / "CloudFront 自身の署名が一致していません";
        why "The browser signs nothing here: CloudFront signs for the origin (origin access control). For PUT and POST it needs the body's hash from the browser, in x-amz-content-sha256; special characters in the path trip it too."
            / "ここではブラウザではなく CloudFront がオリジン用に署名しています(オリジンアクセスコントロール)。PUT と POST では、ブラウザが本文のハッシュを x-amz-content-sha256 で送る必要があります。パスの特殊文字でも失敗します。";
        tell "Do GET requests succeed and those with a body fail?"
            / "GET は成功し、本文のあるリクエストだけ失敗しますか。";
    }
    SignatureSignedHeaderMissing "signature-signed-header-missing" SIGV4_CREATE, {
        title "{header} was signed but did not arrive"
            / "{header}は署名されましたが届いていません";
        why "A header that SignedHeaders lists was dropped between signing and arrival, by the browser, a library or a proxy."
            / "SignedHeaders に含まれるヘッダーが、署名から到着までの間にブラウザ、ライブラリ、プロキシのいずれかによって取り除かれました。";
    }
    SignatureHostNotSigned "signature-host-not-signed" SIGV4_CREATE, {
        title "The host was not signed"
            / "host が署名されていません";
        why "SignedHeaders has to list host. The signer left it out, often a fault of its version."
            / "SignedHeaders には host が必要です。署名処理が含めていません(ライブラリのバージョンの不具合であることが多いです)。";
    }
    WrongSecretKey "wrong-secret-key" SIGV4_TROUBLE, {
        title "The secret key does not belong to the access key"
            / "シークレットキーがアクセスキーと対応していません";
        why "Everything that was signed agrees, so the key differs: parts of two sets of credentials were mixed, or the secret was cut or changed."
            / "署名対象はすべて一致しているため、キーが異なります。2 組の認証情報が混ざったか、シークレットが欠けている可能性があります。";
        tell "Make the same call with a fresh set of credentials, taken as a whole."
            / "新しい認証情報一式で同じ呼び出しを行ってください。";
    }

    // API Gateway, WAF, CloudFront.
    MissingRoute "missing-route" API_INVOKE, {
        title "No route matches {route}"
            / "{route}に一致するルートがありません";
        why "API Gateway answers in this misleading way when no resource and method match: a wrong path, method or trailing slash, or nothing behind the stage."
            / "リソースとメソッドが一致しない場合、API Gateway はこのような紛らわしい応答を返します。パス、メソッド、末尾のスラッシュの誤り、またはステージの後ろに何もないことが原因です。";
        tell "Compare method and path with the resources of the deployed stage. Does a route that is known to exist answer?"
            / "メソッドとパスを、デプロイ済みステージのリソースと比べてください。存在が確実なルートは応答しますか。";
    }
    NotDeployed "not-deployed" API_DEPLOY, {
        title "The change has not been deployed to the stage"
            / "変更がステージにデプロイされていません";
        why "Changes of a REST API, of its methods and authorizers take effect only with a new deployment of the stage."
            / "REST API のメソッドやオーソライザーの変更は、ステージへの新しいデプロイ後に有効になります。";
        tell "Was the method or its authorization changed after the last deployment?"
            / "最後のデプロイの後に、メソッドや認可の設定を変更しましたか。";
    }
    MissingStage "missing-stage" API_INVOKE, {
        title "The stage is missing from the path, or is another one"
            / "パスのステージがないか、誤っています";
        why "The first part of the path is taken for the stage's name, and there is no such stage. API Gateway then says only Forbidden."
            / "パスの先頭部分がステージ名として扱われますが、そのステージは存在しません。その場合 API Gateway は Forbidden とだけ返します。";
        tell "Compare the first part of {path} with the stages of the API."
            / "{path}の先頭部分を API のステージ名と比べてください。";
    }
    CustomDomainMapping "custom-domain-mapping" API_CUSTOM_DOMAIN, {
        title "The custom domain is not mapped to this API and stage"
            / "カスタムドメインがこの API とステージにマッピングされていません";
        why "No base path mapping of {host} leads to a stage, or the domain's endpoint type (edge, regional) is not the API's."
            / "{host}のベースパスマッピングがステージにつながっていないか、ドメインのエンドポイントタイプ(エッジ、リージョン)が API と異なります。";
        tell "Does the same call succeed on the execute-api host?"
            / "execute-api のホストなら同じ呼び出しは成功しますか。";
    }
    DefaultEndpointDisabled "default-endpoint-disabled" "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html", {
        title "The API does not answer on this host"
            / "API はこのホストでは応答しません";
        why "The default execute-api endpoint is switched off, or the API is private and is reached only from its VPC."
            / "既定の execute-api エンドポイントが無効になっているか、API がプライベートで VPC 内からしか呼べません。";
        tell "Look at the API's settings: is the default endpoint disabled, or the endpoint type private?"
            / "API の設定で、既定のエンドポイントが無効か、エンドポイントタイプがプライベートかを確認してください。";
    }
    ApiKeyUsagePlan "api-key-usage-plan" API_USAGE_PLAN, {
        title "The API key is missing, or in no usage plan of this stage"
            / "API キーがないか、このステージの使用量プランに含まれていません";
        why "The method requires an API key. A key that is valid but not in a usage plan with this stage is refused in the same words as none."
            / "メソッドは API キーを要求しています。有効なキーでも、このステージの使用量プランに含まれていなければ、キーがない場合と同じ応答になります。";
        tell "Does the method have API Key Required, and is the key in a usage plan with this stage?"
            / "メソッドで API キーが必須になっていますか。キーはこのステージを含む使用量プランにありますか。";
    }
    Waf "waf" "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html", {
        title "A rule of AWS WAF blocks the request"
            / "AWS WAF のルールがリクエストをブロックしています";
        why "A web ACL stands in front. A frequent one is SizeRestrictions_BODY of the managed core rule set, which blocks bodies over 8 KB; others match contents, addresses or rates."
            / "ウェブ ACL が前段にあります。よくあるのはマネージドコアルールセットの SizeRestrictions_BODY で、8 KB を超える本文をブロックします。内容、アドレス、頻度に一致するルールもあります。";
        tell "Look at the sampled requests of the web ACL. Does a small body succeed?"
            / "ウェブ ACL のサンプルリクエストを確認してください。小さい本文なら成功しますか。";
    }
    JwtSentToIam "jwt-sent-to-iam" API_IAM, {
        title "A JWT was sent where a SigV4 signature is expected"
            / "SigV4 署名が必要な場所に JWT が送られました";
        why "The Authorization header is read as SigV4, and has a token in it."
            / "Authorization ヘッダーは SigV4 として解釈されますが、中身はトークンです。";
        tell "Is the method's authorization AWS_IAM? A route that does not exist gives the same answer."
            / "メソッドの認可は AWS_IAM ですか。存在しないルートでも同じ応答になります。";
    }
    Sigv4SentToJwt "sigv4-sent-to-jwt" API_AUTHORIZER, {
        title "The method wants a user's token, not a SigV4 signature"
            / "メソッドは SigV4 署名ではなくユーザーのトークンを要求しています";
        why "401 Unauthorized comes from an authorizer that reads a token from the Authorization header. It found a signature there. IAM authorization would answer 403."
            / "401 Unauthorized は、Authorization ヘッダーからトークンを読むオーソライザーの応答です。そこには署名が入っていました。IAM 認可なら 403 になります。";
        tell "Look at the method's authorizer: Cognito, JWT or Lambda means a token."
            / "メソッドのオーソライザーを確認してください。Cognito、JWT、Lambda ならトークンが必要です。";
    }
    LambdaAuthorizerDeny "lambda-authorizer-deny" "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html", {
        title "The Lambda authorizer refuses"
            / "Lambda オーソライザーが拒否しています";
        why "The text names no principal and no action, so it is not IAM: the policy that the API's Lambda authorizer returned does not allow this method. It may be an earlier call's, out of the cache."
            / "文面にプリンシパルもアクションもないため、IAM ではありません。API の Lambda オーソライザーが返したポリシーがこのメソッドを許可していません。以前の呼び出しのキャッシュの可能性もあります。";
        tell "Does the first call after the cache has expired succeed, and the next one to another path fail?"
            / "キャッシュが切れた後の最初の呼び出しは成功し、次の別パスへの呼び出しが失敗しますか。";
    }
    WrongMethodOrPath "wrong-method-or-path" "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html", {
        title "No operation of the service matches {route}"
            / "{route}に一致する操作がサービスにありません";
        why "The service could not tell which operation is meant, so it could not authorize it. Invoke of Lambda, for one, is a POST."
            / "サービスはどの操作かを判断できず、認可もできませんでした。例えば Lambda の Invoke は POST です。";
    }
    BodyTooLarge "body-too-large" API_LIMITS, {
        title "The body is too large"
            / "本文が大きすぎます";
        why "API Gateway takes at most 10 MB."
            / "API Gateway が受け付けるのは最大 10 MB です。";
    }
    Throttled "throttled" "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html", {
        title "Too many requests"
            / "リクエストが多すぎます";
        why "AWS throttles this operation. GetId is the scarcest (25 a second for the whole account by default); a page that asks for credentials in a loop uses it up for everybody."
            / "AWS がこの操作を制限しています。GetId の上限が最も低く(既定ではアカウント全体で毎秒 25 回)、認証情報を繰り返し要求するページがあると全員が影響を受けます。";
        tell "Count the calls of Cognito in the network panel: more than two for a page is a loop."
            / "ネットワークパネルで Cognito への呼び出しを数えてください。1 ページで 2 回を超えるならループです。";
    }
    UsagePlanQuota "usage-plan-quota" API_USAGE_PLAN, {
        title "The usage plan's quota is used up"
            / "使用量プランのクォータを使い切りました";
        why "The API key's usage plan allows so many requests a day, week or month, and they are used up."
            / "API キーの使用量プランで決められた日・週・月のリクエスト数を使い切りました。";
    }
    BackendFault "backend-fault" API_GATEWAY_RESPONSES, {
        title "What stands behind the API failed"
            / "API の背後の処理が失敗しました";
        why "The request was let in, and the integration (often a Lambda function) failed, took longer than 29 seconds, or answered in a form that API Gateway cannot use."
            / "リクエストは受け付けられましたが、統合先(多くは Lambda 関数)が失敗したか、29 秒を超えたか、API Gateway が使えない形式で応答しました。";
        tell "Look at the function's log for this request id."
            / "このリクエスト ID について関数のログを確認してください。";
    }
    AwsSideFault "aws-side-fault" "https://health.aws.amazon.com/health/status", {
        title "A fault on AWS's side"
            / "AWS 側の障害";
        why "Nothing of the caller's need be wrong: the service itself fails, or refuses what it took a moment ago, for all users."
            / "呼び出し側に問題がなくても起こります。サービス自体が失敗しているか、直前まで受け付けていたものを全ユーザーに対して拒否しています。";
        tell "Did it begin for all users at the same moment, without a change of yours? Look at the AWS Health Dashboard."
            / "変更をしていないのに全ユーザーで同時に始まりましたか。AWS Health Dashboard を確認してください。";
    }
    CloudfrontGetWithBody "cloudfront-get-with-body" CLOUDFRONT_403, {
        title "CloudFront refuses a GET that has a body"
            / "CloudFront は本文のある GET を拒否します";
        why "The page is CloudFront's. It answers 403 to a GET request with a body before the API sees it; edge-optimized APIs have CloudFront in front."
            / "このページは CloudFront のものです。CloudFront は本文のある GET に対し、API に渡す前に 403 を返します。エッジ最適化 API の前段には CloudFront があります。";
        tell "Is the request a GET or HEAD, and does it carry a body?"
            / "リクエストは GET か HEAD で、本文を含んでいますか。";
    }
    CloudfrontHostForwarded "cloudfront-host-forwarded" CLOUDFRONT_403, {
        title "CloudFront forwards the viewer's Host to API Gateway"
            / "CloudFront がビューワーの Host を API Gateway に転送しています";
        why "API Gateway does not know the distribution's host name and refuses it. The origin request policy has to leave Host out."
            / "API Gateway はディストリビューションのホスト名を知らないため拒否します。オリジンリクエストポリシーから Host を除く必要があります。";
        tell "Look at the origin request policy of the distribution: AllViewerExceptHostHeader is the right one. Does the API's own host answer?"
            / "ディストリビューションのオリジンリクエストポリシーを確認してください(AllViewerExceptHostHeader が適切です)。API 自身のホストは応答しますか。";
    }
    ForeignAnswer "foreign-answer" MDN_CORS, {
        title "The answer is not from AWS"
            / "AWS 以外からの応答です";
        why "An HTML page came back where AWS answers JSON or XML: a proxy, a firewall, a login page of the network, or the page's own web server because the URL is wrong."
            / "AWS は JSON か XML で応答しますが、HTML ページが返ってきました。プロキシ、ファイアウォール、ネットワークのログインページ、または URL の誤りによる自分のウェブサーバーの応答です。";
        tell "Does the call succeed from another network? Does the URL have the API's host in it?"
            / "別のネットワークからなら成功しますか。URL に API のホストが含まれていますか。";
    }

    // The identity pool.
    WrongIdentityPoolId "wrong-identity-pool-id" COGNITO_USER_POOL, {
        title "The identity pool id is that of another pool"
            / "ID プールの ID が別のプールのものです";
        why "{pool} is not the one that this login belongs to, or it no longer exists. Test and production pools are easily swapped."
            / "{pool}は、このログインに対応するプールではないか、すでに存在しません。テスト用と本番用のプールは取り違えやすいものです。";
        tell "Compare identityPoolId with the pool in the console that lists your user pool."
            / "identityPoolId を、コンソールでユーザープールが登録されている ID プールと比べてください。";
    }
    ProviderNotAttached "provider-not-attached" COGNITO_USER_POOL, {
        title "The identity pool does not list this provider or app client"
            / "ID プールにこのプロバイダーまたはアプリクライアントが登録されていません";
        why "{pool} has no identity provider with the token's issuer as provider and its aud as client id. Issuer: {issuer}."
            / "{pool}に、トークンの発行者をプロバイダー、aud をクライアント ID とする ID プロバイダーがありません。発行者: {issuer}。";
        tell "Compare iss and aud of the token with the identity providers of the pool."
            / "トークンの iss と aud を、プールの ID プロバイダーと比べてください。";
    }
    LoginKeyMismatch "login-key-mismatch" COGNITO_EXTERNAL, {
        title "The key in logins is not the token's issuer"
            / "logins のキーがトークンの発行者と一致していません";
        why "Cognito compares the key with the token's iss without https://. Key: {key}. Issuer: {issuer}."
            / "Cognito は、キーをトークンの iss から https:// を除いたものと比べます。キー: {key}。発行者: {issuer}。";
        tell "Decode the token and compare iss with the key: region, pool id, dots."
            / "トークンをデコードし、iss とキーのリージョン、プール ID、ドットを比べてください。";
    }
    AccessTokenInsteadOfIdToken "access-token-instead-of-id-token" COGNITO_EXTERNAL, {
        title "The access token was sent instead of the ID token"
            / "ID トークンの代わりにアクセストークンが送られました";
        why "Identity pools, and most authorizers, want the ID token: it has aud, the access token has not. Google's access token is not a JWT at all."
            / "ID プールと多くのオーソライザーは ID トークンを要求します。aud を持つのは ID トークンで、アクセストークンにはありません。Google のアクセストークンは JWT ですらありません。";
        tell "Decode the token: token_use has to be id."
            / "トークンをデコードし、token_use が id であることを確認してください。";
    }
    ExpiredLogin "expired-login" COGNITO_EXTERNAL, {
        title "The login token has expired"
            / "ログイントークンの期限が切れています";
        why "The provider's token is past its end and was not refreshed. A SAML assertion lives only minutes."
            / "プロバイダーのトークンの期限が過ぎており、更新されていません。SAML アサーションの有効期間は数分です。";
        tell "Compare exp in the token with the time."
            / "トークンの exp を現在時刻と比べてください。";
    }
    LoginTokenInvalid "login-token-invalid" COGNITO_EXTERNAL, {
        title "The login token is not valid"
            / "ログイントークンが無効です";
        why "Its signature does not hold: the token was cut or altered, was signed by another pool or with another algorithm, or the provider changed its keys a moment ago."
            / "署名を検証できません。トークンが欠けているか改変された、別のプールや別のアルゴリズムで署名された、またはプロバイダーが直前にキーを更新した可能性があります。";
        tell "Verify the token with the keys of its issuer. Does a fresh token succeed?"
            / "発行者の鍵でトークンを検証してください。新しいトークンなら成功しますか。";
    }
    DeveloperTokenToGetid "developer-token-to-getid" "https://docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html", {
        title "GetId does not take a token that Cognito issued"
            / "GetId は Cognito が発行したトークンを受け付けません";
        why "For users whom your backend signs in, identity id and token come together from GetOpenIdTokenForDeveloperIdentity, and GetId is left out."
            / "自社バックエンドでサインインさせるユーザーの場合、ID とトークンは GetOpenIdTokenForDeveloperIdentity から一緒に得られ、GetId は呼びません。";
    }
    GuestAccessOff "guest-access-off" "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html", {
        title "Guest access is off in {pool}"
            / "{pool}のゲストアクセスが無効です";
        why "Cognito was asked without a login, and the pool allows no guests."
            / "ログインなしで Cognito が呼ばれましたが、プールはゲストを許可していません。";
    }
    StaleIdentityId "stale-identity-id" COGNITO_FLOW, {
        title "The identity id is an earlier user's, or is gone"
            / "ID が以前のユーザーのものか、すでに存在しません";
        why "The identity id ({identity}) is kept from earlier: it belongs to another login, needs a login that was not sent, or was deleted."
            / "ID({identity})は以前から保持されていたもので、別のログインに属しているか、送られていないログインを必要とするか、削除されています。";
        tell "Does the call succeed after the kept identity id is thrown away (signOut())?"
            / "保持している ID を破棄した後(signOut())なら成功しますか。";
    }
    TrustPolicy "trust-policy" COGNITO_ROLES, {
        title "The role's trust policy does not let this identity assume it"
            / "ロールの信頼ポリシーが、この ID による引き受けを許可していません";
        why "The trust policy has to name {pool} in cognito-identity.amazonaws.com:aud, and the kind of identity ({amr}) in :amr. What the role may do is not the question."
            / "信頼ポリシーの cognito-identity.amazonaws.com:aud に{pool}、:amr に ID の種類({amr})が必要です。ロールの権限の問題ではありません。";
        tell "Open the trust relationship of the role that the pool (or the user's group) names: aud, amr, principal, sts:AssumeRoleWithWebIdentity."
            / "プール(またはユーザーのグループ)が指定するロールの信頼関係で、aud、amr、プリンシパル、sts:AssumeRoleWithWebIdentity を確認してください。";
    }
    PoolRolesMissing "pool-roles-missing" COGNITO_ROLES, {
        title "The identity pool has no role, or the wrong one, for this kind of identity"
            / "ID プールに、この種類の ID 用のロールがないか、誤っています";
        why "{pool} needs a role for {amr} identities; it is not set, was deleted, or is swapped with the other one."
            / "{pool}には {amr} の ID 用のロールが必要ですが、設定されていないか、削除されたか、もう一方と入れ替わっています。";
        tell "Run aws cognito-identity get-identity-pool-roles and see whether both roles exist."
            / "aws cognito-identity get-identity-pool-roles を実行し、両方のロールが存在するか確認してください。";
    }
    RoleMappingDenied "role-mapping-denied" COGNITO_RBAC, {
        title "No role mapping rule matches, and the pool denies in that case"
            / "一致するロールマッピングルールがなく、プールはその場合に拒否します";
        why "The pool chooses the role by rules or by the token. None fits this user, or several do, and AmbiguousRoleResolution is Deny."
            / "プールはルールまたはトークンでロールを選びます。このユーザーに合うものがないか複数あり、AmbiguousRoleResolution が Deny です。";
    }
    UserPoolIdAsIdentityPoolId "user-pool-id-as-identity-pool-id" COGNITO_USER_POOL, {
        title "That is not an identity pool id"
            / "それは ID プールの ID ではありません";
        why "An identity pool id is a region, a colon and a GUID. A user pool id (region_letters) or a part of an ARN was given."
            / "ID プールの ID は、リージョン、コロン、GUID の形式です。ユーザープール ID(リージョン_英字)または ARN の一部が指定されています。";
        tell "Look at the form: eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0."
            / "形式を確認してください: eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
    }
    ClassicFlowOff "classic-flow-off" COGNITO_FLOW, {
        title "The classic flow is off in {pool}"
            / "{pool}のクラシックフローが無効です";
        why "GetOpenIdToken works only for pools with the basic (classic) flow switched on."
            / "GetOpenIdToken は、基本(クラシック)フローを有効にしたプールでのみ使えます。";
    }
    ClassicFlowRoleMappings "classic-flow-role-mappings" COGNITO_FLOW, {
        title "The pool's role mappings rule out the classic flow"
            / "プールのロールマッピングがあるとクラシックフローは使えません";
        why "A pool that maps roles chooses them itself, which only the enhanced flow can do."
            / "ロールマッピングを使うプールは自分でロールを選ぶため、拡張フローでしか使えません。";
    }
    LoginLinkedElsewhere "login-linked-elsewhere" COGNITO_FLOW, {
        title "The login belongs to another identity"
            / "ログインは別の ID に属しています";
        why "This login is linked to another identity already, or the identity has another login of the same provider."
            / "このログインはすでに別の ID にリンクされているか、この ID に同じプロバイダーの別のログインがあります。";
    }
    LoginProviderDown "login-provider-down" COGNITO_EXTERNAL, {
        title "The login provider does not answer Cognito"
            / "ログインプロバイダーが Cognito に応答していません";
        why "Cognito could not reach the provider to check the token."
            / "Cognito がトークン確認のためにプロバイダーへ接続できませんでした。";
        tell "Does it pass by itself within minutes?"
            / "数分で自然に解消しますか。";
    }

    // AppSync.
    AppsyncRoleLacksGraphql "appsync-role-lacks-graphql" APPSYNC_AUTH, {
        title "{role} does not allow appsync:GraphQL on this API or field"
            / "{role}がこの API またはフィールドに対する appsync:GraphQL を許可していません";
        why "The signature is good and the role is known; no policy of it allows appsync:GraphQL on .../types/TYPE/fields/FIELD. AppSync gives no reason."
            / "署名は正しく、ロールも認識されていますが、.../types/TYPE/fields/FIELD に対する appsync:GraphQL を許可するポリシーがありません。AppSync は理由を返しません。";
        tell "Call whoami(): if it names the role that you gave the permission to, compare the ARN in the policy; if it names another one, that one lacks it."
            / "whoami() を呼んでください。許可を与えたロールの名前が返るならポリシーの ARN を確認し、別のロールならそのロールに許可がありません。";
    }
    AppsyncIamNotEnabled "appsync-iam-not-enabled" APPSYNC_AUTH, {
        title "IAM is not an authorization mode of the API"
            / "API の認可モードに IAM がありません";
        why "The API reads the Authorization header as a token of another mode, and found a signature."
            / "API は Authorization ヘッダーを別のモードのトークンとして読み、そこに署名を見つけました。";
        tell "Look at the API's default and additional authorization modes: is AWS_IAM among them?"
            / "API の既定および追加の認可モードに AWS_IAM があるか確認してください。";
    }
    AppsyncNoAuthHeader "appsync-no-auth-header" APPSYNC_AUTH, {
        title "No usable Authorization header reached AppSync"
            / "有効な Authorization ヘッダーが AppSync に届いていません";
        why "The request came without a token or signature, or in a form that AppSync does not take."
            / "リクエストにトークンも署名もないか、AppSync が受け付けない形式でした。";
        tell "Look for the Authorization header (for WebSockets: the header object) in the network panel."
            / "ネットワークパネルで Authorization ヘッダー(WebSocket では header オブジェクト)を確認してください。";
    }
    AppsyncApiKey "appsync-api-key" APPSYNC_AUTH, {
        title "The API key has expired or is not this API's"
            / "API キーの期限が切れているか、この API のものではありません";
        why "AppSync's API keys expire, by default after 7 days, and then AppSync says only that the call is not authorized."
            / "AppSync の API キーには期限があり(既定では 7 日)、切れると AppSync は「許可されていない」とだけ返します。";
        tell "Is an API key sent? Look at its expiry in the API's settings."
            / "API キーを送っていますか。API の設定で有効期限を確認してください。";
    }
    AppsyncFieldDenied "appsync-field-denied" APPSYNC_AUTH, {
        title "{field} refuses this caller"
            / "{field}がこの呼び出し元を拒否しています";
        why "The API let the caller in; the field did not: it lacks @aws_iam (or Amplify's rule for this provider), or its resolver checks the role itself, as Amplify's does against custom-roles.json."
            / "API は呼び出し元を受け入れましたが、フィールドが拒否しました。@aws_iam(または Amplify のこのプロバイダー用ルール)がないか、リゾルバーがロールを確認しています(Amplify は custom-roles.json と照合します)。";
        tell "Look at the directives of {field} and of its type in the schema, and at the resolver's first function."
            / "スキーマで{field}とその型のディレクティブを、そしてリゾルバーの最初の関数を確認してください。";
    }
    AppsyncDatasourceError "appsync-datasource-error" "https://docs.aws.amazon.com/appsync/latest/devguide/troubleshooting-and-common-mistakes.html", {
        title "AppSync reached its data source and failed there"
            / "AppSync がデータソースに接続し、そこで失敗しました";
        why "The caller is let in. AppSync uses a role of its own for the data source, and that role, the resource's name, or the resolver is wrong."
            / "呼び出し元は許可されています。AppSync はデータソースに独自のロールを使っており、そのロール、リソース名、またはリゾルバーに誤りがあります。";
    }
    MalformedGraphqlBody "malformed-graphql-body" "https://docs.aws.amazon.com/appsync/latest/devguide/building-a-client-app.html", {
        title "The body is not a GraphQL request"
            / "本文が GraphQL リクエストではありません";
        why "AppSync wants a POST with JSON that has a query. The body was empty, lost by a wrapper, or not JSON."
            / "AppSync は query を含む JSON の POST を要求します。本文が空か、途中で失われたか、JSON ではありません。";
    }

    // The browser.
    CorsHidden "cors-hidden" API_GATEWAY_RESPONSES, {
        title "AWS refused, and CORS hides the refusal"
            / "AWS が拒否しましたが、CORS のために内容が見えません";
        why "API Gateway answers refusals of its own without CORS headers, so the page sees only a network error. Status and reason stand in the network panel."
            / "API Gateway 自身の拒否応答には CORS ヘッダーが付かないため、ページにはネットワークエラーとしか見えません。ステータスと理由はネットワークパネルで確認できます。";
        tell "Open the network panel: if the request has a status (403), CORS hides it; if it has none, nobody answered."
            / "ネットワークパネルを開いてください。ステータス(403 など)があれば CORS に隠されています。なければ応答自体がありません。";
    }
    PreflightRequiresAuth "preflight-requires-auth" API_CORS, {
        title "The preflight request wants authorization"
            / "プリフライトリクエストに認可が要求されています";
        why "Browsers never sign OPTIONS requests. The OPTIONS method has AWS_IAM or an authorizer, or does not exist."
            / "ブラウザは OPTIONS リクエストに署名しません。OPTIONS メソッドに AWS_IAM やオーソライザーが設定されているか、メソッドが存在しません。";
        tell "Run curl -i -X OPTIONS on the URL: it has to answer 200 or 204 with access-control-allow-origin."
            / "URL に curl -i -X OPTIONS を実行してください。200 または 204 と access-control-allow-origin が返る必要があります。";
    }
    PreflightHeaderNotAllowed "preflight-header-not-allowed" MDN_CORS, {
        title "The preflight does not allow {header}"
            / "プリフライトが{header}を許可していません";
        why "A header that is sent is not in Access-Control-Allow-Headers. SigV4 needs authorization, x-amz-date and x-amz-security-token there; a * does not cover authorization."
            / "送信するヘッダーが Access-Control-Allow-Headers にありません。SigV4 には authorization、x-amz-date、x-amz-security-token が必要です。* は authorization を含みません。";
        tell "Compare access-control-allow-headers of the OPTIONS answer with the headers of the request."
            / "OPTIONS の応答の access-control-allow-headers を、リクエストのヘッダーと比べてください。";
    }
    NoServer "no-server" MDN_CORS, {
        title "Nobody answers on {host}"
            / "{host}から応答がありません";
        why "The request did not arrive: no connection, a wrong host name, a content security policy, or a content blocker."
            / "リクエストが届いていません。接続がない、ホスト名の誤り、コンテンツセキュリティポリシー、またはコンテンツブロッカーが考えられます。";
        tell "Does the request have a status in the network panel? Does the console name a Content Security Policy?"
            / "ネットワークパネルでリクエストにステータスがありますか。コンソールに Content Security Policy と表示されていますか。";
    }

    Unsolved "unsolved" IAM_DENIED, {
        title "What is here does not decide it"
            / "手元の情報だけでは判断できません";
        why "Several causes give this answer, and it may be one that is not listed."
            / "この応答になる原因は複数あり、ここに挙げたもの以外の可能性もあります。";
    }
}
