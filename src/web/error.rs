//! Errors on their way to JavaScript.

use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::value::plain;
use crate::error::Error;

/// What the facade makes a `SigFetchError` of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    code: &'static str,
    message: &'a str,
    advice: &'static str,
    retryable: bool,
    field: Option<&'a str>,
    status: Option<u16>,
    service_error: Option<&'a str>,
    request_id: Option<&'a str>,
}

/// Dresses errors with the facade's class.
#[derive(Clone, Debug)]
pub(super) struct Dresser(Function);

impl Dresser {
    /// `make(report, cause)` is the facade's.
    pub(super) fn new(make: Function) -> Self {
        Self(make)
    }

    /// The error as JavaScript sees it.
    pub(super) fn dress(&self, error: &Error) -> JsValue {
        self.dress_caused(error, &JsValue::UNDEFINED)
    }

    /// The same, with what JavaScript threw as its cause.
    pub(super) fn dress_caused(&self, error: &Error, cause: &JsValue) -> JsValue {
        let given = |text: &'_ String| !text.is_empty();
        let service = error.service.as_ref();
        let report = plain(&Report {
            code: error.code.name(),
            message: &error.message,
            advice: error.advice(),
            retryable: error.code.is_retryable(),
            field: error.field.as_deref(),
            status: service.map(|fault| fault.status),
            service_error: service.map(|fault| &fault.name).filter(|name| given(name)).map(String::as_str),
            request_id: service.map(|fault| &fault.request_id).filter(|id| given(id)).map(String::as_str),
        });
        self.0.call2(&JsValue::UNDEFINED, &report, cause).unwrap_or(report)
    }
}
