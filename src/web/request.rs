//! From the facade's `Request` to a signed one. The bytes that are hashed are the bytes that are sent.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, RequestMode};

use super::options::overrides;
use super::session::Session;
use super::value::get;
use crate::error::{Code, Error};
use crate::message::Url;
use crate::sigv4::{EMPTY_HASH, PayloadHash, Refused, SigningRequest, check_headers, sign_headers};
use crate::target::{Overrides, Target, resolve};

/// Signs a request. `given` are the headers as the caller wrote them: a `Request` has dropped what browsers forbid.
pub(super) async fn sign(
    session: &Rc<Session>,
    request: Request,
    given: &Headers,
    aws: &JsValue,
) -> Result<Request, JsValue> {
    let refuse = |error: Error| session.dresser.dress(&error);
    let overrides = overrides(aws).map_err(refuse)?;
    let target = check(session, &request, given, &overrides).map_err(refuse)?;

    let body = read_body(&request).await?;
    let hash = body.as_ref().map_or_else(|| EMPTY_HASH.into(), hash);
    let set = session.credentials().await?;

    let url = request.url();
    // `check` has split it before.
    let Some(parts) = Url::split(&url) else { return Err(JsValue::UNDEFINED) };
    let method = request.method();
    let headers = list(&request.headers());
    let signed = sign_headers(
        SigningRequest {
            method: &method,
            host: &target.host,
            path: parts.path,
            query: parts.query,
            headers: &headers,
            payload_hash: &hash,
        },
        &target.scope,
        &set.signing,
        session.now(),
        &mut session.keys.borrow_mut(),
    );

    let request = match body {
        Some(body) => with_body(&request, &body)?,
        None => request,
    };
    let headers = request.headers();
    headers.set("x-amz-date", &signed.amz_date)?;
    headers.set("authorization", &signed.authorization)?;
    if signed.content_sha256 {
        headers.set("x-amz-content-sha256", &hash)?;
    }
    // Credentials go on the wire here, and only here.
    if let Some(token) = &set.signing.session_token {
        headers.set("x-amz-security-token", token.expose())?;
    }
    Ok(request)
}

/// All that can be refused before anything is waited for.
fn check(session: &Session, request: &Request, given: &Headers, overrides: &Overrides) -> Result<Target, Error> {
    let invalid = |message: String, field: &str| Error::new(Code::InvalidRequest, message).field(field.to_owned());
    if request.mode() == RequestMode::NoCors {
        return Err(invalid("init.mode \"no-cors\" drops the signature's headers".into(), "init.mode"));
    }
    for headers in [list(given), list(&request.headers())] {
        check_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))).map_err(
            |(name, refused)| {
                let why = match refused {
                    Refused::Forbidden => " is not allowed: browsers drop it",
                    Refused::SetBySigning => " is not allowed: signing sets it",
                    Refused::NotAscii => " must be ASCII to be signed",
                };
                invalid(["The header ", name, why].concat(), &["init.headers[\"", name, "\"]"].concat())
            },
        )?;
    }
    let url = request.url();
    let parts = Url::split(&url).ok_or_else(|| invalid("The URL must be http or https".into(), "input"))?;
    resolve(&parts, &session.config.endpoints, overrides, session.config.region.as_deref())
}

/// Names in lower case and values, as they go on the wire.
fn list(headers: &Headers) -> Vec<(String, String)> {
    Array::from(headers)
        .iter()
        .map(|pair| {
            let pair: Array = pair.unchecked_into();
            (pair.get(0).as_string().unwrap_or_default(), pair.get(1).as_string().unwrap_or_default())
        })
        .collect()
}

/// The bytes of the body. Firefox has no `Request.body` to ask whether there is one, so the method decides.
async fn read_body(request: &Request) -> Result<Option<Uint8Array>, JsValue> {
    if matches!(request.method().as_str(), "GET" | "HEAD") {
        return Ok(None);
    }
    let buffer: ArrayBuffer = JsFuture::from(request.array_buffer()?).await?.unchecked_into();
    Ok(Some(Uint8Array::new(&buffer)))
}

/// Hashed piece by piece: a large body is never whole in WebAssembly's memory, which never shrinks.
fn hash(body: &Uint8Array) -> String {
    const PIECE: u32 = 65_536;
    let mut hash = PayloadHash::default();
    let mut piece = vec![0; body.length().min(PIECE) as usize];
    let mut at = 0;
    while at < body.length() {
        let end = body.length().min(at + PIECE);
        let part = &mut piece[..(end - at) as usize];
        body.subarray(at, end).copy_to(part);
        hash.update(part);
        at = end;
    }
    hash.finish()
}

/// The request with these bytes. Referrer and its policy are said again: any `init` resets them (Fetch standard).
fn with_body(request: &Request, body: &Uint8Array) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_body(body);
    init.set_referrer(&request.referrer());
    init.set_referrer_policy(request.referrer_policy());
    Request::new_with_request_and_init(request, &init)
}

/// The URL as the platform's parser writes it; none if it is no absolute URL.
pub(super) fn absolute_url(value: &JsValue) -> Option<String> {
    let text = value.as_string().or_else(|| get(value, "href").as_string())?;
    Some(web_sys::Url::new(&text).ok()?.href())
}
