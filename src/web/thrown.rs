//! What is thrown: one class for all errors of ours, and what the page threw as it is.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::client::CallError;
use crate::error::Error;

#[wasm_bindgen(module = "/pkg/error.js")]
extern "C" {
    #[wasm_bindgen(reexport)]
    type SigFetchError;
    #[wasm_bindgen(constructor)]
    fn new(facts: &Object, cause: &JsValue) -> SigFetchError;
}

/// Makes the error that JavaScript sees.
#[inline(never)]
fn sig_fetch_error(error: &Error, cause: &JsValue) -> JsValue {
    let service = error.service.as_ref();
    let facts = Object::new();
    let set = |name: &str, value: JsValue| {
        // Setting a member of a plain object does not fail.
        let _ = Reflect::set(&facts, &name.into(), &value);
    };
    let set_text = |name: &str, text: Option<&str>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            set(name, text.into());
        }
    };
    set_text("code", Some(error.code.name()));
    set_text("message", Some(&error.message));
    set_text("advice", Some(error.advice()));
    set("retryable", error.code.is_retryable().into());
    set_text("field", error.field.as_deref());
    if let Some(fault) = service.filter(|fault| fault.status > 0) {
        set("status", fault.status.into());
    }
    set_text("serviceError", service.map(|fault| fault.name.as_str()));
    set_text("requestId", service.map(|fault| fault.request_id.as_str()));
    SigFetchError::new(&facts, cause).into()
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        sig_fetch_error(&error, &JsValue::UNDEFINED)
    }
}

impl From<CallError<JsValue>> for JsValue {
    fn from(error: CallError<JsValue>) -> Self {
        match error {
            CallError::Coded { error, cause } => sig_fetch_error(&error, &cause.unwrap_or(JsValue::UNDEFINED)),
            CallError::Thrown(thrown) => thrown,
        }
    }
}
