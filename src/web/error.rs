//! Errors on their way to JavaScript: the facts, which the JavaScript half makes a `SigFetchError` of.

use wasm_bindgen::JsValue;

use super::value::{Field, plain};
use crate::error::Error;

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let service = error.service.as_ref();
        plain(&[
            ("code", Field::Text(error.code.name())),
            ("message", Field::Text(&error.message)),
            ("advice", Field::Text(error.advice())),
            ("retryable", Field::Flag(error.code.is_retryable())),
            ("field", Field::Optional(error.field.as_deref())),
            ("status", Field::Number(service.map(|fault| fault.status.into()))),
            ("serviceError", Field::Optional(service.map(|fault| fault.name.as_str()))),
            ("requestId", Field::Optional(service.map(|fault| fault.request_id.as_str()))),
        ])
    }
}
