//! What both real-time endpoints have in common: the handshake, hostile frames, quotas.

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, LocalAws, Request, refusal};

#[tokio::test]
async fn a_request_that_is_no_handshake_is_refused_over_http() {
    let local = LocalAws::start().await;
    for (url, subprotocol, status, name) in [
        (local.endpoint("graphqlRealtime"), "graphql-transport-ws", 400, "BadRequestException"),
        (local.endpoint("eventsRealtime"), "graphql-ws", 400, "BadRequestException"),
        (format!("{}/realtime", local.endpoint("graphqlRealtime")), "graphql-ws", 404, "UnknownOperationException"),
        (
            local.endpoint("eventsRealtime").replace("/realtime", ""),
            "aws-appsync-event-ws",
            404,
            "UnknownOperationException",
        ),
    ] {
        let reply = local.open_url(&url, &[subprotocol]).await.err().unwrap();
        assert_eq!((reply.status, reply.error_type()), (status, name), "{url}");
    }
    let url = local.endpoint("graphqlRealtime").replace("ws:", "http:");
    let reply = local.send(Request::new("GET", &url)).await;
    assert_eq!((reply.status, reply.error_type()), (400, "BadRequestException"));
    // Without an authorization the socket opens, and the refusal is in its first frame.
    let mut socket = local.open_url(&local.endpoint("graphqlRealtime"), &["graphql-ws"]).await.ok().unwrap();
    let frame = socket.frame().await;
    assert_eq!(refusal(&frame), ("connection_error", "UnauthorizedException"));
}

#[tokio::test]
async fn hostile_frames_leave_a_socket_and_its_subscriptions_alone() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let deep = format!(r#"{{"type":"start","id":"d","payload":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for api in [Api::Graphql, Api::Events] {
        let mut socket = local.connect(api, &guest).await;
        let start = match api {
            Api::Graphql => local.start_frame(&guest, "1", "subscription { noteAdded { text } }"),
            Api::Events => local.subscribe_frame(&guest, "1", "/default/a"),
        };
        socket.ask(start).await;
        for message in [
            Message::from("{\"type\":\"sta"),
            Message::from(deep.as_str()),
            Message::from("[]"),
            Message::from(r#"{"type":7}"#),
            Message::from(r#"{"type":"nothing","id":"1"}"#),
            Message::from(r#"{"type":"start"}"#),
            Message::from(r#"{"type":"subscribe","id":"ü"}"#),
            Message::from(r#"{"type":"publish","id":"9"}"#),
            Message::from(vec![0, 1, 2, 255]),
            Message::from(" ".repeat(3_000_000)),
        ] {
            socket.send_raw(message).await;
            let frame = socket.frame().await;
            let kind = frame["type"].as_str().unwrap();
            assert!(kind == "error" || kind.ends_with("_error"), "{frame}");
        }
        socket.send_raw(Message::Ping("p".into())).await;
        assert_eq!(socket.message().await, Some(Message::Pong("p".into())));
        let injected = match api {
            Api::Graphql => json!({ "field": "noteAdded", "payload": { "data": { "noteAdded": null } } }),
            Api::Events => json!({ "channel": "/default/a", "event": 1 }),
        };
        let reply = local.control("POST", "publish", Some(injected)).await;
        assert_eq!(reply.json(), json!({ "deliveries": 1 }));
        assert_eq!(socket.frame().await["type"], "data");
        socket.send_raw(Message::from("x".repeat(5_000_000))).await;
        assert_eq!(socket.close_code().await, 1009);
    }
}

#[tokio::test]
async fn a_socket_holds_two_hundred_subscriptions() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Events, &guest).await;
    let subscribe = |id: usize| local.subscribe_frame(&guest, &id.to_string(), "/default/a");
    for id in 0..200 {
        assert_eq!(socket.ask(subscribe(id)).await["type"], "subscribe_success");
    }
    let frame = socket.ask(subscribe(200)).await;
    assert_eq!(frame["errors"][0]["errorType"], "MaxSubscriptionsReachedError");
    socket.ask(json!({ "type": "unsubscribe", "id": "7" })).await;
    assert_eq!(socket.ask(subscribe(200)).await["type"], "subscribe_success");
}

#[tokio::test]
async fn messages_are_injected_in_order() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Events, &guest).await;
    socket.ask(local.subscribe_frame(&guest, "1", "/default/*")).await;
    let injection = json!({ "channel": "/default/a", "event": { "n": "$n" }, "count": 20_000 });
    let injecting = local.control("POST", "publish", Some(injection));
    let reading = async {
        for n in 0..20_000 {
            assert_eq!(socket.frame().await["event"], format!(r#"{{"n":{n}}}"#));
        }
    };
    let (reply, ()) = tokio::join!(injecting, reading);
    assert_eq!(reply.json(), json!({ "deliveries": 20_000 }));
    let stats = local.control("GET", "stats", None).await.json();
    assert_eq!(stats["deliveries"]["eventsRealtime"], 20_000);
    for injection in [json!({}), json!({ "channel": "/default/a" }), json!({ "channel": "*", "event": 1 })] {
        assert_eq!(local.control("POST", "publish", Some(injection)).await.status, 400);
    }
}

fn frames() -> impl Strategy<Value = Vec<String>> {
    let pieces =
        vec!["{", "}", "\"type\"", ":", ",", "\"start\"", "\"subscribe\"", "\"id\"", "\"1\"", "null", "[", "]"];
    let members = (
        prop::sample::select(vec!["start", "stop", "subscribe", "publish", "unsubscribe", "connection_init", "x"]),
        prop::sample::select(vec![json!("1"), json!("2"), json!(1), json!(null), json!({})]),
        prop::sample::select(vec![json!(null), json!("/default/a"), json!([]), json!({ "data": "{}" }), json!(1e300)]),
    );
    let shaped = members.prop_map(|(kind, id, rest)| {
        let frame: Value = json!({ "type": kind, "id": id, "channel": rest, "events": rest, "payload": rest,
            "authorization": rest });
        frame.to_string()
    });
    let odd = prop::collection::vec(prop::sample::select(pieces), 0..20).prop_map(|pieces| pieces.concat());
    prop::collection::vec(prop_oneof![shaped, odd, ".*"], 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn no_frames_end_a_socket(texts in frames()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let local = LocalAws::start().await;
            let guest = local.guest().await;
            for api in [Api::Graphql, Api::Events] {
                let mut socket = local.connect(api, &guest).await;
                for text in &texts {
                    socket.send_raw(Message::from(text.as_str())).await;
                }
                socket.send_raw(Message::Ping("end".into())).await;
                // Every answer is JSON with a type.
                loop {
                    match socket.message().await {
                        Some(Message::Text(text)) => {
                            assert!(serde_json::from_str::<Value>(&text).unwrap()["type"].is_string());
                        }
                        other => break assert_eq!(other, Some(Message::Pong("end".into()))),
                    }
                }
            }
        });
    }
}
