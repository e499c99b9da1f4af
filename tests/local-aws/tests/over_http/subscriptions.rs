//! GraphQL subscriptions over sockets.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Api, LocalAws, Request, refusal};

const ADDED: &str = "subscription { noteAdded { text } }";

async fn add(local: &LocalAws, text: &str) {
    let query = format!("mutation {{ addNote(text: {}) {{ id }} }}", json!(text));
    let reply = local.graphql(&local.guest().await, &query).await;
    assert!(reply.json()["errors"].is_null(), "{}", reply.text());
}

fn first_error(frame: &Value) -> (&str, &str, &str) {
    let error = &frame["payload"]["errors"][0];
    (
        frame["type"].as_str().unwrap(),
        error["errorType"].as_str().unwrap(),
        error["message"].as_str().unwrap().lines().next().unwrap_or_default(),
    )
}

#[tokio::test]
async fn notes_are_delivered_to_those_who_have_subscribed() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.open(Api::Graphql, &local.authorize_connect(Api::Graphql, &guest)).await;
    // What comes before the acknowledgement is ignored.
    socket.send(local.start_frame(&guest, "early", ADDED)).await;
    let ack = socket.ask(json!({ "type": "connection_init" })).await;
    assert_eq!(ack, json!({ "type": "connection_ack", "payload": { "connectionTimeoutMs": 300_000 } }));
    let frame = socket.ask(local.start_frame(&guest, "s-1", ADDED)).await;
    assert_eq!(frame, json!({ "type": "start_ack", "id": "s-1" }));
    let mut other = local.connect(Api::Graphql, &local.user("alice").await).await;
    let started = other.ask(local.start_frame(&local.user("alice").await, "s-1", ADDED)).await;
    assert_eq!(started["type"], "start_ack");

    add(&local, "hello").await;
    let expected = json!({ "type": "data", "id": "s-1", "payload": { "data": { "noteAdded": { "text": "hello" } } } });
    assert_eq!(socket.frame().await, expected);
    assert_eq!(other.frame().await, expected);

    let frame = socket.ask(json!({ "type": "stop", "id": "s-1" })).await;
    assert_eq!(frame, json!({ "type": "complete", "id": "s-1" }));
    add(&local, "after").await;
    assert_eq!(other.frame().await["payload"]["data"]["noteAdded"]["text"], "after");
    // Nothing more of a subscription that was stopped, and its id can be used again.
    assert_eq!(socket.ask(local.start_frame(&guest, "s-1", ADDED)).await["type"], "start_ack");

    let stats = local.control("GET", "stats", None).await.json();
    assert_eq!(stats["calls"]["graphqlRealtime"], json!({ "connect": { "ok": 2 }, "start": { "ok": 3 } }));
    assert_eq!(
        (&stats["openSockets"]["graphqlRealtime"], &stats["deliveries"]["graphqlRealtime"]),
        (&json!(2), &json!(3))
    );
}

#[tokio::test]
async fn an_argument_filters() {
    let local = LocalAws::start().await;
    let exchange = local.exchange("identityPoolId", None).await;
    let guest = &exchange.credentials;
    let mut socket = local.connect(Api::Graphql, guest).await;
    let query = format!("subscription S {{ noteAdded(owner: {}) {{ owner text }} }}", json!(exchange.identity_id));
    assert_eq!(socket.ask(local.start_frame(guest, "1", &query)).await["type"], "start_ack");
    add(&local, "another's").await;
    let own = r#"mutation { addNote(text: "own") { id } }"#;
    local.graphql(guest, own).await;
    let data = socket.frame().await["payload"]["data"].clone();
    assert_eq!(data, json!({ "noteAdded": { "owner": exchange.identity_id, "text": "own" } }));
}

