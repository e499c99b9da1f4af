//! Reading JavaScript values member by member, so that an error can name the member and never prints the value.

use js_sys::{Function, JSON, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::message::Document;

/// The member of an object; undefined for what is no object or throws.
pub(super) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// None for undefined and null.
pub(super) fn present(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Makes a plain object of something serialisable.
pub(super) fn plain(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// Calls a function without arguments and waits for what it gives.
pub(super) async fn call(function: &Function) -> Result<JsValue, JsValue> {
    settled(function.call0(&JsValue::UNDEFINED)?).await
}

/// Waits if the value is a promise, or anything that `await` would wait for.
pub(super) async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    if value.is_object() { JsFuture::from(Promise::resolve(&value)).await } else { Ok(value) }
}

/// A JSON object as the platform parsed it.
#[derive(Debug)]
pub(super) struct JsDocument(JsValue);

impl JsDocument {
    /// Parses a text; none if it is no JSON object.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let value = JSON::parse(text).ok()?;
        value.is_object().then_some(Self(value))
    }

    /// The document itself.
    pub(super) fn value(&self) -> &JsValue {
        &self.0
    }

    fn at(&self, path: &[&str]) -> JsValue {
        path.iter().fold(self.0.clone(), |value, name| get(&value, name))
    }
}

impl Document for JsDocument {
    fn text(&self, path: &[&str]) -> Option<String> {
        self.at(path).as_string()
    }

    fn number(&self, path: &[&str]) -> Option<f64> {
        self.at(path).as_f64()
    }
}

/// A value as a function, if it is one.
pub(super) fn function(value: &JsValue) -> Option<&Function> {
    value.dyn_ref::<Function>()
}
