//! What can be pasted: policies, settings, commands and lines of code, made out of the case. What is not in the evidence
//! stands in capitals. Values are taken only if they have the form they should have, and go through JSON's escaping.

use serde::Serialize;
use serde_json::{Value, json};

use super::arn::{Arn, is_clean};
use super::case::{Case, is_pool_id};
use super::explanation::{Paste, PasteKind};
use super::redact::shown_line;
use crate::endpoint::{Partition, partition_of_region};

fn paste(kind: PasteKind, text: String) -> Paste {
    Paste { kind, paste: text }
}

fn pretty(kind: PasteKind, value: &impl Serialize) -> Paste {
    paste(kind, serde_json::to_string_pretty(value).unwrap_or_default())
}

fn clean(text: &str) -> Option<String> {
    is_clean(text).then(|| shown_line(text, 2048)).filter(|shown| shown == text)
}

fn clean_or(text: Option<&str>, placeholder: &str) -> String {
    text.and_then(clean).filter(|text| !text.is_empty()).unwrap_or_else(|| placeholder.to_owned())
}

/// A statement of a policy, with its members in the order in which people write them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Value>,
    action: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

impl Statement {
    fn allow(action: Value) -> Self {
        Self { effect: "Allow", principal: None, action, resource: None, condition: None }
    }
}

/// A statement that allows these actions on these resources.
pub(super) fn statement(actions: &[&str], resources: &[String]) -> Paste {
    let one_or_more = |texts: Vec<Value>| match texts.as_slice() {
        [one] => one.clone(),
        _ => Value::Array(texts),
    };
    let statement = Statement {
        resource: Some(one_or_more(resources.iter().map(|resource| json!(resource)).collect())),
        ..Statement::allow(one_or_more(actions.iter().map(|action| json!(action)).collect()))
    };
    pretty(PasteKind::PolicyStatement, &statement)
}

/// The statement that this case lacks: the action that was refused on the resource that was refused.
pub(super) fn missing_statement(case: &Case<'_>) -> Paste {
    statement(&[&action(case)], &[resource(case)])
}

