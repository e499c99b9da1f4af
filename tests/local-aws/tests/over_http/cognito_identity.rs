//! The enhanced flow: identities, logins, roles and the service's own errors.

use serde_json::{Value, json};

use crate::support::{LocalAws, Reply, Request, aws_json};

fn assert_error(reply: &Reply, name: &str, message: &str) {
    assert_eq!(reply.error_type(), format!("{name}:"), "{}", reply.text());
    assert_eq!(reply.json(), json!({ "__type": name, "message": message }));
    assert_eq!(reply.header("x-amzn-errormessage"), Some(message));
    assert_eq!(reply.status, 400);
}

fn not_authorized(reply: &Reply, message: &str) {
    assert_error(reply, "NotAuthorizedException", message);
}

async fn get_id(local: &LocalAws, logins: Value) -> Reply {
    let pool = local.at("/identityPoolId");
    local.cognito("GetId", json!({ "IdentityPoolId": pool, "Logins": logins })).await
}

async fn get_credentials(local: &LocalAws, identity_id: &str, logins: Option<&Value>) -> Reply {
    let mut request = json!({ "IdentityId": identity_id });
    if let Some(logins) = logins {
        request["Logins"] = logins.clone();
    }
    local.cognito("GetCredentialsForIdentity", request).await
}

#[tokio::test]
async fn a_guest_gets_an_identity_and_credentials_for_an_hour() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", None).await;
    assert!(exchange.identity_id.starts_with("us-east-1:"));
    let credentials = exchange.credentials;
    assert!(credentials.access_key_id.starts_with("ASIA"));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((credentials.expiration - now - 3600.0).abs() < 5.0);
    // AWS writes the expiry with a fraction.
    let reply = get_credentials(&local, &exchange.identity_id, None).await;
    assert!(reply.json()["Credentials"]["Expiration"].is_f64(), "{}", reply.text());
}

#[tokio::test]
async fn ids_and_operations_that_do_not_exist_are_refused_in_aws_words() {
    let local = LocalAws::start().await;
    let ask = |id: &'static str| local.cognito("GetId", json!({ "IdentityPoolId": id }));
    assert_error(
        &ask("us-east-1_AbCdEf").await,
        "ValidationException",
        r"1 validation error detected: Value 'us-east-1_AbCdEf' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+:[0-9a-f-]+",
    );
    assert_error(&ask("us-east-1:0-0").await, "ResourceNotFoundException", "IdentityPool 'us-east-1:0-0' not found.");
    assert_error(
        &get_credentials(&local, "us-east-1:0-0", None).await,
        "ResourceNotFoundException",
        "Identity 'us-east-1:0-0' not found.",
    );
    assert_error(
        &local.cognito("GetId", json!({})).await,
        "ValidationException",
        "1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must not be null",
    );
    let reply = local.cognito("DescribeIdentityPool", json!({})).await;
    assert_eq!((reply.status, reply.error_type()), (404, "UnknownOperationException:"));
    let url = local.endpoint("cognitoIdentity");
    let reply = local.send(Request::new("POST", &url).header("content-type", "application/json").body("{}")).await;
    assert_eq!((reply.status, reply.error_type()), (404, "UnknownOperationException:"));
    let request = aws_json(&url, "AWSCognitoIdentityService", "GetId", &Value::Null).body("{");
    assert_eq!(local.send(request).await.error_type(), "SerializationException:");
}

#[tokio::test]
async fn another_region_holds_no_pool() {
    let local = LocalAws::start().await;
    let pool = local.at("/identityPoolId");
    let url = local.endpoint("cognitoIdentity").replace("us-east-1", "eu-west-1");
    let request = aws_json(&url, "AWSCognitoIdentityService", "GetId", &json!({ "IdentityPoolId": pool }));
    let reply = local.send(request).await;
    assert_error(&reply, "ResourceNotFoundException", &format!("IdentityPool '{pool}' not found."));
}

