//! JSON of the wire.

use serde::Serialize;

/// An object of JSON, written member by member: it takes members whose values are JSON already, byte for byte as they
/// were signed, which serde_json would have to parse for.
#[derive(Default)]
pub(crate) struct JsonObject(String);

impl JsonObject {
    /// Adds a text member.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.json(name, &to_json(value))
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn json(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&to_json(name));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// The whole text.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// A text, or a list of texts, as JSON.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    // Neither has anything in it that JSON does not.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn written_json_reads_back(name in ".*", value in "(?s).*", list in proptest::collection::vec("(?s).*", 0..4)) {
            let text = JsonObject::default().text("value", &value).json("list", &to_json(&list)).finish();
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            proptest::prop_assert_eq!(read, serde_json::json!({ "value": value, "list": list }));
            let object = JsonObject::default().text(&name, "x").finish();
            let read: serde_json::Value = serde_json::from_str(&object).unwrap();
            proptest::prop_assert_eq!(read[name].as_str(), Some("x"));
        }
    }
}
