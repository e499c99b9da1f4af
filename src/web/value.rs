//! Making plain objects.

use js_sys::Object;
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

/// The value of a member that goes out.
#[derive(Debug)]
pub(super) enum Field<'a> {
    /// A text.
    Text(&'a str),
    /// A text that may be missing or empty.
    Optional(Option<&'a str>),
    /// A number that may be missing.
    Number(Option<f64>),
    /// Yes or no.
    Flag(bool),
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Optional(None | Some("")) | Self::Number(None) => serializer.serialize_unit(),
            Self::Text(text) | Self::Optional(Some(text)) => serializer.serialize_str(text),
            Self::Number(Some(number)) => serializer.serialize_f64(number),
            Self::Flag(flag) => serializer.serialize_bool(flag),
        }
    }
}

/// Makes a plain object. It goes through a list of pairs, because serialising structs and maps brings a cache of names
/// along that is larger than all our objects.
pub(super) fn plain(members: &[(&str, Field<'_>)]) -> JsValue {
    let pairs = members.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or(JsValue::UNDEFINED);
    Object::from_entries(&pairs).map_or(JsValue::UNDEFINED, JsValue::from)
}