#[tokio::test]
async fn a_pool_without_guests_takes_users_only() {
    let local = LocalAws::start().await;
    let pool = local.at("/identityPoolIdWithoutGuests");
    let reply = local.cognito("GetId", json!({ "IdentityPoolId": pool })).await;
    not_authorized(&reply, "Unauthenticated access is not supported for this identity pool.");
    let logins = local.logins("alice").await;
    local.exchange("identityPoolIdWithoutGuests", Some(logins)).await;
}

#[tokio::test]
async fn a_pool_whose_role_does_not_trust_it_is_misconfigured() {
    let local = LocalAws::start().await;
    let pool = local.at("/identityPoolIdWithoutRoles");
    let misconfigured = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
    let guest = local.cognito("GetId", json!({ "IdentityPoolId": pool })).await.json();
    let reply = get_credentials(&local, guest["IdentityId"].as_str().unwrap(), None).await;
    assert_error(&reply, "InvalidIdentityPoolConfigurationException", misconfigured);
}

#[tokio::test]
async fn a_user_finds_the_same_identity_again() {
    let local = LocalAws::start().await;
    let first = local.exchange("identityPoolId", Some(local.logins("alice").await)).await;
    let second = local.exchange("identityPoolId", Some(local.logins("alice").await)).await;
    let bob = local.exchange("identityPoolId", Some(local.logins("bob").await)).await;
    assert_eq!(first.identity_id, second.identity_id);
    assert_ne!(first.identity_id, bob.identity_id);
}

#[tokio::test]
async fn a_guest_who_signs_in_keeps_the_identity_which_then_needs_the_login() {
    let local = LocalAws::start().await;
    let guest = local.exchange("identityPoolId", None).await.identity_id;
    let logins = local.logins("alice").await;
    let reply = get_credentials(&local, &guest, Some(&logins)).await;
    assert_eq!(reply.json()["IdentityId"], guest.as_str());

    let forbidden = format!("Access to Identity '{guest}' is forbidden.");
    not_authorized(&get_credentials(&local, &guest, None).await, &forbidden);
    let bobs = local.logins("bob").await;
    not_authorized(&get_credentials(&local, &guest, Some(&bobs)).await, &forbidden);
}

#[tokio::test]
async fn a_guest_whose_user_has_an_identity_is_given_that_one() {
    let local = LocalAws::start().await;
    let logins = local.logins("alice").await;
    let alice = local.exchange("identityPoolId", Some(logins.clone())).await.identity_id;
    let guest = local.exchange("identityPoolId", None).await.identity_id;
    let reply = get_credentials(&local, &guest, Some(&logins)).await;
    assert_eq!(reply.json()["IdentityId"], alice.as_str());
    not_authorized(
        &get_credentials(&local, &guest, None).await,
        &format!("Access to Identity '{guest}' is forbidden."),
    );
}

#[tokio::test]
async fn login_tokens_are_checked() {
    let local = LocalAws::start().await;
    let key = local.at("/loginKey");
    let result = local.sign_in("alice").await;
    let token = result["IdToken"].as_str().unwrap();

    let with = |key: &str, token: &str| get_id(&local, json!({ key: token }));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{message}.{first}{}", &signature[1..]);
    not_authorized(&with(&key, &forged).await, "Invalid login token. Couldn't verify signed token.");
    not_authorized(
        &with(&key, result["AccessToken"].as_str().unwrap()).await,
        "Invalid login token. Missing a required claim: aud",
    );
    not_authorized(&with(&key, "not-a-token").await, "Invalid login token. Not a valid OpenId Connect identity token.");
    not_authorized(
        &with("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_LocalPool", token).await,
        "Invalid login token. Issuer doesn't match providerName",
    );
    not_authorized(
        &with("accounts.google.com", token).await,
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    );
    let reply = with("https://accounts.google.com", token).await;
    assert_error(&reply, "InvalidParameterException", "Please provide a valid public provider");
    let reply = with("cognito-identity.amazonaws.com", token).await;
    not_authorized(&reply, "Invalid login token. Issuer doesn't match providerName");
}

