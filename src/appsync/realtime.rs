//! GraphQL subscriptions over AppSync's realtime endpoint: what is asked for, and the frames of their own. The rest is
//! the [`Connection`](super::connection::Connection)'s ("Building a real-time WebSocket client", AppSync Developer
//! Guide; the protocol is Apollo's older `graphql-ws`, not `graphql-transport-ws`).

use super::connection::{Frame, JsonObject, Member, Operation, Value, WireId, decimal, first_error, wire_id};

/// Makes the operation of a subscription. `body` is what is sent of it: a JSON object with `query`, `variables` and
/// `operationName`.
pub fn subscription(body: String) -> Operation {
    Operation::new(body)
}

/// `start`, whose `data` is byte for byte the text that was signed.
pub(super) fn start_message(id: WireId, body: &str, authorization: &str) -> String {
    let extensions = JsonObject::default().json("authorization", authorization).finish();
    let payload = JsonObject::default().text("data", body).json("extensions", &extensions).finish();
    JsonObject::default().text("id", &decimal(id)).text("type", "start").json("payload", &payload).finish()
}

/// Reads the frames that only GraphQL has.
pub(super) fn read_frame<P: Value>(kind: &str, value: &P) -> Option<Frame<P>> {
    let id = wire_id(value);
    Some(match kind {
        "start_ack" => Frame::Started(id?),
        "data" => Frame::Data { id: id?, payloads: vec![value.member(Member::Payload)] },
        "error" => Frame::Refused { id, error: first_error(value) },
        "complete" => Frame::Complete(id?),
        _ => return None,
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn a_start_carries_the_signed_text_and_its_signature() {
        let body = r#"{"query":"subscription { a(x: \"ü\") }"}"#;
        let read: Json = serde_json::from_str(&start_message(7, body, r#"{"host":"h"}"#)).unwrap();
        let payload = json!({ "data": body, "extensions": { "authorization": { "host": "h" } } });
        assert_eq!(read, json!({ "id": "7", "type": "start", "payload": payload }));
    }
}
