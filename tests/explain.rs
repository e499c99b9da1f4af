//! The room that explains failures, held to the real cases of `tests/vectors/explain/cases.jsonl` and to made-up ones of
//! other services, SDKs, proxies and languages (`tests/explain/made-up.jsonl`), to the situations of the project's five
//! documents, every cause there is, bad input, and the same in Japanese.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "explain/mutate.rs"]
mod mutate;

use proptest::prelude::*;
use serde_json::{Value, json};
use sigfetch::explain::{
    Evidence, Explanation, Lang, Likelihood, PasteKind, Plan, Questions, Step, cause_ids, explain,
};

const POOL: &str = "eu-west-1:191b639a-1591-438b-a238-a61751bdefdd";
const IDENTITY: &str = "eu-west-1:9c34fa1a-014e-407d-a7f2-6f5275aae1d6";
const SUB: &str = "cd2d2092-df0d-4603-a114-8920f1b1064c";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                        Access Key and signing method. Consult the service documentation for details.";

fn explained(case: Value) -> Explanation {
    let evidence: Evidence = serde_json::from_value(case).unwrap();
    explain(&evidence, Lang::En)
}

fn ids(explanation: &Explanation) -> Vec<&str> {
    explanation.causes.iter().map(|cause| cause.id).collect()
}

/// What is to be pasted of that kind for the first cause.
fn paste(explanation: &Explanation, kind: PasteKind) -> String {
    let fixes = explanation.causes.first().unwrap().fix.iter();
    fixes.filter_map(|fix| fix.paste.as_ref()).find(|paste| paste.kind == kind).unwrap().paste.clone()
}

fn json_answer(status: u16, code: &str, message: &str, context: Value) -> Value {
    json!({ "status": status, "headers": { "x-amzn-errortype": code }, "body": json!({ "message": message }).to_string(), "context": context })
}

fn denied(role: &str, action: &str, resource: &str, reason: &str, context: Value) -> Value {
    let user = format!("arn:aws:sts::204518736925:assumed-role/{role}/CognitoIdentityCredentials");
    let on = if resource.is_empty() { String::new() } else { format!(" on resource: {resource}") };
    let message = format!("User: {user} is not authorized to perform: {action}{on}{reason}");
    json_answer(403, "AccessDeniedException", &message, context)
}

// The situations of the five documents.

#[test]
fn guest_asks_kendra_with_administrator_access_in_the_role() {
    let explanation = explained(denied(
        "Cognito_siteUnauth_Role",
        "kendra:Query",
        "arn:aws:kendra:eu-west-1:204518736925:index/0d1e",
        " because no session policy allows the kendra:Query action",
        json!({ "service": "kendra", "isGuest": true, "identityPoolId": POOL }),
    ));
    assert!(explanation.certain);
    assert_eq!(ids(&explanation), ["guest-scope-down"]);
    let line = paste(&explanation, PasteKind::Code);
    assert!(line.contains(POOL) && line.contains("arn:aws:iam::204518736925:role/Cognito_siteUnauth_Role"), "{line}");
    let statement: Value = serde_json::from_str(&paste(&explanation, PasteKind::PolicyStatement)).unwrap();
    assert_eq!(statement["Action"], "kendra:Query");
}

#[test]
fn group_member_calls_an_iam_api_with_the_wrong_action_in_the_policy() {
    let resource = "arn:aws:execute-api:eu-west-1:********6925:m1k7d2s9a0/prod/GET/pets";
    let explanation = explained(denied(
        "apiAuthRole",
        "execute-api:Invoke",
        resource,
        "",
        json!({ "service": "execute-api", "isGuest": false }),
    ));
    assert!(!explanation.certain);
    assert!(
        ["role-lacks-action", "wrong-action-name", "resource-arn-mismatch"]
            .iter()
            .all(|id| ids(&explanation).contains(id))
    );
    let wrong = explanation.causes.iter().find(|cause| cause.id == "wrong-action-name").unwrap();
    assert!(wrong.why.contains("apigateway:GET"), "{}", wrong.why);
    let statement: Value = serde_json::from_str(&paste(&explanation, PasteKind::PolicyStatement)).unwrap();
    assert_eq!(statement["Action"], "execute-api:Invoke");
    assert_eq!(statement["Resource"], "arn:aws:execute-api:eu-west-1:204518736925:m1k7d2s9a0/prod/GET/pets");
}

#[test]
fn group_member_gets_no_credentials_because_of_the_groups_trust_policy() {
    let explanation = explained(json_answer(
        400,
        "InvalidIdentityPoolConfigurationException:",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        json!({ "service": "cognito-identity", "operation": "GetCredentialsForIdentity", "isGuest": false, "identityPoolId": POOL,
            "tokenGroups": ["admins"], "tokenPreferredRole": "arn:aws:iam::204518736925:role/adminsRole" }),
    ));
    assert!(!explanation.certain);
    assert_eq!(ids(&explanation)[..2], ["trust-policy", "pool-roles-missing"]);
    assert!(explanation.causes[0].why.contains("member of a group"));
    let policy: Value = serde_json::from_str(&paste(&explanation, PasteKind::TrustPolicy)).unwrap();
    let condition = &policy["Statement"][0]["Condition"];
    assert_eq!(condition["StringEquals"]["cognito-identity.amazonaws.com:aud"], POOL);
    assert_eq!(condition["ForAnyValue:StringLike"]["cognito-identity.amazonaws.com:amr"], "authenticated");
}

#[test]
fn group_member_is_refused_because_the_group_role_lacks_the_action() {
    let explanation = explained(denied(
        "eu-west-1_f9xqKncqu-AdminsGroupRole",
        "execute-api:Invoke",
        "arn:aws:execute-api:eu-west-1:204518736925:m1k7d2s9a0/prod/GET/pets",
        " because no identity-based policy allows the execute-api:Invoke action",
        json!({ "service": "execute-api", "isGuest": false, "tokenGroups": ["Admins"] }),
    ));
    assert_eq!(ids(&explanation)[0], "group-role-lacks-action");
    assert_eq!(ids(&explained(role_from_token_off()))[0], "role-from-token-off");
}

/// The token prefers the group's role, and the pool's default one was assumed.
fn role_from_token_off() -> Value {
    denied(
        "appAuthenticatedRole",
        "execute-api:Invoke",
        "arn:aws:execute-api:eu-west-1:204518736925:m1k7d2s9a0/prod/GET/pets",
        " because no identity-based policy allows the execute-api:Invoke action",
        json!({ "service": "execute-api", "isGuest": false, "tokenGroups": ["Admins"],
            "tokenPreferredRole": "arn:aws:iam::204518736925:role/adminsRole" }),
    )
}

#[test]
fn guest_credentials_from_the_command_line_end_after_an_hour() {
    let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                <Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error>\
                <RequestId>86cd4248-188a-41dd-affc-12b7ce95f636</RequestId></ErrorResponse>";
    let explanation = explained(json!({ "status": 403, "body": body,
        "context": { "service": "sts", "operation": "GetCallerIdentity", "isGuest": true, "credentialsAgeMs": 3_660_000 } }));
    assert!(explanation.certain);
    assert_eq!(ids(&explanation), ["expired-session-token"]);
}

