//! The one call of `fetch`, and waiting.

use js_sys::{Date, Function, Math, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestCredentials, RequestInit, RequestRedirect, Response};

use super::value::{JsDocument, get};
use crate::clock::{Clock, Millis};
use crate::cognito::Failure;
use crate::message::{HttpReply, HttpRequest};

#[wasm_bindgen]
extern "C" {
    // Bound as globals, not through `Window`, so that workers have them too.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(request: &Request) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64);
}

/// Sends a request as it is.
pub(super) async fn send(request: &Request) -> Result<Response, JsValue> {
    Ok(JsFuture::from(global_fetch(request)?).await?.unchecked_into())
}

/// This device's time.
pub(super) fn now() -> Millis {
    Date::now() as Millis
}

/// A number in [0, 1), for jitter; nothing secret depends on it.
pub(super) fn random() -> f64 {
    Math::random()
}

/// Waits.
pub(super) async fn sleep(milliseconds: Millis) {
    if milliseconds > 0 {
        let timer = Promise::new(&mut |resolve, _| set_timeout(&resolve, milliseconds as f64));
        // A timer does not fail.
        let _ = JsFuture::from(timer).await;
    }
}

/// Sends one of our own requests to AWS and reads the answer; its `Date` sets the clock.
pub(super) async fn exchange(
    message: &HttpRequest,
    timeout: f64,
    clock: &std::cell::Cell<Clock>,
) -> Result<HttpReply<JsDocument>, Failure> {
    let failure = |error: JsValue| match get(&error, "name").as_string() {
        Some(name) if name == "TimeoutError" => Failure::Timeout,
        _ => Failure::Network,
    };
    let sent = now();
    let response = send(&build(message, timeout).map_err(failure)?).await.map_err(failure)?;
    if let Some(date) = date(&response.headers()) {
        let mut known = clock.get();
        known.observe(date, sent, now());
        clock.set(known);
    }
    let body = text(&response).await.map_err(failure)?;
    Ok(reply(&response, &body))
}

fn build(message: &HttpRequest, timeout: f64) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &message.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&message.body.as_str().into());
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&AbortSignal::timeout_with_f64(timeout)));
    Request::new_with_str_and_init(&message.url, &init)
}

/// The whole body as text.
pub(super) async fn text(response: &Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(response.text()?).await?.as_string().unwrap_or_default())
}

/// An answer in the pure rooms' shape.
pub(super) fn reply(response: &Response, body: &str) -> HttpReply<JsDocument> {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten().unwrap_or_default();
    HttpReply {
        status: response.status(),
        error_type: header("x-amzn-errortype"),
        request_id: header("x-amzn-requestid"),
        document: JsDocument::parse(body),
    }
}

fn date(headers: &Headers) -> Option<Millis> {
    let date = Date::parse(&headers.get("date").ok()??);
    date.is_finite().then_some(date as Millis)
}