/// The action that was refused, or that the call needs.
pub(super) fn action(case: &Case<'_>) -> String {
    if let Some(denial) = &case.denial {
        return denial.action.to_owned();
    }
    let operation = case.operation();
    match case.service() {
        Some("execute-api") => "execute-api:Invoke".to_owned(),
        Some("appsync") => "appsync:GraphQL".to_owned(),
        Some("s3") => s3_action(case).to_owned(),
        Some("lambda") => "lambda:InvokeFunctionUrl".to_owned(),
        Some("iotdata" | "iotdevicegateway") => match operation.to_ascii_lowercase().as_str() {
            "subscribe" => "iot:Subscribe".to_owned(),
            "publish" => "iot:Publish".to_owned(),
            "getthingshadow" => "iot:GetThingShadow".to_owned(),
            _ => "iot:Connect".to_owned(),
        },
        Some("rum") => "rum:PutRumEvents".to_owned(),
        Some("aoss") => "aoss:APIAccessAll".to_owned(),
        Some("es") => format!("es:ESHttp{}", titled(case.method().as_deref().unwrap_or("Get"))),
        Some(service) => {
            let name = if is_name(operation) { operation } else { "ACTION" };
            format!("{}:{name}", clean_or(Some(service), "SERVICE"))
        }
        None => "SERVICE:ACTION".to_owned(),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() < 80 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn titled(method: &str) -> String {
    let lower = method.to_ascii_lowercase();
    lower.get(..1).map_or(String::new(), str::to_ascii_uppercase) + lower.get(1..).unwrap_or_default()
}

pub(super) fn is_s3_listing(case: &Case<'_>) -> bool {
    let operation = case.operation();
    let lists = operation.starts_with("ListObjects") || operation == "ListBucket" || operation == "list";
    let query = case.query().unwrap_or_default();
    let asks =
        ["list-type=", "prefix=", "delimiter="].iter().any(|name| query.split('&').any(|part| part.starts_with(name)));
    lists || (asks && case.method().as_deref().is_none_or(|method| method == "GET"))
}

fn s3_action(case: &Case<'_>) -> &'static str {
    if is_s3_listing(case) {
        return "s3:ListBucket";
    }
    match case.method().as_deref() {
        Some("PUT" | "POST") => "s3:PutObject",
        Some("DELETE") => "s3:DeleteObject",
        _ => "s3:GetObject",
    }
}

/// The ARN of the resource that was refused, as exact as the evidence is.
pub(super) fn resource(case: &Case<'_>) -> String {
    if let Some(denial) = &case.denial {
        let Some(named) = denial.resource else {
            return derived_resource(case, denial.service()).unwrap_or_else(|| "*".to_owned());
        };
        let Some(arn) = Arn::parse(named) else { return clean_or(Some(named), "*") };
        // AWS masks the account in some messages.
        if arn.account.contains('*') {
            let account = case.account().unwrap_or_else(|| "YOUR_ACCOUNT_ID".to_owned());
            return format!("arn:{}:{}:{}:{account}:{}", arn.partition, arn.service, arn.region, arn.resource);
        }
        return clean_or(Some(named), "*");
    }
    case.service().and_then(|service| derived_resource(case, service)).unwrap_or_else(|| "*".to_owned())
}

/// The partition that ARNs begin with: that of the region, or that of the pool's.
fn partition(case: &Case<'_>) -> &'static str {
    let pool = case.context.identity_pool_id.as_deref().and_then(|pool| pool.split(':').next());
    let region = case.region().or(case.signed_region()).or(pool);
    region.and_then(partition_of_region).unwrap_or(Partition::Aws).name()
}

/// The ARN that a call goes to, out of host, path and method.
fn derived_resource(case: &Case<'_>, service: &str) -> Option<String> {
    let region = clean_or(case.region().or(case.signed_region()), "YOUR_REGION");
    let account = case.account().unwrap_or_else(|| "YOUR_ACCOUNT_ID".to_owned());
    let host = case.host().unwrap_or_default();
    let partition = partition(case);
    let id = || clean(host.split('.').next()?).filter(|id| !id.is_empty() && host.contains('.'));
    Some(match service {
        "execute-api" => {
            // Behind a domain of its own an API has no id in its host, and perhaps no stage in its path.
            let api = if host.contains(".execute-api.") { id() } else { None };
            let path = case.path().filter(|path| path.len() > 1).and_then(|path| clean(&path));
            let (stage, rest) = match path.as_deref().map(|path| path.trim_start_matches('/')) {
                Some(path) if case.is_aws_host() == Some(true) => path.split_once('/').unwrap_or((path, "")),
                _ => ("YOUR_STAGE", "YOUR/PATH"),
            };
            let method = case.method().unwrap_or_else(|| "*".to_owned());
            let api = api.unwrap_or_else(|| "YOUR_API_ID".to_owned());
            format!(
                "arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{}/{rest}",
                clean_or(Some(&method), "*")
            )
        }
        "appsync" => {
            let field = case.context.operation_name.as_deref().filter(|name| is_name(name)).unwrap_or("*");
            format!("arn:{partition}:appsync:{region}:{account}:apis/YOUR_API_ID/types/*/fields/{field}")
        }
        "s3" => {
            let bucket = bucket_arn(case);
            let key = case.context.object_key.as_deref().and_then(clean).unwrap_or_else(|| "*".to_owned());
            if is_s3_listing(case) { bucket } else { format!("{bucket}/{key}") }
        }
        "lambda" => format!("arn:{partition}:lambda:{region}:{account}:function:YOUR_FUNCTION"),
        "iot" | "iotdata" | "iotdevicegateway" => format!("arn:{partition}:iot:{region}:{account}:YOUR_RESOURCE"),
        "rum" => format!("arn:{partition}:rum:{region}:{account}:appmonitor/YOUR_MONITOR"),
        "es" => format!("arn:{partition}:es:{region}:{account}:domain/YOUR_DOMAIN/*"),
        "aoss" => format!("arn:{partition}:aoss:{region}:{account}:collection/YOUR_COLLECTION_ID"),
        _ => return None,
    })
}

/// The bucket: in front of S3's host, or first in the path.
pub(super) fn bucket(case: &Case<'_>) -> Option<String> {
    if let Some(bucket) = case.answer.element("Bucket").or_else(|| case.answer.element("BucketName")) {
        return clean(&bucket);
    }
    let host = case.host()?;
    let name = [".s3.", ".s3-"].iter().find_map(|mark| host.split_once(mark).map(|(name, _)| name.to_owned()));
    let of_path = || {
        let path = case.path()?;
        let first = path.trim_start_matches('/').split('/').next()?.to_owned();
        host.starts_with("s3").then_some(first)
    };
    name.or_else(of_path).filter(|name| !name.is_empty()).and_then(|name| clean(&name))
}

/// The ARN of the bucket.
pub(super) fn bucket_arn(case: &Case<'_>) -> String {
    let bucket = bucket(case).unwrap_or_else(|| "YOUR_BUCKET".to_owned());
    format!("arn:{}:s3:::{bucket}", partition(case))
}

pub(super) fn pool(case: &Case<'_>) -> String {
    let pool = case.context.identity_pool_id.as_deref().filter(|pool| is_pool_id(pool));
    pool.unwrap_or("YOUR_IDENTITY_POOL_ID").to_owned()
}

fn role_arn(case: &Case<'_>) -> String {
    role_arn_of(case, case.role().as_deref())
}

/// The ARN of a role in the caller's account.
pub(super) fn role_arn_of(case: &Case<'_>, role: Option<&str>) -> String {
    let account = case.account().unwrap_or_else(|| "YOUR_ACCOUNT_ID".to_owned());
    format!("arn:{}:iam::{account}:role/{}", partition(case), clean_or(role, "YOUR_ROLE"))
}

/// `authenticated` or `unauthenticated`, if that is known.
pub(super) fn amr(case: &Case<'_>) -> Option<&'static str> {
    case.is_guest().map(|is_guest| if is_guest { "unauthenticated" } else { "authenticated" })
}

pub(super) fn trust_policy(case: &Case<'_>) -> Paste {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct TrustPolicy {
        version: &'static str,
        statement: [Statement; 1],
    }
    let amr = amr(case).map_or_else(|| json!(["authenticated", "unauthenticated"]), |amr| json!(amr));
    let pool = pool(case);
    // Cognito's name as a principal ("Amazon Cognito", AWS GovCloud (US) User Guide).
    let cognito = match pool.split(':').next() {
        Some("us-gov-west-1") => "cognito-identity-us-gov.amazonaws.com",
        _ => "cognito-identity.amazonaws.com",
    };
    let statement = Statement {
        principal: Some(json!({ "Federated": cognito })),
        condition: Some(json!({
            "StringEquals": { format!("{cognito}:aud"): pool },
            "ForAnyValue:StringLike": { format!("{cognito}:amr"): amr },
        })),
        ..Statement::allow(json!("sts:AssumeRoleWithWebIdentity"))
    };
    pretty(PasteKind::TrustPolicy, &TrustPolicy { version: "2012-10-17", statement: [statement] })
}

pub(super) fn resource_policy(case: &Case<'_>) -> Paste {
    let is_anonymous = case.denial.as_ref().is_some_and(|denial| denial.is_anonymous());
    let principal = if is_anonymous { json!("*") } else { json!({ "AWS": role_arn(case) }) };
    let statement = Statement {
        principal: Some(principal),
        resource: Some(json!(resource(case))),
        ..Statement::allow(json!(action(case)))
    };
    pretty(PasteKind::PolicyStatement, &statement)
}

/// The action on items of one's own, and on no others.
pub(super) fn leading_keys(case: &Case<'_>) -> Paste {
    let own = json!({ "dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"] });
    let statement = Statement {
        resource: Some(json!(resource(case))),
        condition: Some(json!({ "ForAllValues:StringEquals": own })),
        ..Statement::allow(json!(action(case)))
    };
    pretty(PasteKind::PolicyStatement, &statement)
}

/// A table and its indexes.
pub(super) fn table_and_indexes(case: &Case<'_>) -> Paste {
    let resource = resource(case);
    let table = resource.split("/index/").next().unwrap_or(&resource).to_owned();
    statement(&[&action(case)], &[table.clone(), format!("{table}/index/*")])
}

pub(super) fn topic_filter(case: &Case<'_>) -> Paste {
    let region = clean_or(case.region(), "YOUR_REGION");
    let account = case.account().unwrap_or_else(|| "YOUR_ACCOUNT_ID".to_owned());
    let partition = partition(case);
    let arn = |kind: &str| format!("arn:{partition}:iot:{region}:{account}:{kind}/*");
    statement(&["iot:Subscribe", "iot:Receive"], &[arn("topicfilter"), arn("topic")])
}

pub(super) fn kms(case: &Case<'_>) -> Paste {
    let named = case.denial.as_ref().filter(|denial| denial.service() == "kms").and_then(|denial| denial.resource);
    let key = clean_or(named.filter(|key| Arn::parse(key).is_some()), "YOUR_KEY_ARN");
    statement(&["kms:Decrypt", "kms:GenerateDataKey"], &[key])
}

pub(super) fn function_url(case: &Case<'_>) -> Paste {
    statement(&["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"], &[resource(case)])
}

pub(super) fn aoss_data_access(case: &Case<'_>) -> Paste {
    pretty(
        PasteKind::Settings,
        &json!([{
            "Rules": [{
                "ResourceType": "index",
                "Resource": ["index/YOUR_COLLECTION/*"],
                "Permission": ["aoss:ReadDocument", "aoss:WriteDocument", "aoss:DescribeIndex"],
            }],
            "Principal": [role_arn(case)],
        }]),
    )
}

/// So that a page can read API Gateway's own refusals.
pub(super) fn gateway_responses() -> Paste {
    const READABLE: &str = r#"{
    "responseParameters": {
      "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
      "gatewayresponse.header.Access-Control-Expose-Headers": "'x-amzn-errortype,x-amzn-requestid,date'"
    }
  }"#;
    let text = format!("{{\n  \"DEFAULT_4XX\": {READABLE},\n  \"DEFAULT_5XX\": {READABLE}\n}}");
    paste(PasteKind::GatewayResponses, text)
}

/// What a function behind an API returns, so that a page can read it.
pub(super) const ANSWER_WITH_CORS: &str =
    "return { statusCode: 200, headers: { \"Access-Control-Allow-Origin\": \"*\" }, body };";

const ALLOWED_HEADERS: &str = "content-type,authorization,x-amz-date,x-amz-security-token,x-api-key";

/// A method that answers preflights by itself, without authorization.
pub(super) fn options_method() -> Paste {
    const BEFORE: &str = r#"{
  "options": {
    "security": [],
    "responses": {
      "204": {
        "description": "preflight",
        "headers": {
          "Access-Control-Allow-Origin": { "schema": { "type": "string" } },
          "Access-Control-Allow-Headers": { "schema": { "type": "string" } },
          "Access-Control-Allow-Methods": { "schema": { "type": "string" } }
        }
      }
    },
    "x-amazon-apigateway-integration": {
      "type": "mock",
      "requestTemplates": { "application/json": "{\"statusCode\": 204}" },
      "responses": {
        "default": {
          "statusCode": "204",
          "responseParameters": {
            "method.response.header.Access-Control-Allow-Origin": "'*'",
            "method.response.header.Access-Control-Allow-Methods": "'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS'",
            "method.response.header.Access-Control-Allow-Headers": "'"#;
    const BEHIND: &str = r#"'"
          }
        }
      }
    }
  }
}"#;
    paste(PasteKind::OpenApi, format!("{BEFORE}{ALLOWED_HEADERS}{BEHIND}"))
}

pub(super) fn cors_headers(case: &Case<'_>, refused: Option<&str>) -> Paste {
    let mut headers: Vec<String> = ALLOWED_HEADERS.split(',').map(ToOwned::to_owned).collect();
    let sent =
        case.context.headers_sent.iter().flatten().map(|header| header.split(':').next().unwrap_or(header).trim());
    for header in sent.chain(refused).map(str::to_ascii_lowercase) {
        let is_token =
            !header.is_empty() && header.len() < 60 && header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_token && !headers.contains(&header) && headers.len() < 30 {
            headers.push(header);
        }
    }
    if case.is_s3() {
        return pretty(
            PasteKind::Cors,
            &json!([{
                "AllowedOrigins": ["https://YOUR_ORIGIN"],
                "AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"],
                "AllowedHeaders": headers,
                "ExposeHeaders": ["ETag", "x-amz-request-id"],
            }]),
        );
    }
    pretty(
        PasteKind::Cors,
        &json!({ "AllowOrigins": ["https://YOUR_ORIGIN"], "AllowMethods": ["*"], "AllowHeaders": headers }),
    )
}

