//! Captured calls: `fetch`'s arguments, as `pkg/capture.js` took them down at the moment of the call.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request};

use super::super::json::pairs;
use super::super::owner::Outgoing;
use super::options::{aws_fields, read_retry};
use crate::client::{CapturedRequest, Payload};
use crate::error::Error;

#[wasm_bindgen]
extern "C" {
    /// See `pkg/capture.js`.
    #[wasm_bindgen(typescript_type = "import(\"../capture.js\").Call")]
    #[derive(Clone, Debug)]
    pub type Call;
    /// The URL that is sent to, as the platform's parser writes it.
    #[wasm_bindgen(method, getter, structural)]
    fn url(this: &Call) -> String;
    #[wasm_bindgen(method, getter, structural)]
    fn method(this: &Call) -> String;
    /// Names, in lower case, and values in turn.
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &Call) -> Array;
    /// A copy of `init.aws` without prototype.
    #[wasm_bindgen(method, getter, structural)]
    fn aws(this: &Call) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn signal(this: &Call) -> Option<AbortSignal>;
    /// `manual` or `error`.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn redirect(this: &Call) -> String;
    /// Undefined: nothing to hash; a string or bytes: to be hashed at once; null: hashing takes time.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn payload(this: &Call) -> JsValue;
    /// The hash of the body, where it took time and is known by now.
    #[wasm_bindgen(method, getter, structural, js_name = bodyHash)]
    pub(super) fn body_hash(this: &Call) -> Option<String>;
    /// What explanations need of the signature sent last.
    #[wasm_bindgen(method, getter, structural)]
    pub(super) fn signed(this: &Call) -> Option<Array>;
    #[wasm_bindgen(method, setter, structural)]
    fn set_signed(this: &Call, signed: &Array);
    /// The hash of the body, made once.
    #[wasm_bindgen(method, catch, structural)]
    pub(super) fn hash(this: &Call) -> Result<Promise, JsValue>;
    /// The request to send, with these headers.
    #[wasm_bindgen(method, catch, structural)]
    pub(super) fn request(this: &Call, headers: &Array) -> Result<Promise, JsValue>;
}

impl Call {
    /// The call as the client takes it; what is wrong in `init.aws` is named.
    pub(super) fn captured(&self) -> Result<CapturedRequest, Error> {
        let mut request = CapturedRequest {
            url: self.url(),
            method: self.method(),
            headers: pairs(&self.headers()),
            ..CapturedRequest::default()
        };
        let aws = self.aws();
        if aws.is_object() {
            let aws = aws_fields(aws);
            request.service = aws.text("service")?;
            request.region = aws.text("region")?;
            request.sign_as = aws.text("signAs")?;
            request.unsigned_payload = aws.flag("unsignedPayload")?;
            (request.attempts, request.budget) = read_retry(&aws, "retry")?;
        }
        Ok(request)
    }

    /// Uses the body as far as it is signed at once; none if hashing takes time.
    pub(super) fn with_payload<T>(&self, sign: impl FnOnce(Payload<'_>) -> T) -> Option<T> {
        let payload = self.payload();
        if payload.is_undefined() {
            Some(sign(Payload::None))
        } else if let Some(text) = payload.as_string() {
            Some(sign(Payload::Bytes(text.as_bytes())))
        } else if payload.is_null() {
            None
        } else {
            Some(sign(Payload::Bytes(&payload.unchecked_into::<Uint8Array>().to_vec())))
        }
    }

    /// The hash of the body, if it is hashed at once; its own none is that of no body.
    pub(super) fn quick_hash(&self) -> Option<Option<String>> {
        self.with_payload(|payload| payload.hash())
    }
}

/// A captured call on its way.
pub(super) struct CapturedCall(pub(super) Call);

impl Outgoing for CapturedCall {
    async fn payload_hash(&self) -> Result<Option<String>, JsValue> {
        if let Some(hash) = self.0.quick_hash() {
            return Ok(hash);
        }
        Ok(JsFuture::from(self.0.hash()?).await?.as_string())
    }

    async fn signed(&self, headers: &Array) -> Result<Request, JsValue> {
        // Date and authorization. A signature could be used again while it is fresh, so it is not kept.
        let authorization = headers.get(3).as_string().unwrap_or_default();
        let kept = authorization.rfind(',').and_then(|end| authorization.get(..end)).unwrap_or_default();
        self.0.set_signed(&Array::of2(&headers.get(1), &kept.into()));
        Ok(JsFuture::from(self.0.request(headers)?).await?.unchecked_into())
    }

    fn signal(&self) -> Option<AbortSignal> {
        self.0.signal()
    }

    fn wants_redirects(&self) -> bool {
        self.0.redirect() == "manual"
    }
}
