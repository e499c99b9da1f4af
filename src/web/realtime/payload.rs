//! JSON as the platform's own parser makes it: what comes stays the platform's own, from the socket to the consumer.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::appsync::connection::Value;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn json_parse(text: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn)]
    fn has_own(object: &JsValue, name: &str) -> bool;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue>;
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
    fn member(&self, name: &str) -> Option<Self> {
        // What a script has added to `Object.prototype` is no member.
        if !self.0.is_object() || !has_own(&self.0, name) {
            return None;
        }
        get(&self.0, name).ok().map(Self)
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