#[tokio::test]
async fn a_deleted_note_is_told_to_users_only() {
    let local = LocalAws::start().await;
    let (guest, user) = (local.guest().await, local.user("alice").await);
    let mut socket = local.connect(Api::Graphql, &guest).await;
    let deleted = "subscription { noteDeleted { text } }";
    let frame = socket.ask(local.start_frame(&guest, "1", deleted)).await;
    assert_eq!(frame["id"], "1");
    assert_eq!(
        first_error(&frame),
        ("error", "Unauthorized", "Not Authorized to access noteDeleted on type Subscription")
    );
    // Each start has its own signature: another caller's, on the same socket.
    assert_eq!(socket.ask(local.start_frame(&user, "2", deleted)).await, json!({ "type": "start_ack", "id": "2" }));
    let reply = local.graphql(&user, r#"mutation { addNote(text: "gone") { id } }"#).await;
    let query = format!("mutation {{ deleteNote(id: {}) {{ id }} }}", reply.json()["data"]["addNote"]["id"]);
    local.graphql(&user, &query).await;
    assert_eq!(socket.frame().await["payload"]["data"]["noteDeleted"]["text"], "gone");
}

#[tokio::test]
async fn a_connection_is_refused_in_its_first_frame() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let url = local.endpoint("graphql");
    let good = local.authorize_connect(Api::Graphql, &guest);
    let connect_url = format!("{url}/connect");
    let with = |name: &str, value: Value| {
        let mut object = good.clone();
        object[name] = value;
        object
    };
    let mut unknown = guest.clone();
    unknown.access_key_id = "ASIAAAAAAAAAAAAAAAAA".to_owned();
    let no_appsync = local.exchange("identityPoolIdWithoutAppSync", None).await.credentials;
    let early = SystemTime::now() - Duration::from_secs(900);
    let realtime_host = good["host"].as_str().unwrap().replace("appsync-api", "appsync-realtime-api");
    let mismatch = "The request signature we calculated does not match";
    for (authorization, name, code, message) in [
        (json!({}), "UnauthorizedException", 400, "You are not authorized to make this call."),
        (with("Authorization", json!("eyJ0.eyJ0.sig")), "UnauthorizedException", 400, "Unable to parse JWT token."),
        (with("authorization", json!("eyJ0.eyJ0.sig")), "UnauthorizedException", 400, "Unable to parse JWT token."),
        (with("host", json!(realtime_host)), "UnauthorizedException", 400, "You are not authorized to make this call."),
        (with("accept", json!("*/*")), "BadRequestException", 400, mismatch),
        (with("x-amz-security-token", json!("other")), "UnrecognizedClientException", 403, "The security token"),
        // Signed for another path, and with another body.
        (guest.authorize(&url, "{}"), "BadRequestException", 400, mismatch),
        (guest.authorize(&connect_url, ""), "BadRequestException", 400, mismatch),
        (guest.authorize_at(&connect_url, "{}", early), "BadRequestException", 400, "Signature expired: "),
        (unknown.authorize(&connect_url, "{}"), "UnrecognizedClientException", 403, "The security token"),
        (no_appsync.authorize(&connect_url, "{}"), "UnauthorizedException", 400, "Permission denied"),
    ] {
        let mut socket = local.open(Api::Graphql, &authorization).await;
        let frame = socket.frame().await;
        let (kind, got, text) = first_error(&frame);
        assert_eq!((kind, got), ("connection_error", name), "{frame}");
        assert!(text.starts_with(message), "{frame}");
        assert_eq!(frame["payload"]["errors"][0]["errorCode"], code);
        assert_eq!(socket.close_code().await, 1000);
    }
    local.faults(json!({ "expireCredentials": true })).await;
    let mut socket = local.open(Api::Graphql, &good).await;
    assert_eq!(first_error(&socket.frame().await).1, "ExpiredTokenException");
    let patch = json!({ "authenticationType": "API_KEY" });
    local.control("PATCH", "settings/graphql", Some(patch)).await;
    let mut socket = local.open(Api::Graphql, &good).await;
    assert_eq!(first_error(&socket.frame().await).1, "UnauthorizedException");
}

#[tokio::test]
async fn an_unsigned_user_agent_is_taken_as_amplify_sends_it() {
    let local = LocalAws::start().await;
    let mut authorization = local.authorize_connect(Api::Graphql, &local.guest().await);
    authorization["x-amz-user-agent"] = json!("aws-amplify/6");
    let mut socket = local.open(Api::Graphql, &authorization).await;
    assert_eq!(socket.ask(json!({ "type": "connection_init" })).await["type"], "connection_ack");
    authorization["x-amz-other"] = json!("x");
    let mut socket = local.open(Api::Graphql, &authorization).await;
    assert_eq!(refusal(&socket.frame().await), ("connection_error", "BadRequestException"));
}