pub(super) fn settings(value: &Value) -> Paste {
    pretty(PasteKind::Settings, value)
}

pub(super) fn code(line: impl Into<String>) -> Paste {
    paste(PasteKind::Code, line.into())
}

pub(super) fn schema(line: &str) -> Paste {
    paste(PasteKind::Schema, line.to_owned())
}

pub(super) fn header(line: &str) -> Paste {
    paste(PasteKind::Header, line.to_owned())
}

pub(super) fn command(line: impl Into<String>) -> Paste {
    paste(PasteKind::Command, line.into())
}

/// A text as JavaScript writes it. What looks like a secret does not come through.
pub(super) fn quoted(text: &str) -> String {
    json!(shown_line(text, 500)).to_string()
}

/// A client with a pool that only the owner knows: the one that was asked is the wrong one.
pub(super) fn client_with_other_pool() -> Paste {
    code("createClient({ identityPoolId: \"YOUR_IDENTITY_POOL_ID\" })")
}

/// How the key is made that the policy wants: the one that was used, with the identity id in the place of the sub.
pub(super) fn own_key(case: &Case<'_>) -> Paste {
    let sub = case.context.token_sub.as_deref().unwrap_or_default();
    let path = case.path();
    let of_path = || path.as_deref().map(|path| path.trim_start_matches('/')).filter(|_| case.is_s3());
    let key = case.context.object_key.as_deref().or(case.context.partition_key_sent.as_deref()).or_else(of_path);
    let key = key.filter(|key| !sub.is_empty() && key.contains(sub)).and_then(clean);
    match key.as_deref() {
        Some(key) if key == sub => code("const key = await aws.identityId();"),
        // What would end the text of JavaScript does not come into it.
        Some(key) if !key.contains(['`', '\\', '$']) => {
            code(format!("const key = `{}`;", key.replacen(sub, "${await aws.identityId()}", 1)))
        }
        _ => code("const key = `private/${await aws.identityId()}/file.png`;"),
    }
}

