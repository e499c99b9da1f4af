//! The Events API.

use serde_json::{Value, json};

use crate::support::{Api, Credentials, LocalAws, Reply, Request, refusal};

async fn publish(local: &LocalAws, credentials: &Credentials, channel: &str, events: Value) -> Reply {
    let request = Request::new("POST", &local.endpoint("events"))
        .header("content-type", "application/json")
        .body(json!({ "channel": channel, "events": events }).to_string());
    local.send(credentials.sign(request, "appsync")).await
}

#[tokio::test]
async fn events_reach_the_subscriptions_of_their_channel() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.open(Api::Events, &local.authorize_connect(Api::Events, &guest)).await;
    let ack = socket.ask(json!({ "type": "connection_init" })).await;
    assert_eq!(ack, json!({ "type": "connection_ack", "connectionTimeoutMs": 300_000 }));
    for (id, channel) in [("one", "/default/room"), ("all", "/default/*"), ("other", "/default/other")] {
        let frame = socket.ask(local.subscribe_frame(&guest, id, channel)).await;
        assert_eq!(frame, json!({ "type": "subscribe_success", "id": id }));
    }
    let reply = publish(&local, &guest, "default/room", json!([r#"{"n":1}"#, "\"<b>\""])).await;
    let body = reply.json();
    assert_eq!((reply.status, &body["failed"]), (200, &json!([])), "{body}");
    assert_eq!((body["successful"].as_array().unwrap().len(), &body["successful"][1]["index"]), (2, &json!(1)));
    assert!(body["successful"][0]["identifier"].is_string());
    for (id, event) in [("one", r#"{"n":1}"#), ("all", r#"{"n":1}"#), ("one", "\"<b>\""), ("all", "\"<b>\"")] {
        assert_eq!(socket.frame().await, json!({ "type": "data", "id": id, "event": event }));
    }
    let frame = socket.ask(json!({ "type": "unsubscribe", "id": "one" })).await;
    assert_eq!(frame, json!({ "type": "unsubscribe_success", "id": "one" }));
    let frame = socket.ask(json!({ "type": "unsubscribe", "id": "one" })).await;
    assert_eq!(refusal(&frame), ("unsubscribe_error", "UnknownOperationError"));
    publish(&local, &guest, "/default/room/", json!(["2"])).await;
    assert_eq!(socket.frame().await["id"], "all");
}

#[tokio::test]
async fn a_socket_publishes_too() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let mut socket = local.connect(Api::Events, &guest).await;
    let frame = socket.ask(local.publish_frame(&guest, "p", "/default/room-1", &[r#"{"n":1}"#, "no JSON"])).await;
    assert_eq!((&frame["type"], &frame["id"]), (&json!("publish_success"), &json!("p")), "{frame}");
    assert_eq!((&frame["successful"][0]["index"], &frame["failed"][0]["index"]), (&json!(0), &json!(1)));
    // As at AWS: its own serializer escapes these, so that the signature differs.
    let frame = socket.ask(local.publish_frame(&guest, "q", "/default/room-1", &["\"a < b\""])).await;
    let message = frame["errors"][0]["message"].as_str().unwrap();
    assert_eq!(refusal(&frame), ("publish_error", "BadRequestException"));
    assert!(message.starts_with("The request signature we calculated does not match"), "{message}");
    assert_eq!(publish(&local, &guest, "default/room-1", json!(["\"a < b\""])).await.status, 200);
}

#[tokio::test]
async fn limits_hold() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let message = |reply: &Reply| reply.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    for (events, word) in [
        (json!([]), "1 to 5"),
        (json!(["1", "2", "3", "4", "5", "6"]), "1 to 5"),
        (json!([{ "n": 1 }]), "strings"),
        (json!("1"), "strings"),
        (json!(vec![format!("\"{}\"", "x".repeat(300_000)); 5]), "1.2 MB"),
    ] {
        let reply = publish(&local, &guest, "default/a", events).await;
        assert_eq!((reply.status, reply.error_type()), (400, "BadRequestException"), "{}", reply.text());
        assert!(message(&reply).contains(word), "{}", reply.text());
    }
    let large = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let reply = publish(&local, &guest, "default/a", json!([large(240 * 1024), large(240 * 1024 + 1)])).await.json();
    assert_eq!((reply["successful"][0]["index"].as_u64(), reply["failed"][0]["index"].as_u64()), (Some(0), Some(1)));
    for channel in ["nowhere/a", "default/*", "default//a", "default/a/b/c/d/e"] {
        let reply = publish(&local, &guest, channel, json!(["1"])).await;
        assert_eq!((reply.status, reply.error_type()), (400, "BadRequestException"), "{channel}");
    }
}

#[tokio::test]
async fn permissions_are_those_of_the_namespace() {
    let local = LocalAws::start().await;
    let (guest, user) = (local.guest().await, local.user("alice").await);
    let mut socket = local.connect(Api::Events, &guest).await;
    assert_eq!(socket.ask(local.subscribe_frame(&guest, "1", "/announcements/a")).await["type"], "subscribe_success");
    let reply = publish(&local, &guest, "announcements/a", json!(["1"])).await;
    assert_eq!((reply.status, reply.error_type()), (401, "UnauthorizedException"), "{}", reply.text());
    let frame = socket.ask(local.publish_frame(&guest, "p", "/announcements/a", &["1"])).await;
    assert_eq!(
        (&frame["type"], &frame["errors"][0]["message"]),
        (&json!("publish_error"), &json!("Permission denied"))
    );
    assert_eq!(publish(&local, &user, "announcements/a", json!(["2"])).await.status, 200);
    assert_eq!(socket.frame().await, json!({ "type": "data", "id": "1", "event": "2" }));

    let deny = json!({ "Effect": "Deny", "Action": "appsync:EventSubscribe",
        "Resource": "arn:aws:appsync:us-east-1:123456789012:apis/*/channelNamespace/announcements" });
    local.control("PUT", "settings/roles/LocalGuest/policies/denied", Some(deny)).await;
    let frame = socket.ask(local.subscribe_frame(&guest, "2", "/announcements/b")).await;
    assert_eq!(refusal(&frame), ("subscribe_error", "Unauthorized"));
    // The socket and its other subscriptions stay.
    assert_eq!(socket.ask(local.subscribe_frame(&guest, "3", "/default/b")).await["type"], "subscribe_success");
    publish(&local, &user, "announcements/a", json!(["3"])).await;
    assert_eq!(socket.frame().await["event"], "3");
}

#[tokio::test]
async fn what_is_signed_wrongly_is_refused_in_the_protocols_form() {
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let no_events = local.exchange("identityPoolIdWithoutAppSync", None).await.credentials;
    let mut socket = local.open(Api::Events, &local.authorize_connect(Api::Events, &no_events)).await;
    let frame = socket.frame().await;
    let error = json!({ "errorType": "UnauthorizedException", "message": "Permission denied", "errorCode": 400 });
    assert_eq!(frame, json!({ "type": "connection_error", "errors": [error] }));
    assert_eq!(socket.close_code().await, 1000);

    let mut socket = local.connect(Api::Events, &guest).await;
    let mut frame = local.subscribe_frame(&guest, "1", "/default/a");
    frame["channel"] = json!("/default/b");
    let answer = socket.ask(frame).await;
    assert_eq!(refusal(&answer), ("subscribe_error", "BadRequestException"));
    // As in amplify-js#14001, with the canonical request.
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("'POST\n/event\n\naccept:"), "{answer}");
    for channel in ["/nowhere/a", "/default/*/a", "default/a/b/c/d/*", ""] {
        let answer = socket.ask(local.subscribe_frame(&guest, "1", channel)).await;
        assert_eq!(refusal(&answer), ("subscribe_error", "BadRequestException"), "{channel}");
    }
    let patch = json!({ "channelNamespaces": { "default": { "subscribeAuthModes": [{ "authType": "API_KEY" }] } } });
    local.control("PATCH", "settings/events", Some(patch)).await;
    let answer = socket.ask(local.subscribe_frame(&guest, "1", "/default/a")).await;
    assert_eq!(answer["errors"][0]["errorType"], "UnauthorizedException");
    let unsigned = Request::new("POST", &local.endpoint("events")).body(r#"{"channel":"default/a","events":["1"]}"#);
    let reply = local.send(unsigned).await;
    assert_eq!((reply.status, reply.error_type()), (401, "UnauthorizedException"));
    let reply = local.send(guest.sign(Request::new("GET", &local.endpoint("events")), "appsync")).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_custom_domain_works_too() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let local = LocalAws::start().await;
    let guest = local.guest().await;
    let domain = local.endpoint("eventsDomain");
    let header = format!("header-{}", URL_SAFE_NO_PAD.encode(guest.authorize(&domain, "{}").to_string()));
    let url = format!("{}/realtime", domain.replace("http:", "ws:"));
    let mut socket = local.open_url(&url, &["aws-appsync-event-ws", &header]).await.ok().unwrap();
    assert_eq!(socket.ask(json!({ "type": "connection_init" })).await["type"], "connection_ack");
}
