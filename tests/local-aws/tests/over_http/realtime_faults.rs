//! Everything that can be made to go wrong with sockets.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, LocalAws, refusal};

async fn set(local: &LocalAws, change: Value) {
    local.faults(json!({ "realtime": change })).await;
}

#[tokio::test]
async fn sockets_end_with_or_without_a_close_frame() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut graphql = local.connect(Api::Graphql, &guest).await;
    let mut events = local.connect(Api::Events, &guest).await;
    set(&local, json!({ "drop": { "service": "eventsRealtime", "code": 1001, "reason": "bye" } })).await;
    assert_eq!(events.close_code().await, 1001);
    set(&local, json!({ "drop": {} })).await;
    assert_eq!(graphql.message().await, None);
    while local.control("GET", "stats", None).await.json()["openSockets"]
        != json!({ "eventsRealtime": 0, "graphqlRealtime": 0 })
    {
        tokio::task::yield_now().await;
    }
    // A reset ends them too.
    let mut graphql = local.connect(Api::Graphql, &guest).await;
    local.control("POST", "reset", None).await;
    assert_eq!(graphql.message().await, None);
}

#[tokio::test]
async fn keep_alive_frames_come_and_can_be_withheld() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    set(&local, json!({ "connectionTimeoutMs": 2000 })).await;
    let mut socket = local.open(Api::Events, &local.authorize_connect(Api::Events, &guest)).await;
    assert_eq!(socket.ask(json!({ "type": "connection_init" })).await["connectionTimeoutMs"], 2000);
    // For sockets that are open already, too.
    set(&local, json!({ "keepAliveMs": 20 })).await;
    assert_eq!(socket.frame().await, json!({ "type": "ka" }));
    assert_eq!(socket.frame().await, json!({ "type": "ka" }));
    set(&local, json!({ "withholdKeepAlive": true, "send": { "text": "{\"type\":\"mark\"}" } })).await;
    while socket.frame().await["type"] != "mark" {}
    let silence = tokio::time::timeout(std::time::Duration::from_millis(200), socket.message()).await;
    assert!(silence.is_err(), "{silence:?}");
    set(&local, json!({ "withholdKeepAlive": null })).await;
    assert_eq!(socket.frame().await, json!({ "type": "ka" }));
}

#[tokio::test]
async fn connects_and_frames_are_refused_and_ignored() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let authorization = || local.authorize_connect(Api::Graphql, &guest);
    set(
        &local,
        json!({
            "ignore": { "operation": "connect" },
            "refuse": [
                { "operation": "connect", "errorType": "LimitExceededError", "message": "Rate limit exceeded", "errorCode": 429 },
                { "operation": "start", "errorType": "LimitExceededError", "message": "Rate limit exceeded", "withId": false },
                { "operation": "start", "errorType": "UnauthorizedException", "message": "Token has expired." },
            ],
        }),
    )
    .await;
    let mut silent = local.open(Api::Graphql, &authorization()).await;
    silent.send(json!({ "type": "connection_init" })).await;
    let mut refused = local.open(Api::Graphql, &authorization()).await;
    let error = json!({ "errorType": "LimitExceededError", "message": "Rate limit exceeded", "errorCode": 429 });
    assert_eq!(refused.frame().await, json!({ "type": "connection_error", "payload": { "errors": [error] } }));

    let mut socket = local.connect(Api::Graphql, &guest).await;
    let start = |id: &str| local.start_frame(&guest, id, "subscription { noteAdded { id } }");
    let frame = socket.ask(start("1")).await;
    let error = json!({ "errorType": "LimitExceededError", "message": "Rate limit exceeded" });
    assert_eq!(frame, json!({ "type": "error", "payload": { "errors": [error] } }));
    let frame = socket.ask(start("1")).await;
    assert_eq!(
        (&frame["id"], &frame["payload"]["errors"][0]["errorType"]),
        (&json!("1"), &json!("UnauthorizedException"))
    );
    set(&local, json!({ "ignore": { "operation": "start", "service": "graphqlRealtime" } })).await;
    socket.send(start("1")).await;
    assert_eq!(socket.ask(start("2")).await, json!({ "type": "start_ack", "id": "2" }));

    set(&local, json!({ "refuse": { "operation": "connect", "errorType": "x", "status": 403 } })).await;
    let header = local.open_url(&local.endpoint("graphqlRealtime"), &["graphql-ws"]).await;
    assert_eq!(header.err().unwrap().status, 403);
    local.faults(json!({ "throttle": { "service": "eventsRealtime" } })).await;
    let throttled = local.open_url(&local.endpoint("eventsRealtime"), &["aws-appsync-event-ws"]).await;
    assert_eq!(throttled.err().unwrap().status, 429);
    let stats = local.control("GET", "stats", None).await.json()["calls"]["graphqlRealtime"].clone();
    assert_eq!(stats["start"], json!({ "LimitExceededError": 1, "UnauthorizedException": 1, "ignored": 1, "ok": 1 }));
    // The first socket has heard nothing all the while.
    set(&local, json!({ "send": { "text": "mark" } })).await;
    assert_eq!(silent.message().await, Some(Message::from("mark")));
}

#[tokio::test]
async fn publishes_are_refused_and_single_events_fail() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Events, &guest).await;
    set(
        &local,
        json!({ "refuse": { "operation": "publish", "errorType": "ThrottlingException" },
                "failEvents": { "code": "MessageProcessingError", "message": "no" } }),
    )
    .await;
    let publish = || local.publish_frame(&guest, "p", "/default/a", &["1", "2"]);
    let frame = socket.ask(publish()).await;
    assert_eq!(refusal(&frame), ("publish_error", "ThrottlingException"));
    let frame = socket.ask(publish()).await;
    assert_eq!(frame["failed"][0]["code"], "MessageProcessingError");
    assert_eq!(frame["successful"][0]["index"], 1);
}

#[tokio::test]
async fn any_frame_can_be_sent_and_answers_can_be_late() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Events, &guest).await;
    set(&local, json!({ "send": [{ "text": "{", "padTo": 1000 }, { "binary": "AAE=" }] })).await;
    assert_eq!(socket.message().await, Some(Message::from(format!("{:<1000}", "{"))));
    assert_eq!(socket.message().await, Some(Message::from(vec![0, 1])));
    let reply = local.control("POST", "faults", Some(json!({ "realtime": { "send": { "text": 1 } } }))).await;
    assert_eq!(reply.status, 400);

    set(&local, json!({ "delayMs": 200, "eventForm": "list" })).await;
    let begun = std::time::Instant::now();
    socket.ask(local.subscribe_frame(&guest, "1", "/default/a")).await;
    assert!(begun.elapsed() >= std::time::Duration::from_millis(200));
    let reply = local.control("POST", "publish", Some(json!({ "channel": "default/a", "event": {} }))).await;
    assert_eq!(reply.status, 200);
    assert_eq!(socket.frame().await["event"], json!(["{}"]));
    local.faults(json!({ "realtime": null })).await;
    assert_eq!(local.control("GET", "faults", None).await.json()["realtime"]["delayMs"], 0);
}