#[tokio::test]
async fn a_token_of_another_issuer_is_no_cognito_token() {
    let local = LocalAws::start().await;
    let body = json!({ "identityPoolId": local.at("/identityPoolId"), "user": "erin" });
    let token = local.control("POST", "developer-token", Some(body)).await.json()["Token"].clone();
    let reply = get_id(&local, json!({ local.at("/loginKey"): token })).await;
    not_authorized(&reply, "Invalid login token. Not a Cognito token.");
}

#[tokio::test]
async fn a_user_pool_that_is_not_attached_is_not_supported() {
    let local = LocalAws::start().await;
    let reply = local
        .idp(
            "InitiateAuth",
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": local.at("/unattachedUserPool/clientId"),
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": "Wonderland-1" },
            }),
        )
        .await;
    let token = reply.json()["AuthenticationResult"]["IdToken"].clone();
    let reply = get_id(&local, json!({ local.at("/unattachedUserPool/loginKey"): token })).await;
    not_authorized(&reply, "Token is not from a supported provider of this identity pool.");
}

#[tokio::test]
async fn an_expired_token_is_told_by_the_servers_clock() {
    let local = LocalAws::start().await;
    let logins = local.logins("alice").await;
    local.faults(json!({ "clockOffsetSeconds": 7200 })).await;
    let reply = get_id(&local, logins).await;
    let message = reply.message();
    let numbers = message.strip_prefix("Invalid login token. Token expired: ").unwrap();
    let (now, expiry) = numbers.split_once(" >= ").unwrap();
    let (now, expiry): (u64, u64) = (now.parse().unwrap(), expiry.parse().unwrap());
    assert!((now - expiry).abs_diff(3600) < 5, "{message}");
}

#[tokio::test]
async fn a_token_with_roles_chooses_among_them() {
    let local = LocalAws::start().await;
    let logins = local.logins("carol").await;
    let exchange = local.exchange("identityPoolId", Some(logins.clone())).await;
    let ask = |role: String| {
        let body = json!({ "IdentityId": exchange.identity_id, "Logins": logins, "CustomRoleArn": role });
        local.cognito("GetCredentialsForIdentity", body)
    };
    assert_eq!(ask(local.at("/roles/LocalWithoutAppSync")).await.status, 200);
    let reply = ask(local.at("/roles/LocalUser")).await;
    assert_eq!(reply.error_type(), "NotAuthorizedException:");
}

#[tokio::test]
async fn a_developers_user_gets_the_authenticated_role() {
    let local = LocalAws::start().await;
    let body = json!({ "identityPoolId": local.at("/identityPoolId"), "user": "erin" });
    let developer = local.control("POST", "developer-token", Some(body.clone())).await.json();
    let again = local.control("POST", "developer-token", Some(body)).await.json();
    assert_eq!(developer["IdentityId"], again["IdentityId"]);

    let id = developer["IdentityId"].as_str().unwrap();
    let logins = json!({ "cognito-identity.amazonaws.com": developer["Token"] });
    assert_eq!(get_credentials(&local, id, Some(&logins)).await.status, 200);
    let guest = local.exchange("identityPoolId", None).await.identity_id;
    not_authorized(
        &get_credentials(&local, &guest, Some(&logins)).await,
        &format!("Access to Identity '{guest}' is forbidden."),
    );
}

#[tokio::test]
async fn an_unlinked_login_no_longer_opens_the_identity() {
    let local = LocalAws::start().await;
    let logins = local.logins("alice").await;
    let alice = local.exchange("identityPoolId", Some(logins.clone())).await.identity_id;
    let body = json!({ "IdentityId": alice, "Logins": logins, "LoginsToRemove": [local.at("/loginKey")] });
    assert_eq!(local.cognito("UnlinkIdentity", body).await.status, 200);
    not_authorized(
        &get_credentials(&local, &alice, Some(&logins)).await,
        &format!("Access to Identity '{alice}' is forbidden."),
    );
}
