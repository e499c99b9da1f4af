//! A collection of JSON items, kept in memory.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::random;

/// The items of every API: API id → item id → item.
#[derive(Debug, Default)]
pub(crate) struct Items {
    by_api: BTreeMap<&'static str, BTreeMap<String, Value>>,
}

/// Answers one of the collection's methods. The gateway lets no others through.
pub(super) fn answer(items: &mut Items, api: &'static str, method: &Method, id: Option<&str>, body: &Bytes) -> Answer {
    let items = items.by_api.entry(api).or_default();
    let Some(id) = id else {
        return if *method == Method::POST {
            put(items, &random::uuid(), body)
        } else {
            let all: Vec<&Value> = items.values().collect();
            Answer::json(StatusCode::OK, &json!({ "items": all }))
        };
    };
    if *method == Method::PUT {
        return put(items, id, body);
    }
    let found = if *method == Method::DELETE { items.remove(id) } else { items.get(id).cloned() };
    match found {
        None => failure(StatusCode::NOT_FOUND, "NotFound", &format!("no item {id}")),
        Some(_) if *method == Method::DELETE => Answer::empty(StatusCode::NO_CONTENT),
        Some(item) => Answer::json(StatusCode::OK, &item),
    }
}

fn put(items: &mut BTreeMap<String, Value>, id: &str, body: &Bytes) -> Answer {
    let Ok(Value::Object(mut item)) = serde_json::from_slice(body) else {
        return failure(StatusCode::BAD_REQUEST, "BadRequest", "the body is not a JSON object");
    };
    item.insert("id".to_owned(), json!(id));
    let item = Value::Object(item);
    let status = match items.insert(id.to_owned(), item.clone()) {
        None => StatusCode::CREATED,
        Some(_) => StatusCode::OK,
    };
    Answer::json(status, &item)
}

fn failure(status: StatusCode, outcome: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message })).counted_as(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_made_read_replaced_and_deleted() {
        let mut items = Items::default();
        let mut call =
            |method, id, body: &'static str| answer(&mut items, "api", &method, id, &Bytes::from(body)).status.as_u16();
        assert_eq!(call(Method::GET, None, ""), 200);
        assert_eq!(call(Method::POST, None, "{}"), 201);
        assert_eq!(call(Method::PUT, Some("a"), r#"{"n":1}"#), 201);
        assert_eq!(call(Method::PUT, Some("a"), r#"{"n":2}"#), 200);
        assert_eq!(call(Method::PUT, Some("a"), "[]"), 400);
        assert_eq!(call(Method::GET, Some("a"), ""), 200);
        assert_eq!(call(Method::DELETE, Some("a"), ""), 204);
        assert_eq!(call(Method::GET, Some("a"), ""), 404);
    }
}