/// The role mapping that lets a token choose.
pub(super) fn role_mapping(case: &Case<'_>) -> Paste {
    let provider = clean_or(case.issuer().or(case.context.logins_key.as_deref()), "YOUR_PROVIDER");
    let client = clean_or(case.context.token_aud.as_deref(), "YOUR_CLIENT_ID");
    let mapping = json!({ "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" });
    settings(&json!({ "RoleMappings": { format!("{provider}:{client}"): mapping } }))
}

pub(super) fn client_with_pool(case: &Case<'_>) -> Paste {
    code(format!("createClient({{ identityPoolId: {} }})", quoted(&pool(case))))
}

pub(super) fn client_with_classic_flow(case: &Case<'_>) -> Paste {
    code(format!(
        "createClient({{ identityPoolId: {}, classicFlow: {{ roleArn: {} }} }})",
        quoted(&pool(case)),
        quoted(&role_arn(case)),
    ))
}

pub(super) fn logins(case: &Case<'_>) -> Paste {
    let key =
        case.issuer().or(case.context.logins_key.as_deref()).unwrap_or("cognito-idp.REGION.amazonaws.com/USER_POOL_ID");
    code(format!("aws.setLogins({{ {}: () => session.idToken() }})", quoted(key)))
}

pub(super) fn endpoint(case: &Case<'_>, service: Option<&str>, region: Option<&str>) -> Paste {
    let host = case.host().unwrap_or_else(|| "YOUR_HOST".to_owned());
    let service = service.or(case.service()).unwrap_or("execute-api");
    // A host that is not AWS's own may still say where it is.
    let of_host = host.split('.').find(|label| crate::endpoint::is_region(label));
    let region = region.or(case.region()).or(of_host).unwrap_or("YOUR_REGION");
    code(format!(
        "endpoints: [{{ url: {}, service: {}, region: {} }}]",
        quoted(&format!("{}/", case.origin().unwrap_or_else(|| "https://YOUR_HOST".to_owned()))),
        quoted(service),
        quoted(region),
    ))
}