#[tokio::test]
async fn a_start_is_refused_by_itself() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Graphql, &guest).await;
    assert_eq!(socket.ask(local.start_frame(&guest, "1", ADDED)).await["type"], "start_ack");
    let changed = |change: fn(&mut Value)| {
        let mut frame = local.start_frame(&guest, "2", ADDED);
        change(&mut frame);
        frame
    };
    let mismatch = "The request signature we calculated does not match";
    for (frame, name, message) in [
        (changed(|frame| frame["payload"]["data"] = json!("{}")), "BadRequestException", mismatch),
        (
            changed(|frame| frame["payload"]["extensions"] = json!({})),
            "UnauthorizedException",
            "You are not authorized to make this call.",
        ),
        (changed(|frame| frame["payload"] = json!(1)), "MalformedHttpRequestException", "Unable to parse"),
        (
            local.start_frame(&guest, "2", "{ notes { id } }"),
            "BadRequestException",
            "The operation must be a subscription.",
        ),
        (local.start_frame(&guest, "2", "subscription {"), "BadRequestException", ""),
        (local.start_frame(&guest, "2", "subscription { nothing }"), "ValidationError", ""),
        (
            local.start_frame(&guest, "2", "subscription { noteAdded { id } noteDeleted { id } }"),
            "BadRequestException",
            "A subscription must have one field.",
        ),
    ] {
        let answer = socket.ask(frame).await;
        assert_eq!(answer["id"], "2", "{answer}");
        let (kind, got, text) = first_error(&answer);
        assert_eq!((kind, got), ("error", name), "{answer}");
        assert!(text.starts_with(message), "{answer}");
    }
    // Revoked and expired in the middle of a connection: what runs goes on, what is new is refused.
    local.faults(json!({ "expireCredentials": true })).await;
    let answer = socket.ask(local.start_frame(&guest, "2", ADDED)).await;
    assert_eq!(first_error(&answer).1, "ExpiredTokenException");
    let answer = socket.ask(local.start_frame(&local.guest().await, "1", ADDED)).await;
    assert_eq!((first_error(&answer).1, &answer["id"]), ("BadRequestException", &json!("1")));
    add(&local, "still").await;
    assert_eq!(socket.frame().await["payload"]["data"]["noteAdded"]["text"], "still");
}

#[tokio::test]
async fn what_is_too_large_is_left_out_and_a_firewall_looks_at_starts() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Graphql, &guest).await;
    assert_eq!(socket.ask(local.start_frame(&guest, "1", ADDED)).await["type"], "start_ack");
    add(&local, &"x".repeat(240 * 1024)).await;
    add(&local, "small").await;
    assert_eq!(socket.frame().await["payload"]["data"]["noteAdded"]["text"], "small");
    assert_eq!(local.count("graphqlRealtime", "data", "tooLarge").await, 1);

    local.control("PATCH", "settings/graphql", Some(json!({ "waf": { "maxBodyBytes": 10 } }))).await;
    let frame = socket.ask(local.start_frame(&guest, "2", ADDED)).await;
    assert_eq!(first_error(&frame), ("error", "WAFForbiddenException", "403 Forbidden"));
}

#[tokio::test]
async fn a_custom_domain_and_the_query_work_too() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let domain = local.endpoint("graphqlDomain");
    let authorization = guest.authorize(&format!("{domain}/connect"), "{}").to_string();
    let header: String = form_urlencoded::byte_serialize(STANDARD.encode(authorization).as_bytes()).collect();
    let url = format!("{}/realtime?header={header}&payload=e30%3D", domain.replace("http:", "ws:"));
    let mut socket = local.open_url(&url, &["graphql-ws"]).await.ok().unwrap();
    assert_eq!(socket.ask(json!({ "type": "connection_init" })).await["type"], "connection_ack");
    // HTTP is there too.
    let request = Request::new("POST", &domain).body(json!({ "query": "{ me { role } }" }).to_string());
    assert_eq!(local.send(guest.sign(request, "appsync")).await.json()["data"]["me"]["role"], "LocalGuest");
}
