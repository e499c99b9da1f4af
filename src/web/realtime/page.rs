//! What `pkg/subscriptions.js` gives to lasting connections: the page's client, as far as they need it, and those who take
//! what comes.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::Headers;

use super::payload::Payload;
use crate::appsync::connection::{Failure, Loss, State};
use crate::error::Error;

#[wasm_bindgen]
extern "C" {
    /// The page and its client. It holds the client weakly.
    #[wasm_bindgen(typescript_type = "import(\"../subscriptions.js\").Page")]
    #[derive(Clone, Debug)]
    pub type Page;
    /// See [`crate::client::Client::period`].
    #[wasm_bindgen(method, structural)]
    pub(super) fn period(this: &Page) -> u32;
    /// Whether a host is under one of AWS's suffixes.
    #[wasm_bindgen(method, structural, js_name = isAwsHost)]
    pub(super) fn is_aws_host(this: &Page, host: &str) -> bool;
    /// Signs a POST with these headers, names and values in turn, and calls `done` with a [`Signed`].
    #[wasm_bindgen(method, structural)]
    pub(super) fn sign(this: &Page, url: &str, headers: &Array, body: &str, done: &Function);
    /// See [`crate::client::Client::frame_accepted`].
    #[wasm_bindgen(method, structural)]
    pub(super) fn accepted(this: &Page, key: &str);
    /// See [`crate::client::Client::frame_refused`]. Gives the error, whether signing again helps, and whether waiting does.
    #[wasm_bindgen(method, structural)]
    pub(super) fn refused(this: &Page, url: &str, key: Option<&str>, error: &JsValue) -> Array;
    /// Makes an error.
    #[wasm_bindgen(method, structural)]
    fn error(this: &Page, code: &str, message: &str, advice: &str, retryable: bool, field: Option<&str>) -> JsValue;
    /// Tells listeners how a connection is.
    #[wasm_bindgen(method, structural)]
    fn state(this: &Page, endpoint: &str, state: &str, reason: &str, delay: f64, error: &JsValue);

    /// What came of a signature.
    pub(super) type Signed;
    /// The headers, if it was made.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn headers(this: &Signed) -> Option<Headers>;
    /// What was thrown else.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn error(this: &Signed) -> JsValue;
    /// Whether the same call may succeed later.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn retryable(this: &Signed) -> bool;

    /// Whoever takes what a subscription has, or the answer to a publish.
    #[wasm_bindgen(typescript_type = "import(\"../subscriptions.js\").Consumer")]
    #[derive(Clone, Debug)]
    pub type Consumer;
    #[wasm_bindgen(method, structural)]
    pub(super) fn message(this: &Consumer, payload: &JsValue);
    /// Times are milliseconds of `performance.now()`.
    #[wasm_bindgen(method, structural)]
    pub(super) fn gap(this: &Consumer, since: f64, until: f64, disconnections: u32, overflowed: u32, unreadable: u32);
    #[wasm_bindgen(method, structural)]
    pub(super) fn end(this: &Consumer);
    #[wasm_bindgen(method, structural)]
    pub(super) fn failed(this: &Consumer, error: &JsValue);
    #[wasm_bindgen(method, structural)]
    pub(super) fn changed(this: &Consumer);
}

/// The error that JavaScript sees.
#[inline(never)]
pub(super) fn js_error(page: &Page, error: &Error) -> JsValue {
    let retryable = error.code.is_retryable();
    page.error(error.code.name(), &error.message, error.advice(), retryable, error.field.as_deref())
}

/// What JavaScript sees of a failure.
pub(super) fn js_failure(page: &Page, failure: Failure<Payload>) -> JsValue {
    match failure {
        Failure::Coded(error) => js_error(page, &error),
        Failure::Thrown { thrown, .. } => thrown.0,
    }
}

/// Tells listeners of a connection's state.
pub(super) fn tell_state(page: &Page, endpoint: &str, state: &State) {
    let (state, reason, delay) = match state {
        State::Idle => ("idle", "", 0),
        State::Connecting => ("connecting", "", 0),
        State::Connected => ("connected", "", 0),
        State::Waiting { delay, loss, .. } => ("waiting", reason(loss), *delay),
    };
    page.state(endpoint, state, reason, delay as f64, &JsValue::UNDEFINED);
}

/// Tells listeners of a frame that cannot be used.
pub(super) fn tell_unusable(page: &Page, endpoint: &str, failure: Failure<Payload>) {
    page.state(endpoint, "connected", "", 0.0, &js_failure(page, failure));
}

fn reason(loss: &Loss) -> &'static str {
    match loss {
        Loss::Closed(_) => "closed",
        Loss::ConnectTimeout => "timeout",
        Loss::Silent => "silent",
        Loss::Refused => "refused",
        Loss::Unsigned => "unsigned",
        Loss::Slept => "slept",
        Loss::NetworkChanged => "network",
        Loss::Aged => "aged",
        Loss::IdentityChanged => "identity",
    }
}
