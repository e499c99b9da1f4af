//! Signing in with a user pool.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{LocalAws, Reply, Request};

async fn initiate(local: &LocalAws, flow: &str, parameters: Value) -> Reply {
    let client_id = local.at("/clientId");
    local.idp("InitiateAuth", json!({ "AuthFlow": flow, "ClientId": client_id, "AuthParameters": parameters })).await
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_password_gives_tokens_whose_issuer_is_the_login_key() {
    let local = LocalAws::start().await;
    let result = local.sign_in("carol").await;
    assert_eq!(result["TokenType"], "Bearer");
    let id = claims(&result["IdToken"]);
    assert_eq!(id["iss"], format!("https://{}", local.at("/loginKey")));
    assert_eq!(id["aud"], local.at("/clientId"));
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["cognito:preferred_role"], local.at("/roles/LocalReports"));
    let access = claims(&result["AccessToken"]);
    assert_eq!(access["token_use"], "access");
    assert!(access.get("aud").is_none());
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_and_no_new_refresh_token() {
    let local = LocalAws::start().await;
    let first = local.sign_in("alice").await;
    let reply = initiate(&local, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": first["RefreshToken"] })).await;
    let second = reply.json()["AuthenticationResult"].clone();
    assert_ne!(first["IdToken"], second["IdToken"]);
    assert_eq!(claims(&first["IdToken"])["sub"], claims(&second["IdToken"])["sub"]);
    assert!(second.get("RefreshToken").is_none());
    let reply = initiate(&local, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": "other" })).await;
    assert_eq!(reply.message(), "Invalid Refresh Token");
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": local.at("/unattachedUserPool/clientId"),
        "AuthParameters": { "REFRESH_TOKEN": first["RefreshToken"] },
    });
    assert_eq!(local.idp("InitiateAuth", body).await.message(), "Invalid Refresh Token");
}

#[tokio::test]
async fn wrong_passwords_users_clients_and_flows_are_refused() {
    let local = LocalAws::start().await;
    for (username, password) in [("alice", "wrong"), ("nobody", "Wonderland-1")] {
        let reply = initiate(&local, "USER_PASSWORD_AUTH", json!({ "USERNAME": username, "PASSWORD": password })).await;
        assert_eq!(reply.error_type(), "NotAuthorizedException:");
        assert_eq!(reply.message(), "Incorrect username or password.");
    }
    let reply =
        initiate(&local, "USER_PASSWORD_AUTH", json!({ "USERNAME": "dave", "PASSWORD": "Unconfirmed-1" })).await;
    assert_eq!(reply.error_type(), "UserNotConfirmedException:");
    let reply = initiate(&local, "USER_SRP_AUTH", json!({})).await;
    assert_eq!(reply.error_type(), "InvalidParameterException:");
    let reply = initiate(&local, "USER_PASSWORD_AUTH", json!({ "USERNAME": "alice" })).await;
    assert_eq!(reply.message(), "Missing required parameter PASSWORD");
    let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "nobody" });
    assert_eq!(local.idp("InitiateAuth", body).await.error_type(), "ResourceNotFoundException:");
}

#[tokio::test]
async fn the_key_that_signs_is_published() {
    let local = LocalAws::start().await;
    let url = format!("{}/{}/.well-known/jwks.json", local.endpoint("cognitoIdp"), local.at("/userPoolId"));
    let keys = local.send(Request::new("GET", &url)).await.json();
    let key = &keys["keys"][0];
    assert_eq!((key["kty"].as_str(), key["alg"].as_str()), (Some("RSA"), Some("RS256")));
    let token = local.sign_in("alice").await["IdToken"].clone();
    let header = token.as_str().unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], key["kid"]);
    let other = url.replace("LocalPool", "NoPool");
    assert_eq!(local.send(Request::new("GET", &other)).await.status, 404);
}
