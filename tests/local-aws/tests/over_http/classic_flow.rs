//! The classic flow: GetId, GetOpenIdToken, AssumeRoleWithWebIdentity.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::support::{Credentials, LocalAws, Reply, Request};

async fn open_id_token(local: &LocalAws, pool: &str, logins: Option<Value>) -> Reply {
    let mut request = json!({ "IdentityPoolId": local.at(&format!("/{pool}")) });
    if let Some(logins) = &logins {
        request["Logins"] = logins.clone();
    }
    let mut request = json!({ "IdentityId": local.cognito("GetId", request).await.json()["IdentityId"] });
    if let Some(logins) = logins {
        request["Logins"] = logins;
    }
    local.cognito("GetOpenIdToken", request).await
}

async fn assume(local: &LocalAws, role: &str, token: &str, more: &[(&str, &str)]) -> Reply {
    assume_as(local, "web", role, token, more).await
}

async fn assume_as(local: &LocalAws, session: &str, role: &str, token: &str, more: &[(&str, &str)]) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "AssumeRoleWithWebIdentity")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", &local.at(&format!("/roles/{role}")))
        .append_pair("RoleSessionName", session)
        .append_pair("WebIdentityToken", token)
        .extend_pairs(more)
        .finish();
    let request = Request::new("POST", &format!("{}/", local.endpoint("sts")))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    local.send(request).await
}

fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
    rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
}

#[tokio::test]
async fn a_guests_token_buys_the_guests_role() {
    let local = LocalAws::start().await;
    let token = open_id_token(&local, "identityPoolIdClassic", None).await.json();
    let reply = assume(&local, "LocalGuest", token["Token"].as_str().unwrap(), &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let xml = reply.text();
    assert_eq!(element(&xml, "SubjectFromWebIdentityToken"), token["IdentityId"].as_str().unwrap());
    assert_eq!(element(&xml, "Arn"), "arn:aws:sts::123456789012:assumed-role/LocalGuest/web");
    assert_eq!(element(&xml, "Expiration").len(), "2025-01-15T12:00:00Z".len());

    let credentials = Credentials {
        access_key_id: element(&xml, "AccessKeyId"),
        secret_access_key: element(&xml, "SecretAccessKey"),
        session_token: element(&xml, "SessionToken"),
        expiration: 0.0,
    };
    let items = Request::new("GET", &format!("{}/items", local.endpoint("rest")));
    let signed = credentials.sign_at(items, "execute-api", "us-east-1", SystemTime::now());
    assert_eq!(local.send(signed).await.status, 200);
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_token_is_denied() {
    let local = LocalAws::start().await;
    let guest = open_id_token(&local, "identityPoolIdClassic", None).await.json();
    let logins = local.logins("alice").await;
    let user = open_id_token(&local, "identityPoolIdClassic", Some(logins)).await.json();
    let denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    for (role, token) in [
        ("LocalUser", &guest),
        ("LocalGuest", &user),
        ("LocalUntrusting", &user),
        // Trusts another pool only.
        ("LocalReports", &user),
    ] {
        let reply = assume(&local, role, token["Token"].as_str().unwrap(), &[]).await;
        assert_eq!(reply.status, 403, "{role}");
        assert_eq!(element(&reply.text(), "Code"), "AccessDenied");
        assert_eq!(element(&reply.text(), "Message"), denied);
    }
    assert_eq!(assume(&local, "LocalUser", user["Token"].as_str().unwrap(), &[]).await.status, 200);
}

#[tokio::test]
async fn pools_that_do_not_offer_the_flow_say_so() {
    let local = LocalAws::start().await;
    for (pool, message) in [
        ("identityPoolId", "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."),
        ("identityPoolIdWithoutAppSync", "Basic (classic) flow is not enabled, please use enhanced flow."),
    ] {
        let reply = open_id_token(&local, pool, None).await;
        assert_eq!((reply.status, reply.message().as_str()), (400, message));
    }
}

#[tokio::test]
async fn tokens_and_parameters_are_checked() {
    let local = LocalAws::start().await;
    let answer = open_id_token(&local, "identityPoolIdClassic", None).await.json();
    let token = answer["Token"].as_str().unwrap();
    let id_token = local.sign_in("alice").await["IdToken"].clone();
    let unsigned = token.rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    for wrong in ["x", unsigned.as_str(), id_token.as_str().unwrap()] {
        let reply = assume(&local, "LocalGuest", wrong, &[]).await;
        assert_eq!(reply.status, 400);
        assert_eq!(element(&reply.text(), "Code"), "InvalidIdentityToken");
    }
    for wrong in ["899", "43201", "long"] {
        let reply = assume(&local, "LocalGuest", token, &[("DurationSeconds", wrong)]).await;
        assert_eq!(element(&reply.text(), "Code"), "ValidationError", "{wrong}");
    }
    for wrong in ["", "a", "two words"] {
        let reply = assume_as(&local, wrong, "LocalGuest", token, &[]).await;
        assert_eq!(element(&reply.text(), "Code"), "ValidationError", "{wrong}");
    }
    assert_eq!(assume(&local, "LocalGuest", token, &[("DurationSeconds", "900")]).await.status, 200);

    // The token lasts ten minutes.
    local.faults(json!({ "clockOffsetSeconds": 660 })).await;
    let reply = assume(&local, "LocalGuest", token, &[]).await;
    assert_eq!((reply.status, element(&reply.text(), "Code").as_str()), (400, "ExpiredTokenException"));
}