#[test]
fn guest_credentials_are_copied_without_their_session_token() {
    let explanation =
        explained(json!({ "error": "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity \
        operation: The security token included in the request is invalid",
        "context": { "service": "sts", "accessKeyIdPrefix": "ASIA", "sessionTokenSent": false } }));
    assert!(explanation.certain);
    assert_eq!(ids(&explanation), ["missing-session-token"]);
}

#[test]
fn appsync_says_unauthorized_because_of_the_resource_in_the_policy() {
    let body = r#"{"errors":[{"errorType":"UnauthorizedException","message":"Permission denied"}]}"#;
    let explanation = explained(
        json!({ "status": 401, "headers": { "x-amzn-errortype": "UnauthorizedException" }, "body": body,
        "context": { "service": "appsync", "authMode": "AWS_IAM", "isGuest": false, "role": "appAuthRole", "region": "eu-west-1",
            "account": "204518736925", "operationName": "listNotes" } }),
    );
    assert!(!explanation.certain);
    assert_eq!(ids(&explanation)[..2], ["appsync-role-lacks-graphql", "resource-arn-mismatch"]);
    let statement: Value = serde_json::from_str(&paste(&explanation, PasteKind::PolicyStatement)).unwrap();
    assert_eq!(statement["Action"], "appsync:GraphQL");
    assert_eq!(
        statement["Resource"],
        "arn:aws:appsync:eu-west-1:204518736925:apis/YOUR_API_ID/types/*/fields/listNotes"
    );
}

#[test]
fn what_is_pasted_is_of_the_partition_that_was_called() {
    let body = r#"{"errors":[{"errorType":"UnauthorizedException","message":"Permission denied"}]}"#;
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")] {
        let context = json!({ "service": "appsync", "authMode": "AWS_IAM", "isGuest": false, "region": region });
        let explanation = explained(json!({ "status": 401, "body": body, "context": context }));
        let statement: Value = serde_json::from_str(&paste(&explanation, PasteKind::PolicyStatement)).unwrap();
        let start = format!("arn:{partition}:appsync:{region}:");
        assert!(statement["Resource"].as_str().unwrap().starts_with(&start), "{statement}");
    }
    let pool = "us-gov-west-1:191b639a-1591-438b-a238-a61751bdefdd";
    let explanation = explained(json_answer(
        400,
        "InvalidIdentityPoolConfigurationException:",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        json!({ "identityPoolId": pool, "isGuest": true }),
    ));
    let fixes = explanation.causes.iter().flat_map(|cause| &cause.fix).filter_map(|fix| fix.paste.as_ref());
    let policy = fixes.clone().find(|paste| paste.kind == PasteKind::TrustPolicy).unwrap();
    let policy: Value = serde_json::from_str(&policy.paste).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Principal"]["Federated"], "cognito-identity-us-gov.amazonaws.com");
    assert_eq!(statement["Condition"]["StringEquals"]["cognito-identity-us-gov.amazonaws.com:aud"], pool);
}

#[test]
fn appsync_says_unauthorized_because_another_role_was_assumed() {
    let body = r#"{"errors":[{"errorType":"UnauthorizedException","message":"Permission denied"}]}"#;
    let explanation = explained(json!({ "status": 401, "body": body,
        "context": { "service": "appsync", "authMode": "AWS_IAM", "isGuest": false, "role": "appUnauthRole" } }));
    assert_eq!(ids(&explanation)[0], "guest-credentials-while-signed-in");
}

#[test]
fn items_of_ones_own_need_the_identity_id_as_partition_key() {
    let refused = |context: Value| {
        explained(denied(
            "appAuthRole",
            "dynamodb:PutItem",
            "arn:aws:dynamodb:eu-west-1:204518736925:table/notes",
            " because no identity-based policy allows the dynamodb:PutItem action",
            context,
        ))
    };
    let with_key = |key: &str| {
        refused(
            json!({ "service": "dynamodb", "isGuest": false, "identityId": IDENTITY, "tokenSub": SUB, "partitionKeySent": key }),
        )
    };
    assert_eq!(ids(&with_key(SUB))[0], "user-sub-instead-of-identity-id");
    assert_eq!(ids(&with_key(&format!("{IDENTITY}#note1")))[0], "leading-keys");
    assert!(!ids(&with_key(IDENTITY)).contains(&"leading-keys"));
    let statement = paste(&with_key(&format!("user#{IDENTITY}")), PasteKind::PolicyStatement);
    assert!(statement.contains("dynamodb:LeadingKeys") && statement.contains("${cognito-identity.amazonaws.com:sub}"));
}

// Answers in other words, of other services, with other contexts.