/// The declaration of a host behind which AWS sees another one: the one in AWS's canonical request, if it printed that.
pub(super) fn signed_as(case: &Case<'_>) -> Paste {
    let seen = case.aws_canonical().and_then(|canonical| canonical.header("host").and_then(clean));
    code(format!(
        "endpoints: [{{ url: {}, service: \"execute-api\", region: {}, signAs: {} }}]",
        quoted(&format!("{}/", case.origin().unwrap_or_else(|| "https://YOUR_HOST".to_owned()))),
        quoted(case.region().or(case.signed_region()).unwrap_or("YOUR_REGION")),
        quoted(seen.as_deref().unwrap_or("YOUR_API_ID.execute-api.YOUR_REGION.amazonaws.com")),
    ))
}

pub(super) fn provider(case: &Case<'_>) -> Paste {
    let issuer = clean_or(case.issuer().or(case.context.logins_key.as_deref()), "YOUR_PROVIDER");
    let client = clean_or(case.context.token_aud.as_deref(), "YOUR_CLIENT_ID");
    if issuer.starts_with("cognito-idp.") || issuer == "YOUR_PROVIDER" {
        return settings(&json!({
            "CognitoIdentityProviders": [{ "ProviderName": issuer, "ClientId": client, "ServerSideTokenCheck": false }],
        }));
    }
    settings(&json!({ "SupportedLoginProviders": { issuer: client } }))
}
