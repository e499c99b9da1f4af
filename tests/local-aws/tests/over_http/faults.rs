//! Everything that can be made to go wrong.

use std::time::{Duration, Instant, SystemTime};

use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{Credentials, LocalAws, Reply, Request, begin};

async fn items(local: &LocalAws, credentials: &Credentials) -> Reply {
    let request = Request::new("GET", &format!("{}/items", local.endpoint("rest")));
    local.send(credentials.sign(request, "execute-api")).await
}

async fn get_id(local: &LocalAws) -> Reply {
    local.cognito("GetId", json!({ "IdentityPoolId": local.at("/identityPoolId") })).await
}

fn date(reply: &Reply) -> SystemTime {
    httpdate::parse_http_date(reply.header("date").unwrap()).unwrap()
}

#[tokio::test]
async fn the_servers_clock_can_be_wrong() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    local.faults(json!({ "clockOffsetSeconds": 600 })).await;
    let reply = items(&local, &credentials).await;
    assert!(reply.message().starts_with("Signature expired: "), "{}", reply.text());
    let ahead = date(&reply).duration_since(SystemTime::now()).unwrap();
    assert!(ahead.as_secs().abs_diff(600) <= 2);

    let request = Request::new("GET", &format!("{}/items", local.endpoint("rest")));
    let corrected = credentials.sign_at(request, "execute-api", "us-east-1", date(&reply));
    assert_eq!(local.send(corrected).await.status, 200);
    local.faults(json!({ "clockOffsetSeconds": null })).await;
    assert_eq!(items(&local, &credentials).await.status, 200);
}

#[tokio::test]
async fn the_date_can_be_hidden() {
    let local = LocalAws::start().await;
    local.faults(json!({ "hideDate": true })).await;
    let reply = get_id(&local).await;
    assert_eq!(reply.header("date"), None);
    let exposed = reply.header("access-control-expose-headers").unwrap();
    assert!(!exposed.contains("Date"), "{exposed}");
}

#[tokio::test]
async fn credentials_can_last_seconds_expire_and_be_revoked() {
    let local = LocalAws::start().await;
    let lasting = local.guest().await;
    local.faults(json!({ "credentialLifetimeSeconds": 1 })).await;
    let brief = local.guest().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let reply = items(&local, &brief).await;
    assert_eq!((reply.status, reply.error_type()), (403, "ExpiredTokenException"));
    assert_eq!(items(&local, &lasting).await.status, 200);

    local.faults(json!({ "expireCredentials": true })).await;
    assert_eq!(items(&local, &lasting).await.error_type(), "ExpiredTokenException");
    local.faults(json!({ "revokeCredentials": true })).await;
    assert_eq!(items(&local, &lasting).await.error_type(), "UnrecognizedClientException");
    local.faults(json!({ "credentialLifetimeSeconds": null })).await;
    let fresh = local.guest().await;
    assert_eq!(items(&local, &fresh).await.status, 200);
}

