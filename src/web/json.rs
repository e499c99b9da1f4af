//! JSON between the platform's parser and the pure rooms.

use js_sys::{Array, JSON};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::http::Json;

#[wasm_bindgen]
extern "C" {
    /// Names and values of an object's own members. (`Object::entries` does not catch what a proxy throws.)
    #[wasm_bindgen(catch, js_namespace = Object)]
    pub(super) fn entries(object: &JsValue) -> Result<Array, JsValue>;
}

/// How deep a document is read: AWS's answers are flat, and a hostile one must not exhaust the stack.
const DEPTH: u32 = 16;

/// A value as the pure rooms read it; what lies too deep is null.
pub(super) fn from_js(value: &JsValue) -> Json {
    convert(value, DEPTH)
}

fn convert(value: &JsValue, depth: u32) -> Json {
    if let Some(text) = value.as_string() {
        return Json::Text(text);
    }
    if let Some(number) = value.as_f64() {
        return Json::Number(number);
    }
    if let Some(boolean) = value.as_bool() {
        return Json::Bool(boolean);
    }
    if !value.is_object() || depth == 0 {
        return Json::Null;
    }
    if Array::is_array(value) {
        return Json::Array(value.unchecked_ref::<Array>().iter().map(|item| convert(&item, depth - 1)).collect());
    }
    let Ok(entries) = entries(value) else { return Json::Null };
    let member = |entry: JsValue| {
        let entry: Array = entry.unchecked_into();
        (entry.get(0).as_string().unwrap_or_default(), convert(&entry.get(1), depth - 1))
    };
    Json::Object(entries.iter().map(member).collect())
}

/// A value as JavaScript's: structs as plain objects, no `None`s.
pub(super) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// A value as JSON text.
pub(super) fn stringify<T: Serialize + ?Sized>(value: &T) -> String {
    // What a script has added to `Object.prototype` may give no text at all.
    JSON::stringify(&to_js(value)).ok().and_then(|json| json.as_string()).unwrap_or_default()
}

/// JSON text as the pure rooms read it; none if it is not JSON.
pub(super) fn parse(text: &str) -> Option<Json> {
    JSON::parse(text).ok().map(|value| from_js(&value))
}

/// The names and values of a flat list.
pub(super) fn pairs(list: &Array) -> Vec<(String, String)> {
    let text = |index| list.get(index).as_string().unwrap_or_default();
    (0..list.length() / 2).map(|pair| (text(2 * pair), text(2 * pair + 1))).collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::evaluate;
    use super::*;

    fn read(expression: &str) -> Json {
        from_js(&evaluate(expression))
    }

    fn object(members: &[(&str, Json)]) -> Json {
        Json::Object(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    #[wasm_bindgen_test]
    fn every_kind_of_json_is_read() {
        let expected = object(&[
            ("text", Json::Text("kettle ☕".into())),
            ("number", Json::Number(0.5)),
            ("yes", Json::Bool(true)),
            ("nothing", Json::Null),
            ("list", Json::Array(vec![Json::Number(-1.0), Json::Text(String::new()), Json::Object(Vec::new())])),
        ]);
        let text = "{\"text\":\"kettle ☕\",\"number\":0.5,\"yes\":true,\"nothing\":null,\"list\":[-1,\"\",{}]}";
        assert!(parse(text) == Some(expected.clone()));
        assert!(read(text) == expected);
    }

    #[wasm_bindgen_test]
    fn what_json_does_not_have_is_null() {
        for expression in ["undefined", "null", "Symbol('x')", "10n", "() => 1", "class {}"] {
            assert!(read(expression) == Json::Null, "{expression}");
        }
        assert!(read("[, undefined]") == Json::Array(vec![Json::Null, Json::Null]));
        assert!(matches!(read("NaN"), Json::Number(number) if number.is_nan()));
        assert!(read("new Map([[1, 2]])") == Json::Object(Vec::new()));
        assert!(read("'\\ud800'") == Json::Text("\u{fffd}".into()), "half a character");
    }

    #[wasm_bindgen_test]
    fn what_is_no_json_is_none() {
        for text in ["", " ", "{", "undefined", "NaN", "{'a':1}", "<html>", "[1,]", "\u{0}", "\u{feff}{}"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn what_lies_too_deep_is_null() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let mut least = Json::Array(Vec::new());
        for _ in 1..DEPTH {
            least = Json::Array(vec![least]);
        }
        assert!(parse(&nested(DEPTH as usize)) == Some(least));
        let mut cut = Json::Null;
        for _ in 0..DEPTH {
            cut = Json::Array(vec![cut]);
        }
        for depth in [DEPTH as usize + 1, 30_000] {
            assert!(parse(&nested(depth)) == Some(cut.clone()), "{depth}");
        }
        let members = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        assert!(parse(&members).is_some_and(|value| value.at(&["a"; 15]).is_some() && value.at(&["a"; 17]).is_none()));
    }

    #[wasm_bindgen_test]
    fn only_own_members_are_read() {
        let inherits = read("Object.assign(Object.create({ inherited: 1 }), { own: 2 })");
        assert!(inherits == object(&[("own", Json::Number(2.0))]));
        let named = parse("{\"__proto__\":{\"a\":1},\"constructor\":2}").unwrap();
        assert!(named.at(&["__proto__", "a"]) == Some(&Json::Number(1.0)) && named.get("a").is_none());
    }

    #[wasm_bindgen_test]
    fn an_object_that_throws_is_null() {
        for expression in [
            "{ get a() { throw new Error() } }",
            "new Proxy({}, { ownKeys() { throw new Error() } })",
            "new Proxy({ a: 1 }, { getOwnPropertyDescriptor() { throw new Error() } })",
            "new Proxy({ a: 1 }, { get() { throw new Error() } })",
        ] {
            assert!(read(expression) == Json::Null, "{expression}");
        }
    }

    #[wasm_bindgen_test]
    fn what_is_written_has_no_members_without_a_value() {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Written {
            key_id: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            token: Option<String>,
            list: Vec<u32>,
        }
        let written = Written { key_id: "\"☕\n", token: None, list: vec![1, 2] };
        assert_eq!(stringify(&written), "{\"keyId\":\"\\\"☕\\n\",\"list\":[1,2]}");
        let again = from_js(&to_js(&written));
        assert!(again.get("keyId").and_then(Json::as_text) == Some("\"☕\n") && again.get("token").is_none());
    }

    #[wasm_bindgen_test]
    fn a_flat_list_is_read_in_pairs() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let read = |expression: &str| pairs(evaluate(expression).unchecked_ref());
        assert_eq!(read("['a', '1', 'b', '']"), [pair("a", "1"), pair("b", "")]);
        assert_eq!(read("['a', '1', 'b']"), [pair("a", "1")]);
        assert_eq!(read("[]"), []);
    }
}
