//! A JSON value, as the platform's own parser gives it.

use zeroize::Zeroize;

/// How deep a value may be nested. Whoever makes one cuts off what is deeper, with `Null` in its place: 64 kB of brackets
/// would be deeper than a stack.
pub const MAX_DEPTH: usize = 64;

/// A JSON value. It may hold credentials or login tokens: it prints nothing, and its texts are wiped from memory when it
/// is dropped.
#[derive(Clone, Default, PartialEq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JavaScript has it.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    Array(Vec<Json>),
    /// The members of an object, in their order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of an object; none if there is none, or this is no object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at a path of member names; of a list, the names are indices from 0.
    pub fn at(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |value, name| match value {
            Self::Array(items) => items.get(name.parse::<usize>().ok()?),
            value => value.get(name),
        })
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl core::fmt::Debug for Json {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Json(..)")
    }
}

impl Drop for Json {
    fn drop(&mut self) {
        if let Self::Text(text) = self {
            text.zeroize();
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests {
    use super::*;

    impl From<&serde_json::Value> for Json {
        fn from(value: &serde_json::Value) -> Self {
            match value {
                serde_json::Value::Null => Self::Null,
                serde_json::Value::Bool(value) => Self::Bool(*value),
                serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap()),
                serde_json::Value::String(text) => Self::Text(text.clone()),
                serde_json::Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
                serde_json::Value::Object(members) => {
                    Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect())
                }
            }
        }
    }

    #[test]
    fn a_value_is_read_by_path_and_kind() {
        let value = Json::from(&serde_json::json!({
            "a": { "b": "text", "n": 1442877512.5 }, "list": [{ "x": "first" }, true], "nul": null }));
        let text = |path: &[&str]| value.at(path).and_then(Json::as_text);
        assert_eq!((text(&["a", "b"]), text(&["list", "0", "x"])), (Some("text"), Some("first")));
        assert_eq!((text(&["a", "n"]), text(&["nul"]), text(&["b"])), (None, None, None));
        assert_eq!(value.at(&["a", "n"]).and_then(Json::as_number), Some(1_442_877_512.5));
        assert_eq!(value.at(&["list", "1"]), Some(&Json::Bool(true)));
        for absent in [["list", "2"], ["list", "-1"], ["list", "x"], ["a", "x"], ["nul", "x"]] {
            assert_eq!(value.at(&absent), None, "{absent:?}");
        }
        assert_eq!(value.get("nul"), Some(&Json::Null));
    }

    #[test]
    fn debug_text_shows_nothing_of_the_value() {
        assert_eq!(format!("{:?}", Json::Text("wJalrXUtnFEMI".into())), "Json(..)");
    }
}