#[tokio::test]
async fn identities_can_be_deleted_and_disabled() {
    let local = LocalAws::start().await;
    let guest = local.exchange("identityPoolId", None).await.identity_id;
    let ask = || local.cognito("GetCredentialsForIdentity", json!({ "IdentityId": guest }));
    local.faults(json!({ "disableIdentity": guest })).await;
    assert_eq!(ask().await.message(), format!("Access to Identity '{guest}' is forbidden."));
    local.faults(json!({ "deleteIdentity": guest })).await;
    assert_eq!(ask().await.message(), format!("Identity '{guest}' not found."));
    let reply = local.control("POST", "faults", Some(json!({ "deleteIdentity": guest }))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_cognito_operation_can_fail_a_number_of_times() {
    let local = LocalAws::start().await;
    let fault =
        json!({ "operation": "GetId", "type": "TooManyRequestsException", "message": "Rate exceeded", "times": 2 });
    local.faults(json!({ "cognito": fault })).await;
    for _ in 0..2 {
        let reply = get_id(&local).await;
        assert_eq!((reply.status, reply.error_type()), (400, "TooManyRequestsException:"));
    }
    assert_eq!(get_id(&local).await.status, 200);
    assert_eq!(local.count("cognitoIdentity", "GetId", "TooManyRequestsException").await, 2);

    local.faults(json!({ "cognito": [{ "type": "InternalErrorException" }, { "status": 503, "type": "Odd" }] })).await;
    assert_eq!(get_id(&local).await.status, 500);
    assert_eq!(get_id(&local).await.status, 503);
    assert_eq!(get_id(&local).await.status, 200);
}

#[tokio::test]
async fn cognito_can_answer_what_is_no_answer() {
    let local = LocalAws::start().await;
    local
        .faults(json!({ "cognito": [{ "body": "html" }, { "body": "empty" }, { "body": "half" }, { "body": "malformed" }] }))
        .await;
    let html = get_id(&local).await;
    assert_eq!((html.status, html.header("content-type")), (503, Some("text/html")));
    let empty = get_id(&local).await;
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    let half = get_id(&local).await;
    assert!(half.status == 200 && serde_json::from_slice::<Value>(&half.body).is_err());
    assert!(half.text().starts_with("{\"IdentityId\""), "{}", half.text());
    assert_eq!(get_id(&local).await.json()["IdentityId"], 7);
    assert_eq!(get_id(&local).await.status, 200);
}

#[tokio::test]
async fn every_service_can_be_throttled_and_fail_in_its_own_words() {
    let local = LocalAws::start().await;
    for (service, status, name) in [
        ("cognitoIdentity", 400, "TooManyRequestsException:"),
        ("cognitoIdp", 400, "TooManyRequestsException:"),
        ("sts", 400, ""),
        ("rest", 429, "TooManyRequestsException"),
        ("http", 429, ""),
        ("graphql", 429, "TooManyRequestsException"),
    ] {
        let ask = || local.send(Request::new("POST", &local.endpoint(service)));
        let usual = ask().await.status;
        local.faults(json!({ "throttle": { "service": service, "times": 1, "retryAfter": 2 } })).await;
        let reply = ask().await;
        assert_eq!((reply.status, reply.error_type()), (status, name), "{service}");
        assert_eq!(reply.header("retry-after"), Some("2"));
        assert_eq!(ask().await.status, usual, "{service}");

        local.faults(json!({ "status5xx": { "service": service, "status": 503 } })).await;
        assert_eq!(ask().await.status, 503, "{service}");
        assert_eq!(ask().await.status, usual, "{service}");
    }
}

#[tokio::test]
async fn a_service_can_be_slow_and_the_peak_is_counted() {
    let local = LocalAws::start().await;
    local.faults(json!({ "latencyMs": { "cognitoIdentity": 200 } })).await;
    let begun = Instant::now();
    tokio::join!(get_id(&local), get_id(&local), get_id(&local));
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let stats = local.control("GET", "stats", None).await.json();
    assert_eq!(stats["peakConcurrency"]["cognitoIdentity"], 3);
    assert_eq!(stats["total"], 3);
}

#[tokio::test]
async fn an_answer_can_break_off() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    local.faults(json!({ "cut": { "service": "rest" } })).await;
    let request = Request::new("GET", &format!("{}/items", local.endpoint("rest")));
    let signed = credentials.sign(request, "execute-api");
    let response = begin(local.port, signed.clone()).await.unwrap();
    assert_eq!(response.status(), 200);
    let promised = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = response.into_body();
    let half = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(!half.is_empty() && half.len() < promised);
    assert!(body.frame().await.unwrap().is_err());
    assert_eq!(local.send(signed).await.status, 200);
    assert_eq!(local.count("rest", "GET /items", "cut").await, 1);
}

#[tokio::test]
async fn a_service_can_be_down_for_a_while_by_the_servers_clock() {
    let local = LocalAws::start().await;
    local.faults(json!({ "outage": { "service": "cognitoIdentity", "seconds": 30 } })).await;
    for _ in 0..3 {
        assert_eq!(get_id(&local).await.status, 503);
    }
    local.faults(json!({ "clockOffsetSeconds": 31 })).await;
    assert_eq!(get_id(&local).await.status, 200);
    local.faults(json!({ "clockOffsetSeconds": null })).await;
    assert_eq!(get_id(&local).await.status, 503);
    local.faults(json!({ "outage": null })).await;
    assert_eq!(get_id(&local).await.status, 200);
}

#[tokio::test]
async fn retry_after_can_be_a_date() {
    let local = LocalAws::start().await;
    local
        .faults(json!({ "throttle": { "service": "cognitoIdentity", "retryAfter": 60, "retryAfterAsDate": true },
                       "clockOffsetSeconds": 600 }))
        .await;
    let reply = get_id(&local).await;
    let until = httpdate::parse_http_date(reply.header("retry-after").unwrap()).unwrap();
    assert!(until.duration_since(date(&reply)).unwrap().as_secs().abs_diff(60) <= 1);
}

#[tokio::test]
async fn an_answer_can_come_from_a_cache() {
    let local = LocalAws::start().await;
    for service in ["cognitoIdentity", "rest"] {
        let ask = || local.send(Request::new("POST", &local.endpoint(service)));
        let usual = ask().await;
        local.faults(json!({ "cached": { "service": service, "seconds": 7200 } })).await;
        let reply = ask().await;
        assert_eq!((reply.status, reply.header("age")), (usual.status, Some("7200")), "{service}");
        let old = SystemTime::now().duration_since(date(&reply)).unwrap();
        assert!(old.as_secs().abs_diff(7200) <= 2, "{service}");
        let exposed = reply.header("access-control-expose-headers").unwrap().to_lowercase();
        assert!(exposed.contains("age") && exposed.contains("date"), "{exposed}");
        assert_eq!(ask().await.header("age"), None, "{service}");
    }
}

#[tokio::test]
async fn a_roles_sessions_can_be_revoked() {
    let local = LocalAws::start().await;
    let revoked = local.guest().await;
    local.faults(json!({ "revokeSessions": "LocalGuest" })).await;
    let reply = items(&local, &revoked).await;
    assert_eq!((reply.status, reply.error_type()), (403, "AccessDeniedException"));
    assert!(reply.message().ends_with("with an explicit deny in an identity-based policy"), "{}", reply.text());
    // Those that come later are not concerned, nor are other roles.
    let fresh = local.guest().await;
    assert_eq!(items(&local, &fresh).await.status, 200);
    local.faults(json!({ "revokeSessions": "LocalUser" })).await;
    assert_eq!(items(&local, &fresh).await.status, 200);
    let reply = local.control("POST", "faults", Some(json!({ "revokeSessions": "Nobody" }))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn members_of_cognitos_answers_can_be_replaced() {
    let local = LocalAws::start().await;
    let patch = json!({ "Credentials": { "Expiration": 0, "SessionToken": null } });
    local.faults(json!({ "cognito": { "operation": "GetCredentialsForIdentity", "merge": patch } })).await;
    let guest = get_id(&local).await.json()["IdentityId"].clone();
    let ask = || local.cognito("GetCredentialsForIdentity", json!({ "IdentityId": guest }));
    let credentials = ask().await.json()["Credentials"].clone();
    assert_eq!((&credentials["Expiration"], &credentials["SessionToken"]), (&json!(0), &Value::Null));
    assert!(credentials["SecretKey"].is_string());
    assert!(ask().await.json()["Credentials"]["Expiration"].as_f64().unwrap() > 1e9);
}

#[tokio::test]
async fn an_answer_can_be_padded() {
    let local = LocalAws::start().await;
    for service in ["cognitoIdentity", "sts", "rest"] {
        let ask = || local.send(Request::new("POST", &local.endpoint(service)));
        let usual = ask().await.body.len();
        local.faults(json!({ "pad": { "service": service, "bytes": 100_000 } })).await;
        let padded = ask().await;
        assert!(padded.body.len() >= 100_000 && padded.text().ends_with("  "), "{service}");
        assert!(ask().await.body.len().abs_diff(usual) < 100, "{service}");
    }
}

#[tokio::test]
async fn an_answer_can_stop_in_the_middle() {
    let local = LocalAws::start().await;
    local.faults(json!({ "stall": { "service": "sts" } })).await;
    let request = Request::new("POST", &local.endpoint("sts"));
    let mut body = begin(local.port, request.clone()).await.unwrap().into_body();
    assert!(!body.frame().await.unwrap().unwrap().into_data().unwrap().is_empty());
    assert!(tokio::time::timeout(Duration::from_millis(300), body.frame()).await.is_err());
    assert!(!local.send(request).await.body.is_empty());
}

#[tokio::test]
async fn one_services_clock_can_be_wrong() {
    let local = LocalAws::start().await;
    let credentials = local.guest().await;
    local.faults(json!({ "serviceClockOffsetSeconds": { "rest": 600 } })).await;
    let reply = items(&local, &credentials).await;
    assert!(reply.message().starts_with("Signature expired: "), "{}", reply.text());
    let corrected = credentials.sign_at(
        Request::new("GET", &format!("{}/items", local.endpoint("rest"))),
        "execute-api",
        "us-east-1",
        date(&reply),
    );
    assert_eq!(local.send(corrected).await.status, 200);
    let other = Request::new("GET", &format!("{}/items", local.endpoint("http")));
    assert_eq!(local.send(credentials.sign(other, "execute-api")).await.status, 200);
    assert!(date(&get_id(&local).await).duration_since(SystemTime::now()).unwrap_or_default().as_secs() < 2);
    local.faults(json!({ "serviceClockOffsetSeconds": null })).await;
    assert_eq!(items(&local, &credentials).await.status, 200);
}
