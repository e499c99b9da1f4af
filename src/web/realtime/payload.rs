//! JSON as the platform's own parser makes it: what comes stays the platform's own, from the socket to the consumer.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::appsync::connection::{Member, Value};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn json_parse(text: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn)]
    fn has_own(object: &JsValue, name: &JsString) -> bool;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    fn get(object: &JsValue, name: &JsString) -> Result<JsValue, JsValue>;
}

thread_local! {
    /// The names as JavaScript has them: a text that crosses the border for each frame takes longer than all else here.
    static NAMES: [JsString; Member::NAMES.len()] = Member::NAMES.map(JsString::from);
}

/// A value that `JSON.parse` gave. It has no getters, so that reading it runs no code of the page's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Payload(pub(super) JsValue);

impl Payload {
    /// What a text holds; none if it is no text, or not JSON.
    pub(super) fn read(text: &JsValue) -> Option<Self> {
        if text.is_string() { json_parse(text).ok().map(Self) } else { None }
    }
}

impl Value for Payload {
    fn member(&self, member: Member) -> Option<Self> {
        NAMES.with(|names| {
            let name = &names[member as usize];
            // What a script has added to `Object.prototype` is no member.
            let is_own = self.0.is_object() && has_own(&self.0, name);
            is_own.then(|| get(&self.0, name).ok()).flatten().map(Self)
        })
    }

    fn item(&self, index: usize) -> Option<Self> {
        let array = self.0.dyn_ref::<Array>()?;
        let index = u32::try_from(index).ok()?;
        (index < array.length()).then(|| Self(array.get(index)))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn parse(&self) -> Option<Self> {
        Self::read(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn evaluate(expression: &str) -> JsValue {
        js_sys::eval(&["(", expression, ")"].concat()).unwrap()
    }

    fn read(json: &str) -> Payload {
        Payload::read(&json.into()).unwrap()
    }

    #[wasm_bindgen_test]
    fn a_member_is_an_objects_own() {
        let frame = read(r#"{"type":"ka","__proto__":{"id":"7"},"payload":{"id":"1"}}"#);
        assert_eq!(frame.member(Member::Type).and_then(|member| member.text()).as_deref(), Some("ka"));
        let inner = frame.member(Member::Payload).and_then(|member| member.member(Member::Id));
        assert_eq!(inner.and_then(|id| id.text()).as_deref(), Some("1"));
        evaluate("Object.prototype.event = 'polluted'");
        let members = [Member::Event, Member::Id, Member::Errors].map(|member| frame.member(member));
        evaluate("delete Object.prototype.event");
        assert_eq!(members, [None, None, None]);
        for other in ["null", "7", "true", "\"type\"", "[1]"] {
            assert_eq!(read(other).member(Member::Type), None, "{other}");
        }
    }

    #[wasm_bindgen_test]
    fn an_item_is_that_of_a_list() {
        let list = read(r#"["a",[]]"#);
        assert_eq!(list.item(0).and_then(|item| item.text()).as_deref(), Some("a"));
        assert_eq!((list.item(1).and_then(|item| item.item(0)), list.item(2)), (None, None));
        for other in [r#""ab""#, r#"{"0":"a","length":1}"#, "null", "7"] {
            assert_eq!(read(other).item(0), None, "{other}");
        }
    }

    #[wasm_bindgen_test]
    fn every_other_kind_than_the_one_asked_for_is_none() {
        for (json, text, number) in
            [(r#""7""#, Some("7"), None), ("7", None, Some(7.0)), ("[7]", None, None), ("null", None, None)]
        {
            let value = read(json);
            assert_eq!((value.text().as_deref(), value.number()), (text, number), "{json}");
        }
    }

    #[wasm_bindgen_test]
    fn only_a_text_with_json_in_it_is_parsed() {
        assert_eq!(
            read(r#""{\"id\":[1]}""#).parse().and_then(|value| value.member(Member::Id)?.item(0)?.number()),
            Some(1.0)
        );
        for nothing in [r#""""#, r#""{""#, "7", "[\"1\"]", "null", "{}"] {
            assert_eq!(read(nothing).parse(), None, "{nothing}");
        }
        for binary in ["new ArrayBuffer(2)", "new Blob(['1'])", "undefined", "new String('1')"] {
            assert_eq!(Payload::read(&evaluate(binary)), None, "{binary}");
        }
    }
}
