//! GraphQL subscriptions over AppSync's realtime endpoint: what is asked for, and the frames of their own. The rest is
//! the [`Connection`](super::connection::Connection)'s ("Building a real-time WebSocket client", AppSync Developer
//! Guide; the protocol is Apollo's older `graphql-ws`, not `graphql-transport-ws`).

use super::connection::{Frame, JsonObject, Operation, Refusal, Value, WireId, to_json, wire_id};
use crate::error::Error;

/// Makes the operation of a subscription. `body` is what is sent of it: a JSON object with `query`, `variables` and
/// `operationName`.
///
/// # Errors
///
/// [`Code::InvalidRequest`](crate::Code::InvalidRequest) about `request.query` or `request.operationName`, if the document's
/// operation of that name, or its only one, is no subscription.
pub fn subscription(query: &str, operation_name: Option<&str>, body: String) -> Result<Operation, Error> {
    let invalid = |field, what| Err(Error::request(field, what));
    let operations = operations(query);
    let chosen = match operation_name {
        Some(name) => match operations.iter().find(|operation| operation.name == name) {
            None => return invalid("request.operationName", "is not the name of an operation in the document"),
            chosen => chosen,
        },
        None if operations.len() > 1 => {
            return invalid("request.operationName", "is needed: the document has several operations");
        }
        None => operations.first(),
    };
    if chosen.is_none_or(|operation| operation.kind != "subscription") {
        return invalid("request.query", "is not a subscription");
    }
    Ok(Operation::new(body))
}

struct OperationHead<'a> {
    kind: &'a str,
    name: &'a str,
}

/// The operations of a GraphQL document, as far as their heads go. What is not GraphQL is left to AppSync, which
/// reports it better.
fn operations(query: &str) -> Vec<OperationHead<'_>> {
    let mut operations: Vec<OperationHead<'_>> = Vec::new();
    let mut depth = 0u32;
    // Whether the last token outside of brackets was an operation's kind, so that a name would be its.
    let mut is_after_kind = false;
    // A selection set without a kind in front of it is an anonymous query, if it begins a definition.
    let mut is_in_head = false;
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let Some((token, after)) = rest.split_at_checked(token_length(rest, first)) else { break };
        rest = after;
        let is_name = first.is_ascii_alphabetic() || first == '_';
        match first {
            '{' | '(' | '[' => {
                if depth == 0 && first == '{' && !is_in_head {
                    operations.push(OperationHead { kind: "query", name: "" });
                }
                depth += 1;
            }
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && first == '}' {
                    is_in_head = false;
                }
            }
            _ if depth > 0 || !is_name => {}
            _ if is_after_kind => {
                if let Some(operation) = operations.last_mut() {
                    operation.name = token;
                }
            }
            _ if !is_in_head => {
                is_in_head = true;
                if matches!(token, "query" | "mutation" | "subscription") {
                    operations.push(OperationHead { kind: token, name: "" });
                    is_after_kind = true;
                    continue;
                }
            }
            _ => {}
        }
        let is_ignored = first.is_whitespace() || matches!(first, ',' | '#' | '\u{feff}');
        is_after_kind &= is_ignored;
    }
    operations
}

/// The length of the token, comment or other character that a text begins with (GraphQL specification, section 2.1).
fn token_length(text: &str, first: char) -> usize {
    match first {
        '#' => text.find(['\n', '\r']).unwrap_or(text.len()),
        '"' if text.starts_with("\"\"\"") => {
            let mut length = 3;
            for part in text.split("\"\"\"").skip(1) {
                length += part.len() + 3;
                if !part.ends_with('\\') {
                    break;
                }
            }
            length.min(text.len())
        }
        '"' => {
            let mut is_escaped = false;
            let end = text.bytes().skip(1).position(|byte| {
                let is_end = matches!(byte, b'"' | b'\n') && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                is_end
            });
            end.map_or(text.len(), |end| end + 2)
        }
        _ if first.is_ascii_alphabetic() || first == '_' => {
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
        }
        _ => first.len_utf8(),
    }
}

/// `start`, whose `data` is byte for byte the text that was signed.
pub(super) fn start_message(id: WireId, body: &str, authorization: &str) -> String {
    let extensions = JsonObject::default().json("authorization", authorization).finish();
    let payload = JsonObject::default().json("data", &to_json(body)).json("extensions", &extensions).finish();
    JsonObject::default().text("id", &id.to_string()).text("type", "start").json("payload", &payload).finish()
}

/// Reads the frames that only GraphQL has.
pub(super) fn read_frame<P: Value>(kind: &str, value: &P) -> Option<Frame<P>> {
    let id = wire_id(value);
    Some(match kind {
        "start_ack" => Frame::Started(id?),
        "data" => Frame::Data { id: id?, payloads: vec![value.member("payload")] },
        "error" => Frame::Refused { id, refusal: Refusal::read(value) },
        "complete" => Frame::Complete(id?),
        _ => return None,
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::error::Code;

    fn check(query: &str, operation_name: Option<&str>) -> Result<(), Error> {
        subscription(query, operation_name, String::new()).map(drop)
    }

    #[test]
    fn a_start_carries_the_signed_text_and_its_signature() {
        let body = r#"{"query":"subscription { a(x: \"ü\") }"}"#;
        let read: Json = serde_json::from_str(&start_message(7, body, r#"{"host":"h"}"#)).unwrap();
        let payload = json!({ "data": body, "extensions": { "authorization": { "host": "h" } } });
        assert_eq!(read, json!({ "id": "7", "type": "start", "payload": payload }));
    }

    #[test]
    fn subscriptions_are_found_in_every_document() {
        for query in [
            "subscription { a }",
            "subscription S($a: Int = 1, $b: In = {x: \"}\"}) @d(x: {y: 1}) { a }",
            "# query {\n subscription { a }",
            "fragment F on query { b } subscription { ...F }",
            "\"\"\"query \\\"\"\" { \"\"\" subscription{a(x:\"{\\\"\")}",
            "\u{feff}, subscription subscription { query }",
        ] {
            check(query, None).unwrap();
        }
        check("query A { a } subscription B { b }", Some("B")).unwrap();
    }

    #[test]
    fn what_is_no_subscription_is_refused_by_field() {
        for (query, name, field) in [
            ("", None, "request.query"),
            ("{ a }", None, "request.query"),
            ("query { subscription }", None, "request.query"),
            ("mutation subscription { a }", None, "request.query"),
            ("# subscription { a }", None, "request.query"),
            ("fragment subscription on T { a }", None, "request.query"),
            ("query A { a } subscription B { b }", Some("A"), "request.query"),
            ("query A { a } subscription B { b }", Some("C"), "request.operationName"),
            ("query A { a } subscription B { b }", None, "request.operationName"),
            ("{ a } subscription B { b }", None, "request.operationName"),
        ] {
            let error = check(query, name).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidRequest, Some(field)), "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_document_is_read(query in ".*", bits in proptest::collection::vec(proptest::sample::select(vec![
            "subscription", "query", " ", "{", "}", "(", ")", "\"", "\"\"\"", "\\", "#", "\n", "é", "a",
        ]), 0..40)) {
            let _ = check(&query, None);
            let _ = check(&bits.concat(), Some("a"));
        }
    }
}
