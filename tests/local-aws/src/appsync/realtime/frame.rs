//! Frames from clients.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::appsync::errors::ApiError;

/// A frame: an object of JSON with a `type`.
#[derive(Debug)]
pub(crate) struct Frame {
    kind: String,
    members: Map<String, Value>,
}

impl Frame {
    /// Reads a text. JSON that is nested deeper than 128 levels is none here: serde_json stops there.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| ApiError::bad_request("The message is not a JSON object."))?;
        let kind = members.get("type").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { kind: kind.ok_or_else(|| ApiError::bad_request("The message has no type."))?, members })
    }

    /// Its `type`.
    pub(in crate::appsync) fn kind(&self) -> &str {
        &self.kind
    }

    /// A member, `null` if it is not there.
    pub(in crate::appsync) fn member(&self, name: &str) -> &Value {
        self.members.get(name).unwrap_or(&Value::Null)
    }

    /// Its `id`: 1 to 128 letters, digits, `-`, `_` and `+`.
    pub(in crate::appsync) fn id(&self) -> Result<&str, ApiError> {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+');
        let id = self.member("id").as_str();
        id.filter(|id| (1..=128).contains(&id.len()) && id.bytes().all(is_legal))
            .ok_or_else(|| ApiError::bad_request("The message has no usable id."))
    }

    /// The answer to a frame whose type nobody knows.
    pub(in crate::appsync) fn unknown(&self) -> ApiError {
        let kind: String = self.kind.chars().take(64).collect();
        ApiError::new(StatusCode::BAD_REQUEST, "UnsupportedOperation", format!("Unknown message type {kind}."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_frame_is_an_object_with_a_type() {
        let frame = Frame::read(r#"{"type":"start","id":"a-_+1","payload":{"data":"x"}}"#).unwrap();
        assert_eq!((frame.kind(), frame.id().unwrap()), ("start", "a-_+1"));
        assert_eq!(frame.member("payload")["data"], "x");
        assert!(frame.member("channel").is_null());
        let deep = format!(r#"{{"type":"start","payload":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        for text in ["", "{", r#"{"type":"start""#, "[]", "null", r#"{"type":1}"#, "{}", &deep] {
            assert!(Frame::read(text).is_err());
        }
    }

    #[test]
    fn an_id_that_is_none_is_not_read() {
        for id in ["1", "\"\"", "\"a b\"", "\"ü\"", "null", &format!("\"{}\"", "x".repeat(129))] {
            let frame = Frame::read(&format!(r#"{{"type":"stop","id":{id}}}"#)).unwrap();
            assert!(frame.id().is_err(), "{id}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", pieces in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "\"type\"", ":", ",", "\"start\"", "\"id\"", "1", "null", "[", "]", "\\", "\u{1f600}",
        ]), 0..30)) {
            for text in [text, pieces.concat()] {
                if let Ok(frame) = Frame::read(&text) {
                    let _ = frame.id();
                }
            }
        }
    }
}
