//! The control's own manners.

use serde_json::json;

use crate::support::{LocalAws, Request};

#[tokio::test]
async fn the_config_names_everything_a_client_needs() {
    let local = LocalAws::start().await;
    for pointer in [
        "/region",
        "/accountId",
        "/identityPoolId",
        "/identityPoolIdWithoutGuests",
        "/identityPoolIdWithoutAppSync",
        "/identityPoolIdClassic",
        "/userPoolId",
        "/clientId",
        "/loginKey",
        "/endpoints/cognitoIdentity",
        "/endpoints/cognitoIdp",
        "/endpoints/sts",
        "/endpoints/rest",
        "/endpoints/restWithoutCors",
        "/endpoints/http",
        "/endpoints/graphql",
        "/endpoints/graphqlRealtime",
        "/endpoints/graphqlDomain",
        "/endpoints/events",
        "/endpoints/eventsRealtime",
        "/endpoints/eventsDomain",
        "/apiIds/rest",
        "/users/0/username",
        "/users/0/password",
    ] {
        assert!(!local.at(pointer).is_empty(), "{pointer}");
    }
    assert!(local.endpoint("rest").contains(&format!(".localhost:{}/prod", local.port)));
}

#[tokio::test]
async fn a_reset_takes_everything_back() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", None).await;
    local.graphql(&exchange.credentials, r#"mutation { addNote(text: "x") { id } }"#).await;
    local.faults(json!({ "clockOffsetSeconds": 99, "hideDate": true })).await;
    let reply = local.control("POST", "reset", None).await;
    assert_eq!(reply.status, 200);
    // The clock too.
    let date = httpdate::parse_http_date(reply.header("date").unwrap()).unwrap();
    let ahead = date.duration_since(std::time::SystemTime::now()).unwrap_or_default();
    assert!(ahead.as_secs() < 5, "{ahead:?}");

    let stats = local.control("GET", "stats", None).await.json();
    assert_eq!((&stats["total"], &stats["calls"]), (&json!(0), &json!({})));
    let faults = local.control("GET", "faults", None).await.json();
    assert_eq!((&faults["clockOffsetSeconds"], &faults["hideDate"]), (&json!(0), &json!(false)));
    let body = json!({ "IdentityId": exchange.identity_id });
    let reply = local.cognito("GetCredentialsForIdentity", body).await;
    assert_eq!(reply.error_type(), "ResourceNotFoundException:");
    let reply = local.graphql(&local.guest().await, "{ notes { id } }").await;
    assert_eq!(reply.json()["data"]["notes"], json!([]));
}

#[tokio::test]
async fn a_misspelt_fault_is_refused_and_changes_nothing() {
    let local = LocalAws::start().await;
    for (change, word) in [
        (json!({ "hideDates": true, "clockOffsetSeconds": 5 }), "hideDates"),
        (json!({ "cognito": { "body": "nonsense" } }), "nonsense"),
        (json!({ "latencyMs": { "ec2": 1 } }), "ec2"),
    ] {
        let reply = local.control("POST", "faults", Some(change)).await;
        assert_eq!(reply.status, 400);
        assert!(reply.message().contains(word), "{}", reply.text());
    }
    assert_eq!(local.control("GET", "faults", None).await.json()["clockOffsetSeconds"], 0);
}

#[tokio::test]
async fn any_page_may_use_the_control() {
    let local = LocalAws::start().await;
    let url = format!("http://localhost:{}/_local/faults", local.port);
    let request = Request::new("OPTIONS", &url)
        .header("origin", "http://localhost:8080")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let reply = local.send(request).await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-headers"), Some("content-type"));
    let reply = local.control("GET", "nothing", None).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (404, Some("*")));
}

#[tokio::test]
async fn a_host_that_is_none_of_ours_is_not_answered() {
    let local = LocalAws::start().await;
    let url = format!("http://evil.example:{}/_local/config", local.port);
    let reply = local.send(Request::new("GET", &url)).await;
    assert_eq!(reply.status, 421);
    assert_eq!(reply.header("access-control-allow-origin"), None);
}