/// What is asked of an explanation: the cause that is certain, that comes first, or that is listed without being certain.
#[derive(Clone, Copy)]
enum Expected {
    Certain(&'static str),
    First(&'static str),
    Listed(&'static str),
}

use Expected::{Certain, First, Listed};

fn answers() -> Vec<(Value, Expected)> {
    let appsync = |kind: &str, message: &str, context: Value| {
        let body = json!({ "errors": [{ "errorType": kind, "message": message }] }).to_string();
        json!({ "status": 401, "body": body, "context": context })
    };
    let s3 = |status: u16, inner: &str, context: Value| json!({ "status": status, "body": format!("<?xml version=\"1.0\"?><Error>{inner}</Error>"), "context": context });
    let cognito = |message: &str, context: Value| json_answer(400, "NotAuthorizedException:", message, context);
    let gateway = |code: &str, message: &str, context: Value| json_answer(403, code, message, context);
    let mismatch = |context: Value| json_answer(403, "InvalidSignatureException", MISMATCH, context);
    let printed = |canonical: &str, context: Value| {
        let message = format!(
            "{MISMATCH}\n\nThe Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'\n"
        );
        json_answer(403, "InvalidSignatureException", &message, context)
    };
    let page = |text: &str, context: Value| json!({ "status": 403, "body": format!("<HTML><HEAD></HEAD><BODY>{text}</BODY></HTML>"), "context": context });
    let cloudfront = "<H1>403 ERROR</H1><H2>The request could not be satisfied.</H2><HR>Bad request.<PRE>Generated by cloudfront (CloudFront)</PRE>";
    let execute_api = json!({ "service": "execute-api" });
    vec![
        // IAM.
        (
            denied(
                "R",
                "ssm:GetParameter",
                "arn:aws:ssm:eu-west-1:204518736925:parameter/a",
                "",
                json!({ "isGuest": true }),
            ),
            Certain("guest-scope-down"),
        ),
        (
            denied(
                "webUnauth",
                "states:StartExecution",
                "arn:aws:states:eu-west-1:204518736925:stateMachine:a",
                "",
                json!({}),
            ),
            Certain("guest-scope-down"),
        ),
        (denied("R", "newthing:Do", "", "", json!({ "isGuest": true, "flow": "enhanced" })), First("guest-scope-down")),
        (
            denied(
                "R",
                "kendra:Query",
                "",
                " because no session policy allows the kendra:Query action",
                json!({ "isGuest": false }),
            ),
            Certain("session-policy"),
        ),
        (denied("R", "kendra:Query", "", "", json!({ "isGuest": true, "flow": "basic" })), First("role-lacks-action")),
        (
            denied(
                "R",
                "dynamodb:Query",
                "arn:aws:dynamodb:eu-west-1:204518736925:table/t/index/i",
                "",
                json!({ "isGuest": false }),
            ),
            First("resource-arn-mismatch"),
        ),
        (
            denied(
                "R",
                "s3:GetObject",
                "\"arn:aws:s3:::b/k\"",
                " because no permissions boundary allows the s3:GetObject action",
                json!({}),
            ),
            Certain("permissions-boundary"),
        ),
        (
            denied(
                "R",
                "s3:GetObject",
                "arn:aws:s3:::b/k",
                " with an explicit deny in an identity-based policy",
                json!({}),
            ),
            Certain("explicit-deny"),
        ),
        (
            denied(
                "R",
                "s3:GetObject",
                "arn:aws:s3:::b/k",
                " with an explicit deny in a resource-based policy",
                json!({}),
            ),
            Certain("resource-policy-deny"),
        ),
        (
            denied(
                "R",
                "execute-api:Invoke",
                "arn:aws:execute-api:eu-west-1:204518736925:a/p/GET/x",
                " because no VPC endpoint policy allows the execute-api:Invoke action",
                json!({}),
            ),
            Certain("vpc-endpoint-policy"),
        ),
        (denied("R", "ec2:DescribeRegions", "*", " with an explicit deny", json!({})), Listed("scp")),
        (
            denied(
                "R",
                "kms:GenerateDataKey",
                "arn:aws:kms:eu-west-1:204518736925:key/1",
                "",
                json!({ "signedService": "s3" }),
            ),
            First("kms"),
        ),
        (
            denied("R", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:999999999999:q", "", json!({})),
            Listed("resource-policy-deny"),
        ),
        (denied("R", "mobileanalytics:PutEvents", "", "", json!({ "isGuest": false })), Listed("wrong-action-name")),
        (
            gateway(
                "AccessDeniedException",
                "User is not authorized to access this resource with an explicit deny",
                execute_api.clone(),
            ),
            Listed("lambda-authorizer-deny"),
        ),
        (
            json!({ "status": 403, "body": "{\"Message\":\"Unable to determine service/operation name to be authorized\"}" }),
            Certain("wrong-method-or-path"),
        ),
        (
            json!({ "status": 403, "body": "{\"Message\":\"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs\"}", "context": { "service": "lambda" } }),
            Listed("role-lacks-action"),
        ),
        (
            json!({ "body": "WebSocket connection to 'wss://v.kinesisvideo.eu-west-1.amazonaws.com/' failed: Error during WebSocket handshake: Unexpected response code: 403", "context": { "presignedBy": "server", "service": "kinesisvideo" } }),
            First("role-lacks-action"),
        ),
        (
            json!({ "status": 403, "headers": {}, "body": "", "context": { "service": "iotdata", "isGuest": false, "identityIdChanged": true } }),
            First("iot-policy-not-attached"),
        ),
        // Cognito.
        (
            cognito("Identity pool - eu-west-1:1 does not have identity providers configured.", json!({})),
            Certain("provider-not-attached"),
        ),
        (
            cognito(
                "Invalid login token. Not a Cognito token.",
                json!({ "loginsKey": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", "tokenIss": "https://accounts.google.com" }),
            ),
            Certain("login-key-mismatch"),
        ),
        (
            cognito("Invalid login token. Missing a required claim: aud", json!({})),
            Certain("access-token-instead-of-id-token"),
        ),
        (
            cognito("Invalid login token. Token is expired.", json!({ "loginsKey": "graph.facebook.com" })),
            Certain("expired-login"),
        ),
        (
            cognito(
                "Unauthenticated access is not supported for this identity pool.",
                json!({ "loginsConfigured": true, "isGuest": true }),
            ),
            First("guest-access-off"),
        ),
        (
            cognito(
                "The ambiguous role mapping rules for: cognito-idp.eu-west-1.amazonaws.com denied this request.",
                json!({}),
            ),
            Certain("role-mapping-denied"),
        ),
        (cognito(&format!("Access to Identity '{IDENTITY}' is forbidden."), json!({})), Listed("stale-identity-id")),
        (
            json_answer(
                400,
                "ResourceNotFoundException:",
                &format!("IdentityPool '{POOL}' not found."),
                json!({ "region": "us-east-1" }),
            ),
            Certain("wrong-region"),
        ),
        (
            json_answer(
                400,
                "ResourceNotFoundException:",
                &format!("IdentityPool '{POOL}' not found."),
                json!({ "region": "eu-west-1" }),
            ),
            First("wrong-identity-pool-id"),
        ),
        (
            json_answer(
                400,
                "ResourceNotFoundException:",
                &format!("Identity '{IDENTITY}' not found."),
                json!({ "service": "cognito-identity", "region": "eu-west-1" }),
            ),
            First("stale-identity-id"),
        ),
        (
            json_answer(
                400,
                "ValidationException",
                "1 validation error detected: Value 'eu-west-1_AbCdEfGhI' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
                json!({}),
            ),
            Certain("user-pool-id-as-identity-pool-id"),
        ),
        (
            json_answer(
                400,
                "InvalidParameterException",
                "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
                json!({}),
            ),
            Certain("classic-flow-role-mappings"),
        ),
        (
            json_answer(
                400,
                "ResourceConflictException",
                "Login is already linked to another account.",
                json!({ "service": "cognito-identity" }),
            ),
            Listed("login-linked-elsewhere"),
        ),
        (
            json_answer(
                400,
                "ExternalServiceException",
                "Facebook did not answer",
                json!({ "service": "cognito-identity" }),
            ),
            Listed("login-provider-down"),
        ),
        (
            json_answer(500, "InternalErrorException", "", json!({ "service": "cognito-identity" })),
            Listed("aws-side-fault"),
        ),
        (
            json!({ "body": "NotAuthorizedException: Token is not from a supported provider of this identity pool. (Service: AmazonCognitoIdentity; Status Code: 400; Error Code: NotAuthorizedException; Request ID: 1)", "context": { "loginsKey": "cognito-idp.us-east-1.amazonaws.com/us-east-1_a", "tokenIss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a" } }),
            First("login-key-mismatch"),
        ),
        // API Gateway.
        (
            gateway(
                "MissingAuthenticationTokenException",
                "Missing or invalid token",
                json!({ "method": "OPTIONS", "service": "execute-api" }),
            ),
            First("preflight-requires-auth"),
        ),
        (
            gateway(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
                json!({ "service": "execute-api", "signed": true }),
            ),
            First("missing-route"),
        ),
        (
            gateway(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
                json!({ "service": "dynamodb" }),
            ),
            First("unsigned-request"),
        ),
        (
            gateway(
                "IncompleteSignatureException",
                "'\\nAKIA' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=\nAKIAIOSFODNN7EXAMPLE/20200101/eu-west-1/execute-api/aws4_request'",
                json!({ "accessKeyIdHasWhitespace": true }),
            ),
            Certain("malformed-access-key"),
        ),
        (
            gateway(
                "IncompleteSignatureException",
                "'Authorization' not a valid key=value pair (missing equal-sign) in Authorization header: 'Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x'",
                execute_api.clone(),
            ),
            Certain("malformed-authorization"),
        ),
        (
            gateway(
                "IncompleteSignatureException",
                "Authorization header requires 'Credential' parameter.",
                json!({ "service": "es", "authorizationScheme": "Bearer" }),
            ),
            First("jwt-sent-to-iam"),
        ),
        (
            gateway(
                "IncompleteSignatureException",
                "'Bearer' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJhbGciOi'",
                execute_api.clone(),
            ),
            Listed("vpc-endpoint-policy"),
        ),
        (
            gateway(
                "ForbiddenException",
                "Forbidden",
                json!({ "service": "execute-api", "host": "abc123.execute-api.eu-west-1.amazonaws.com", "path": "/" }),
            ),
            First("missing-stage"),
        ),
        (gateway("ForbiddenException", "Forbidden", json!({ "service": "execute-api" })), Listed("not-deployed")),
        (
            gateway(
                "ForbiddenException",
                "Forbidden",
                json!({ "service": "execute-api", "host": "abc123.execute-api.eu-west-1.amazonaws.com" }),
            ),
            Listed("default-endpoint-disabled"),
        ),
        (
            json!({ "status": 403, "headers": [["apigw-requestid", "x="]], "body": "{\"message\":\"Forbidden\"}", "context": { "service": "execute-api", "signed": true, "clockOffsetMs": 600_000 } }),
            First("clock-skew"),
        ),
        (
            json!({ "status": 403, "headers": [["apigw-requestid", "x="]], "body": "{\"message\":\"Forbidden\"}", "context": { "service": "execute-api", "signed": true } }),
            First("role-lacks-action"),
        ),
        (
            json!({ "status": 404, "body": "{\"message\":\"Not Found\"}", "context": { "service": "execute-api" } }),
            First("missing-route"),
        ),
        (
            json_answer(
                401,
                "UnauthorizedException",
                "Unauthorized",
                json!({ "service": "execute-api", "authorizationScheme": "Bearer", "tokenUse": "access" }),
            ),
            First("access-token-instead-of-id-token"),
        ),
        (
            json_answer(
                401,
                "UnauthorizedException",
                "The incoming token has expired",
                json!({ "service": "execute-api", "authorizationScheme": "Bearer" }),
            ),
            Certain("expired-login"),
        ),
        (json_answer(429, "LimitExceededException", "Limit Exceeded", execute_api.clone()), Listed("usage-plan-quota")),
        (json_answer(429, "TooManyRequestsException", "Too Many Requests", execute_api.clone()), Certain("throttled")),
        (
            json_answer(413, "RequestEntityTooLargeException", "Request Too Long", execute_api.clone()),
            Listed("body-too-large"),
        ),
        (json_answer(504, "", "Endpoint request timed out", execute_api.clone()), Listed("backend-fault")),
        (
            json!({ "status": 403, "body": "{\"errors\":[{\"errorType\":\"WAFForbiddenException\",\"message\":\"403 Forbidden\"}]}", "context": { "service": "appsync" } }),
            Certain("waf"),
        ),
        (page(cloudfront, json!({ "method": "GET", "bodySent": true })), First("cloudfront-get-with-body")),
        (page(cloudfront, json!({ "method": "POST" })), First("cloudfront-host-forwarded")),
        (page("<h1>403 Forbidden</h1><center>nginx</center>", json!({})), Listed("foreign-answer")),
        // Signatures.
        (mismatch(json!({ "signedCanonicalQuery": "name=ab*", "query": "name=ab*" })), First("signature-query")),
        (
            mismatch(json!({ "signedPath": "/dev/usershttps://a.execute-api.eu-west-1.amazonaws.com/dev/users" })),
            Certain("signature-canonical-path"),
        ),
        (
            mismatch(
                json!({ "signedPayloadHash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hasBody": true }),
            ),
            Certain("signature-body"),
        ),
        (
            mismatch(json!({ "contentTypeSent": "multipart/form-data; boundary=x", "method": "POST" })),
            First("signature-content-type"),
        ),
        (mismatch(json!({ "presignedMethod": "PUT", "method": "GET" })), First("signature-method")),
        (
            mismatch(json!({ "signedHeaders": "host;x-amz-date;x-forwarded-for" })),
            First("signature-extra-header-by-proxy"),
        ),
        (
            mismatch(json!({ "service": "lambda", "signed": false, "method": "PUT" })),
            First("signature-by-cloudfront-oac"),
        ),
        (mismatch(json!({})), Listed("signature-body")),
        (
            appsync("BadRequestException", MISMATCH, json!({ "service": "appsync", "method": "POST" })),
            Listed("signature-body"),
        ),
        (
            printed(
                "POST\n/graphql\n\nhost:h\nx-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-amz-date:1\n\nhost;x-amz-content-sha256;x-amz-date\n9f8c0d0f8a1e6f5f6b0fd2a6d4bb6a1f6d6f1a3d0a0b9a7d54c1e9f1f0b5c2aa",
                json!({}),
            ),
            Certain("signature-body"),
        ),
        (
            printed("GET\n/a\nq=a%252Bb\nhost:h\nx-amz-date:1\n\nhost;x-amz-date\nabc", json!({})),
            First("signature-query"),
        ),
        (
            printed(
                "GET\n/dev/a\n\nhost:h\nx-amz-date:1\n\nhost;x-amz-date\nabc",
                json!({ "signedCanonicalRequest": "GET\n/a\n\nhost:h\nx-amz-date:1\n\nhost;x-amz-date\nabc" }),
            ),
            Certain("signature-canonical-path"),
        ),
        (
            printed(
                "GET\n/a\n\nhost:origin\nx-amz-date:1\n\nhost;x-amz-date\nabc",
                json!({ "signedCanonicalRequest": "GET\n/a\n\nhost:cdn\nx-amz-date:1\n\nhost;x-amz-date\nabc" }),
            ),
            Certain("signature-host"),
        ),
        (
            printed(
                "GET\n/b\n\nhost:origin\nx-amz-date:1\n\nhost;x-amz-date\nabc",
                json!({ "signedCanonicalRequest": "GET\n/a\n\nhost:cdn\nx-amz-date:1\n\nhost;x-amz-date\nabc" }),
            ),
            Listed("signature-host"),
        ),
        (
            printed(
                "GET\n/a\n\nhost:h\nx-amz-date:1\n\nhost;x-amz-date\nabc",
                json!({ "signedCanonicalRequest": "GET\n/a\n\nhost:h\nx-amz-date:1\n\nhost;x-amz-date\nabc" }),
            ),
            First("wrong-secret-key"),
        ),
        (
            gateway(
                "IncompleteSignatureException",
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
                json!({}),
            ),
            Certain("signature-host-not-signed"),
        ),
        (
            gateway(
                "InvalidSignatureException",
                "Credential should be scoped to correct service: 'execute-api'. ",
                json!({}),
            ),
            Certain("wrong-service"),
        ),
        // Clocks and credentials.
        (
            gateway(
                "InvalidSignatureException",
                "Signature not yet current: 20220127T011427Z is still later than 20220127T010500Z (20220127T010000Z + 5 min.)",
                json!({}),
            ),
            First("clock-skew"),
        ),
        (
            gateway(
                "InvalidSignatureException",
                "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
                json!({ "clockOffsetMs": -6_301_000 }),
            ),
            Certain("clock-offset-poisoned"),
        ),
        (
            s3(
                403,
                "<Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message>",
                json!({ "service": "s3" }),
            ),
            First("clock-skew"),
        ),
        (
            s3(
                403,
                "<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message>",
                json!({ "accessKeyIdPrefix": "ASIA", "service": "s3" }),
            ),
            First("missing-session-token"),
        ),
        (
            s3(
                403,
                "<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message>",
                json!({ "accessKeyIdPrefix": "AKIA", "service": "s3" }),
            ),
            First("access-key-unknown"),
        ),
        (
            json_answer(
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
                json!({ "service": "lambda", "region": "af-south-1" }),
            ),
            Listed("region-not-enabled"),
        ),
        // S3 and OpenSearch.
        (
            s3(
                403,
                "<Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>900</X-Amz-Expires>",
                json!({ "service": "s3" }),
            ),
            Certain("presigned-expired"),
        ),
        (
            s3(
                400,
                "<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region>",
                json!({ "service": "s3" }),
            ),
            First("bucket-region"),
        ),
        (
            s3(
                400,
                "<Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'</Message>",
                json!({ "service": "s3", "host": "photos.s3.amazonaws.com" }),
            ),
            Certain("bucket-region"),
        ),
        (
            json!({ "error": { "name": "SigFetchError", "code": "NETWORK", "message": "No answer" } }),
            First("cors-hidden"),
        ),
        (
            json!({ "error": { "name": "SigFetchError", "code": "GUESTS_NOT_ALLOWED", "message": "No guests" } }),
            Certain("guest-access-off"),
        ),
        (
            json!({ "status": 403, "headers": { "age": "600" },
                "body": "{\"message\":\"Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)\"}",
                "context": { "clockOffsetMs": 6_301_000 } }),
            First("clock-offset-poisoned"),
        ),
        (
            s3(
                301,
                "<Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message><Endpoint>b.s3-us-west-2.amazonaws.com</Endpoint>",
                json!({}),
            ),
            Certain("bucket-region"),
        ),
        (
            s3(
                403,
                "<Code>AccessDenied</Code><Message>Access Denied</Message>",
                json!({ "service": "s3", "method": "GET", "objectKey": "a.png", "isGuest": true }),
            ),
            Listed("s3-missing-object"),
        ),
        (
            json!({ "status": 403, "body": "{\"status\":403,\"error\":{\"reason\":\"403 Forbidden\",\"type\":\"Forbidden\"}}", "context": { "service": "aoss", "xAmzContentSha256Sent": true } }),
            First("aoss-data-access-policy"),
        ),
        // AppSync.
        (
            appsync(
                "UnauthorizedException",
                "You are not authorized to make this call.",
                json!({ "service": "appsync", "authMode": "API_KEY" }),
            ),
            First("appsync-api-key"),
        ),
        (
            json!({ "body": "{\"type\":\"connection_error\",\"payload\":{\"errors\":[{\"errorType\":\"com.amazonaws.deepdish.graphql.auth#UnauthorizedException\",\"errorCode\":401}]}}", "context": { "authMode": "AWS_IAM", "headerObjectHasToken": false } }),
            First("missing-session-token"),
        ),
        (
            json!({ "status": 200, "body": "{\"data\":null,\"errors\":[{\"errorType\":\"DynamoDB:AmazonDynamoDBException\",\"message\":\"The security token included in the request is invalid. (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: UnrecognizedClientException)\"}]}", "context": { "service": "appsync" } }),
            Certain("appsync-datasource-error"),
        ),
        (
            appsync(
                "UnauthorizedException",
                "Permission denied",
                json!({ "service": "appsync", "authMode": "AWS_IAM", "role": "OtherRole", "expectedRole": "NotesRole" }),
            ),
            First("role-not-assumed"),
        ),
        (
            appsync(
                "UnauthorizedException",
                "Permission denied",
                json!({ "service": "appsync", "authMode": "AWS_IAM", "isGuest": false, "credentialsIssued": false }),
            ),
            First("role-not-assumed"),
        ),
        (
            appsync(
                "UnauthorizedException",
                "Permission denied",
                json!({ "service": "appsync", "authMode": "AWS_IAM", "role": "NotesRole", "expectedRole": "NotesRole" }),
            ),
            First("appsync-role-lacks-graphql"),
        ),
        // The browser.
        (
            json!({ "error": { "name": "TypeError", "message": "Failed to fetch" },
                "context": { "serverAnswers": true, "refusalsReadable": true, "preflightPasses": false, "optionsPass": true } }),
            First("preflight-header-not-allowed"),
        ),
        (
            json!({ "error": { "name": "TypeError", "message": "Failed to fetch" },
                "context": { "serverAnswers": true, "refusalsReadable": true, "preflightPasses": false, "optionsPass": false } }),
            First("preflight-requires-auth"),
        ),
        (
            json!({ "error": { "name": "TypeError", "message": "Load failed" }, "context": { "service": "execute-api", "serverAnswers": false } }),
            Certain("no-server"),
        ),
        (
            json!({ "error": { "name": "TypeError", "message": "NetworkError when attempting to fetch resource." }, "context": { "service": "execute-api", "serverAnswers": true } }),
            First("cors-hidden"),
        ),
        (
            json!({ "body": "Access to fetch at 'https://a' from origin 'https://b' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: It does not have HTTP ok status." }),
            First("preflight-requires-auth"),
        ),
        (
            json!({ "error": "TypeError: Failed to fetch", "context": { "signed": true, "service": "execute-api" } }),
            Listed("scp"),
        ),
    ]
}

#[test]
fn answers_in_other_words_are_explained() {
    for (case, expected) in answers() {
        let explanation = explained(case.clone());
        let found = ids(&explanation);
        let is_right = match expected {
            Certain(id) => explanation.certain && found == [id],
            First(id) => !explanation.certain && found.first() == Some(&id),
            Listed(id) => !explanation.certain && found.contains(&id),
        };
        let (Certain(id) | First(id) | Listed(id)) = expected;
        assert!(is_right, "{id} expected, but certain {}, {found:?} for {case}", explanation.certain);
    }
}

#[test]
fn real_and_made_up_cases_are_explained() {
    for case in real_cases().into_iter().chain(made_up_cases()) {
        let truth = case["causeFamily"].as_str().unwrap().to_owned();
        let decidable = case["decidable"].as_str().unwrap().to_owned();
        let (id, explanation) = (case["id"].clone(), explained(case));
        let found = ids(&explanation);
        let is_right = match decidable.as_str() {
            "yes" => found.first() == Some(&truth.as_str()),
            "list" => found.contains(&truth.as_str()) && (!explanation.certain || found == [truth.as_str()]),
            _ => !explanation.certain,
        };
        assert!(is_right, "{id}: {truth} ({decidable}), but {found:?}");
    }
}

fn real_cases() -> Vec<Value> {
    lines(include_str!("vectors/explain/cases.jsonl"))
}

fn made_up_cases() -> Vec<Value> {
    lines(include_str!("explain/made-up.jsonl"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// What a client knew, as the package's JavaScript hands it over.

/// A signed-in user's call of DynamoDB with the sub as key. The claims are `{"sub":…,"iss":…,"token_use":"id"}`.
fn known() -> Value {
    let claims = json!({ "sub": SUB, "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", "aud": "c",
        "token_use": "id", "cognito:groups": ["Admins"] });
    let claims = base64_url(claims.to_string().as_bytes());
    let item = json!({ "TableName": "notes", "Item": { "owner": { "S": SUB }, "text": { "S": mutate::SECRETS[0] } } });
    json!({
        "at": 1_700_000_060_000_u64, "identityPoolId": POOL, "isClassic": false, "clockOffset": 12,
        "logins": ["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", claims],
        "issued": { "outcome": "renewed", "at": 1_700_000_000_000_u64, "identityId": IDENTITY, "expiration": 1_700_003_600_000_u64 },
        "caller": { "role": "appAuthRole", "account": "204518736925" },
        "call": {
            "url": "https://dynamodb.eu-west-1.amazonaws.com/?x=1", "method": "POST", "attempts": 1,
            "names": ["content-type", "x-amz-target"], "body": item.to_string(),
            "signed": ["20231114T221420Z", "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20231114/eu-west-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"],
        },
    })
}

fn base64_url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = |chunk: &[u8]| {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        (0..=chunk.len()).map(move |at| char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]))
    };
    bytes.chunks(3).flat_map(digits).collect()
}

fn read(evidence: &Value, known: &Value) -> Evidence {
    Evidence::read(&evidence.to_string(), &known.to_string())
}

const REFUSED: &str = "User: arn:aws:sts::204518736925:assumed-role/appAuthRole/CognitoIdentityCredentials is not authorized to \
                       perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:204518736925:table/notes because no \
                       identity-based policy allows the dynamodb:PutItem action";

#[test]
fn what_a_client_knew_becomes_context() {
    let evidence = read(&json!({ "status": 400, "body": json!({ "message": REFUSED }).to_string() }), &known());
    let context = &evidence.context;
    let text = |of: &Option<String>| of.clone().unwrap_or_default();
    assert_eq!(
        [&context.service, &context.signed_region, &context.host, &context.path, &context.query].map(text),
        ["dynamodb", "eu-west-1", "dynamodb.eu-west-1.amazonaws.com", "/", "x=1"]
    );
    assert_eq!(
        [&context.identity_id, &context.token_sub, &context.partition_key_sent, &context.access_key_id_prefix]
            .map(text),
        [IDENTITY, SUB, SUB, "ASIA"]
    );
    assert_eq!(
        (context.is_guest, context.session_token_sent, context.credentials_expired),
        (Some(false), Some(true), Some(false))
    );
    assert_eq!((context.credentials_age_ms, context.clock_offset_ms), (Some(60_000.0), Some(12.0)));
    let sent = ["content-type", "x-amz-target", "x-amz-date", "x-amz-security-token", "authorization"];
    assert_eq!(context.headers_sent.as_deref().unwrap(), sent);
    let explanation = explain(&evidence, Lang::En);
    assert_eq!(ids(&explanation)[0], "user-sub-instead-of-identity-id");
    assert_eq!(paste(&explanation, PasteKind::Code), "const key = await aws.identityId();");
    mutate::check(&json!({}), &explanation).unwrap();
}

#[test]
fn an_error_of_the_client_tells_of_the_answer_behind_it() {
    let error = json!({ "name": "SigFetchError", "code": "POOL_MISCONFIGURED", "status": 400, "requestId": "r-1",
        "serviceError": "InvalidIdentityPoolConfigurationException",
        "message": "Cognito refused GetCredentialsForIdentity: InvalidIdentityPoolConfigurationException: Invalid identity pool configuration." });
    let evidence = read(&json!({ "error": error }), &known());
    assert_eq!(evidence.status, Some(400));
    assert_eq!(evidence.context.operation.as_deref(), Some("GetCredentialsForIdentity"));
    assert_eq!(ids(&explain(&evidence, Lang::En))[..2], ["trust-policy", "pool-roles-missing"]);
}

#[test]
fn the_region_of_an_api_is_not_that_of_its_identity_pool() {
    let error = json!({ "name": "SigFetchError", "code": "POOL_NOT_FOUND", "status": 400,
        "serviceError": "ResourceNotFoundException",
        "message": format!("Cognito refused GetId: ResourceNotFoundException: IdentityPool '{POOL}' not found.") });
    let mut known = known();
    known["call"]["url"] = json!("https://a1.execute-api.us-east-1.amazonaws.com/prod/x");
    let explanation = explain(&read(&json!({ "error": error }), &known), Lang::En);
    assert_eq!((explanation.certain, ids(&explanation)[0]), (false, "wrong-identity-pool-id"));
}

#[test]
fn a_pasted_answer_may_have_its_head_in_front() {
    let body = "HTTP/2 403 \r\nx-amzn-errortype: ExpiredTokenException\r\n\r\n{\"m\":\"abgelaufen\"}";
    let evidence = read(&json!({ "body": body, "context": { "service": "execute-api" } }), &Value::Null);
    assert_eq!((evidence.status, evidence.body.as_str()), (Some(403), "{\"m\":\"abgelaufen\"}"));
    assert_eq!(ids(&explain(&evidence, Lang::En)), ["expired-session-token"]);
}

#[test]
fn what_is_asked_changes_nothing() {
    let hidden = json!({ "error": { "name": "TypeError", "message": "Failed to fetch" } });
    let questions = Questions::about(&read(&hidden, &known()));
    assert!(questions.caller);
    assert_eq!(questions.identity_id.as_deref(), Some(IDENTITY));
    let asked: Vec<_> = questions.requests.iter().map(|request| (request.name, request.method, request.mode)).collect();
    assert_eq!(
        asked,
        [("host", "HEAD", "no-cors"), ("plain", "GET", "cors"), ("typed", "GET", "cors"), ("signed", "GET", "cors")]
    );
    assert_eq!(questions.requests[0].url, "https://dynamodb.eu-west-1.amazonaws.com/");
    assert_eq!(questions.requests[3].headers["x-amz-security-token"], "probe");

    let readable = json!({ "status": 400, "body": json!({ "message": REFUSED }).to_string() });
    assert!(Questions::about(&read(&readable, &known())).requests.is_empty());
    let mut guest = known();
    guest["logins"] = json!([]);
    assert_eq!(Questions::about(&read(&readable, &guest)).identity_id, None);
    let mut classic = known();
    classic["isClassic"] = json!(true);
    assert_eq!(Questions::about(&read(&readable, &classic)).identity_id, None);
}

#[test]
fn what_was_found_out_decides() {
    let hidden = json!({ "error": { "name": "TypeError", "message": "Failed to fetch" } });
    let first = |found: Value| {
        let mut known = known();
        known["found"] = found;
        explain(&read(&hidden, &known), Lang::En).causes[0].id
    };
    let answer = json!({ "status": 403 });
    assert_eq!(first(json!({ "host": null, "plain": null, "typed": null, "signed": null })), "no-server");
    assert_eq!(first(json!({ "host": answer, "plain": null, "typed": null, "signed": null })), "cors-hidden");
    let asked = json!({ "host": answer, "plain": answer, "typed": null, "signed": null });
    assert_eq!(first(asked), "preflight-requires-auth");
    let asked = json!({ "host": answer, "plain": answer, "typed": answer, "signed": null });
    assert_eq!(first(asked), "preflight-header-not-allowed");
}

#[test]
fn the_steps_of_an_examination_are_judged() {
    let plan = Plan::of(
        &json!({ "identityPoolId": POOL }).to_string(),
        Some("https://abcdefghijklmnopqrstuvwx26.appsync-api.eu-west-1.amazonaws.com/graphql"),
    );
    assert_eq!(plan.pool.unwrap().url, "https://cognito-identity.eu-west-1.amazonaws.com/");
    assert!(plan.is_graphql && plan.url.len() == 4);
    let china = json!({ "identityPoolId": POOL.replace("eu-west-1", "cn-north-1") });
    let china = Plan::of(&china.to_string(), None);
    assert_eq!(china.pool.unwrap().url, "https://cognito-identity.cn-north-1.amazonaws.com.cn/");
    let declared = json!({ "endpoints": [{ "service": "cognito-identity", "url": "https://login.example.com/x" }] });
    assert_eq!(Plan::of(&declared.to_string(), None).pool.unwrap().url, "https://login.example.com/");

    let judge = |step: &str, facts: Value| Step::judge(step, &facts.to_string(), Lang::En);
    let headers = json!({ "headers": [["authorization", "AWS4-HMAC-SHA256 Credential=A/20230101/eu-west-1/appsync/aws4_request, SignedHeaders=host"]] });
    let endpoint = judge("endpoint", headers);
    assert_eq!(
        (endpoint.result, endpoint.value.as_str(), endpoint.is_graphql),
        ("passed", "signed for appsync, eu-west-1", true)
    );
    let host = judge("host", json!({ "url": "https://a.example/x", "host": null }));
    assert_eq!((host.result, host.value.as_str()), ("failed", "a.example does not answer"));
    assert_eq!(ids(&explained(host.evidence.unwrap())), ["no-server"]);
    let preflight = judge(
        "preflight",
        json!({ "url": "https://a.example/x", "plain": { "status": 403 }, "typed": null, "signed": null }),
    );
    assert_eq!(ids(&explained(preflight.evidence.unwrap()))[0], "preflight-requires-auth");
    let evidence = |operation: &str| {
        json!({ "error": { "serviceError": "X", "message": format!("{operation}: X: y") } }).to_string()
    };
    assert_eq!(judge("identity", json!({ "evidence": evidence("GetId"), "value": "v" })).result, "failed");
    assert_eq!(judge("identity", json!({ "evidence": evidence("GetCredentialsForIdentity") })).result, "passed");
    assert_eq!(judge("preflight", json!({ "plain": null, "signed": null })).result, "unclear");
    assert!(judge("clock", json!({ "offset": 400_000 })).value.starts_with("the device's clock is 400.0 s off; "));
    assert!(Step::judge("host", "{}", Lang::Ja).value.contains("応答がありません"));
}

#[test]
fn appsyncs_two_causes_are_told_apart() {
    let body = r#"{"errors":[{"errorType":"UnauthorizedException","message":"Permission denied"}]}"#;
    let refused = json!({ "status": 401, "body": body });
    let of = |evidence: &Value, role: Option<&str>| {
        let mut known = known();
        known["call"]["url"] = json!("https://abcdefghijklmnopqrstuvwx26.appsync-api.eu-west-1.amazonaws.com/graphql");
        known["call"]["signed"][1] =
            json!("AWS4-HMAC-SHA256 Credential=ASIA/20231114/eu-west-1/appsync/aws4_request, SignedHeaders=host");
        known["expectedRole"] = json!(role);
        Step::verdict(&read(evidence, &known), Lang::En).map(|step| step.value)
    };
    assert_eq!(
        of(&refused, None).unwrap(),
        "credentials and role are right; the role appAuthRole lacks appsync:GraphQL on what was asked for"
    );
    assert_eq!(
        of(&refused, Some("arn:aws:iam::204518736925:role/NotesRole")).unwrap(),
        "another role was assumed: the role appAuthRole, not the role NotesRole"
    );
    let no_role = json!({ "error": { "name": "SigFetchError", "serviceError": "InvalidIdentityPoolConfigurationException",
        "message": "GetCredentialsForIdentity: InvalidIdentityPoolConfigurationException: x" } });
    assert_eq!(of(&no_role, None).unwrap(), "no role was assumed: there are no credentials");
    assert_eq!(of(&json!({ "status": 429, "body": "{\"message\":\"Rate exceeded\"}" }), None), None);
}

// What holds for all of them.

#[test]
fn every_explanation_is_complete_in_both_languages() {
    let cases: Vec<_> = real_cases().into_iter().chain(answers().into_iter().map(|(case, _)| case)).collect();
    for case in cases {
        for lang in [Lang::En, Lang::Ja] {
            let explanation = mutate::explained(&case, lang).unwrap();
            mutate::check(&case, &explanation).unwrap();
            assert!(!explanation.causes.is_empty() && !explanation.evidence.is_empty(), "{case}");
            for cause in &explanation.causes {
                assert!(!cause.fix.is_empty() && cause.docs.starts_with("https://"), "{}", cause.id);
                for text in
                    std::iter::once(&cause.title).chain([&cause.why]).chain(cause.fix.iter().map(|fix| &fix.text))
                {
                    assert!(
                        !text.contains(['{', '}']) && !text.contains("  ") && text.trim() == text,
                        "{}: {text}",
                        cause.id
                    );
                    let is_japanese = text.chars().any(|c| ('\u{3040}'..'\u{a000}').contains(&c));
                    assert_eq!(is_japanese, lang == Lang::Ja, "{text}");
                }
                for fix in &cause.fix {
                    let Some(paste) = &fix.paste else { continue };
                    use PasteKind::{Cors, GatewayResponses, OpenApi, PolicyStatement, Settings, TrustPolicy};
                    if matches!(
                        paste.kind,
                        Cors | GatewayResponses | OpenApi | PolicyStatement | Settings | TrustPolicy
                    ) {
                        serde_json::from_str::<Value>(&paste.paste).unwrap();
                    }
                }
            }
        }
    }
}

#[test]
fn every_cause_is_found_by_some_evidence() {
    let cases =
        real_cases().into_iter().chain(answers().into_iter().map(|(case, _)| case)).chain([role_from_token_off()]);
    let found: Vec<_> = cases.flat_map(|case| explained(case).causes).map(|cause| cause.id).collect();
    let missing: Vec<_> = cause_ids().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn likelihoods_fall_and_only_proof_is_certain() {
    for case in real_cases() {
        let explanation = explained(case);
        let rank = |likelihood| match likelihood {
            Likelihood::Certain => 0,
            Likelihood::Likely => 1,
            Likelihood::Possible => 2,
        };
        let ranks: Vec<_> = explanation.causes.iter().map(|cause| rank(cause.likelihood)).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        assert_eq!(explanation.certain, ranks == [0]);
    }
}

/// The interface that the package documents.
#[test]
fn an_explanation_is_serialized_as_documented() {
    let explanation = explained(json!({ "status": 403, "headers": { "x-amzn-errortype": "ExpiredTokenException" },
        "body": "{\"message\":\"The security token included in the request is expired\"}", "context": { "service": "appsync" } }));
    let value = serde_json::to_value(&explanation).unwrap();
    assert_eq!(value["certain"], true);
    let cause = &value["causes"][0];
    assert_eq!((&cause["id"], &cause["likelihood"]), (&json!("expired-session-token"), &json!("certain")));
    assert!(["title", "why", "docs"].iter().all(|member| cause[*member].is_string()));
    assert!(cause["fix"][0]["text"].is_string() && cause["fix"][0].get("paste").is_none());
    assert!(value["evidence"][0]["what"].is_string() && value["evidence"][0]["value"].is_string());
    let with_paste = explained(
        json!({ "body": "{\"message\":\"Unauthenticated access is not supported for this identity pool.\"}" }),
    );
    let value = serde_json::to_value(&with_paste).unwrap();
    assert_eq!(value["causes"][0]["fix"][0]["kind"], "settings");
    assert!(value["causes"][0]["fix"][0]["paste"].is_string());
}

#[test]
fn the_first_difference_of_a_signature_is_shown() {
    let explanation =
        explained(real_cases().into_iter().find(|case| case["id"] == "apigw-signature-charset-appended").unwrap());
    let shown = explanation.evidence.iter().find(|item| item.what.starts_with("first difference")).unwrap();
    assert!(
        shown.value.contains("content-type, character 17") && shown.value.contains("charset=utf-8"),
        "{}",
        shown.value
    );
}

// Bad input.

#[test]
fn what_is_not_recognised_has_no_causes() {
    for body in [
        "",
        "hello",
        "{}",
        "null",
        "[1,2,3]",
        "{\"message\":\"ok\"}",
        "{\"message\":{\"deep\":[[[]]]}}",
        "エラーが発生しました。しばらくしてからもう一度お試しください。",
        "{\"error\":\"Не найдено\"}",
    ] {
        let explanation = explained(json!({ "status": 400, "body": body }));
        assert!(explanation.causes.is_empty(), "{body}: {:?}", ids(&explanation));
        assert!(!explanation.evidence.is_empty());
    }
    assert!(explained(json!({})).causes.is_empty());
}

#[test]
fn hostile_bodies_are_bounded_and_escaped() {
    let megabytes = "A".repeat(3_000_000);
    let deep = "[".repeat(200_000);
    let deep_object = "{\"a\":".repeat(100_000);
    for body in [megabytes.as_str(), &deep, &deep_object, "<html><script>alert(1)</script>", "\u{0}\u{1b}[31m\u{202e}"]
    {
        let explanation = explained(json!({ "status": 403, "body": body, "headers": { "x-amzn-errortype": body } }));
        assert!(!explanation.certain);
        for item in &explanation.evidence {
            assert!(
                item.value.len() < 2100 && !item.value.contains(['<', '\u{0}', '\u{1b}', '\u{202e}']),
                "{}",
                item.value
            );
        }
    }
}

#[test]
fn markup_in_a_denial_stays_text() {
    let message = "User: arn:aws:sts::204518736925:assumed-role/<img src=x>/s is not authorized to perform: s3:GetObject on resource: <script>alert(1)</script>";
    let text =
        serde_json::to_string(&explained(json_answer(403, "AccessDeniedException", message, json!({})))).unwrap();
    assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
}

/// Every member in which a secret may have been pasted.
#[test]
fn secrets_are_in_no_output() {
    let contexts = [
        "role",
        "loginsKey",
        "host",
        "url",
        "path",
        "signedScope",
        "tokenIss",
        "operation",
        "scriptSaw",
        "identityId",
        "identityPoolId",
        "service",
        "region",
        "signedHeaders",
        "objectKey",
        "operationName",
        "signedCanonicalRequest",
        "query",
    ];
    for (at, case) in real_cases().into_iter().enumerate() {
        let secret = mutate::SECRETS[at % mutate::SECRETS.len()];
        let with_name = contexts.iter().map(|name| {
            let mut case = case.clone();
            case["context"][name] = json!(secret);
            case
        });
        let bodies = [
            format!("{{\"message\":\"{secret}\"}}"),
            format!("x {secret}"),
            format!("<Error><Message>{secret}</Message></Error>"),
        ];
        let with_body = bodies.iter().map(|body| {
            let mut case = case.clone();
            case["body"] = json!(body);
            case
        });
        for case in with_name.chain(with_body) {
            mutate::check(&case, &explained(case.clone())).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn made_up_answers_are_explained(seed in 1_u64..) {
        let cases = real_cases();
        let mut chance = mutate::Chance(seed);
        for _ in 0..4 {
            let case = mutate::made_up(&cases, &mut chance);
            for lang in [Lang::En, Lang::Ja] {
                mutate::check(&case, &mutate::explained(&case, lang).unwrap()).unwrap();
            }
        }
    }

    /// Whatever stands in the place of what a client knew, or is asked of an examination.
    #[test]
    fn anything_may_have_been_known(member in "(at|logins|issued|caller|call|texts|found|x)", text in "\\PC{0,60}", number in any::<f64>()) {
        let body = json!({ "message": REFUSED }).to_string();
        for value in [json!(text), json!(number), json!([text, number]), json!({ "url": text, "signed": [text, text], "body": text, "host": number })] {
            let mut known = known();
            known[&member] = value;
            let known = known.to_string();
            for evidence in [json!({ "body": body }).to_string(), text.clone()] {
                let evidence = Evidence::read(&evidence, &known);
                mutate::check(&json!({}), &explain(&evidence, Lang::En)).unwrap();
                Questions::about(&evidence);
                Step::verdict(&evidence, Lang::Ja);
            }
            for step in ["pool", "endpoint", "preflight", "clock", "role"] {
                Step::judge(step, &known, Lang::En);
            }
            Plan::of(&known, Some(&text));
        }
    }

    #[test]
    fn any_text_is_explained(status in 0_u16..700, name in ".{0,40}", body in "\\PC{0,300}", context in "[ -~]{0,60}") {
        let case = json!({ "status": status, "headers": { "x-amzn-errortype": name }, "body": body,
            "error": body, "context": { "role": context, "url": context, "host": context, "signedScope": context } });
        mutate::check(&case, &explained(case.clone())).unwrap();
    }
}
