//! What the facade of the npm package calls (`pkg/client.js`). Every method clones the client and returns a promise, so
//! that calls may overlap and outlive the exported object.

use futures_util::future::FutureExt;
use js_sys::{Array, Date, JSON, Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::super::browser::{Browser, Sendable};
use super::super::json::{from_js, to_js};
use super::super::reply;
use super::call::{Call, CapturedCall};
use super::options::{read_expires_seconds, read_options};
use super::page::{Page, PageOwner};
use super::promise::promise;
use crate::appsync;
use crate::appsync::connection::Remedy;
use crate::client::{CallError, Caller, CapturedRequest, Client, Payload};
use crate::config::Config;
use crate::error::Error;
use crate::secret::Secret;
use crate::sigv4::PayloadHash;
use crate::time::parse_date;

type Inner = Client<Browser<PageOwner>>;
type Thrown = CallError<JsValue>;

/// The client behind the facade.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct ExportedClient(Inner);

/// What `credentials()` gives, in the shape of the AWS SDK for JavaScript v3; `expiration` is added as a `Date`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AwsCredentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<&'a str>,
}

#[wasm_bindgen(js_class = Client)]
impl ExportedClient {
    /// A client of this page.
    #[wasm_bindgen(constructor)]
    pub fn new(page: Page) -> Result<Self, Error> {
        let owner = PageOwner::new(page)?;
        let config = Config::new(read_options(&owner.options())?)?;
        let host = Browser::new(owner, config.timeout);
        let client = Client::new(config, host);
        Browser::watch(&client);
        Ok(Self(client))
    }

    /// Sends a signed request.
    pub fn fetch(&self, call: Call) -> Promise {
        self.start(Operation::Fetch, call)
    }

    /// Signs a request.
    pub fn sign(&self, call: Call) -> Promise {
        self.start(Operation::Sign, call)
    }

    /// The names and values, in turn, of the headers that make a request signed.
    #[wasm_bindgen(js_name = signHeaders)]
    pub fn sign_headers(&self, call: Call) -> Promise {
        self.start(Operation::SignHeaders, call)
    }

    /// The same, if nothing has to be waited for.
    #[wasm_bindgen(js_name = signHeadersNow)]
    pub fn sign_headers_now(&self, call: &Call) -> Result<Option<Array>, Error> {
        let request = call.captured()?;
        let signature = call.with_payload(|payload| self.0.try_sign(&request, payload)).transpose()?.flatten();
        Ok(signature.map(|signature| self.0.host().headers_of(&signature)))
    }

    /// The same, or an error.
    #[wasm_bindgen(js_name = signHeadersSync)]
    pub fn sign_headers_sync(&self, call: &Call) -> Result<Array, Error> {
        if let Some(headers) = self.sign_headers_now(call)? {
            return Ok(headers);
        }
        let what = "takes time to read: use signHeaders, or give a string or bytes";
        Err(if call.payload().is_null() { Error::request("init.body", what) } else { self.0.not_ready() })
    }

    /// A URL that carries its own signature.
    pub fn presign(&self, call: Call, expires_seconds: &JsValue) -> Promise {
        self.start(Operation::Presign { expires_seconds: read_expires_seconds(expires_seconds) }, call)
    }

    /// The same at once.
    #[wasm_bindgen(js_name = presignSync)]
    pub fn presign_sync(&self, call: &Call, expires_seconds: &JsValue) -> Result<String, JsValue> {
        Ok(self.0.presign_now(&call.captured()?, read_expires_seconds(expires_seconds))?)
    }

    /// Runs a GraphQL operation on AppSync, or publishes events.
    pub fn graphql(&self, call: Call) -> Promise {
        self.start(Operation::Graphql, call)
    }

    /// The current credentials.
    pub fn credentials(&self) -> Promise {
        let (client, caller) = (self.0.clone(), self.0.caller());
        let work = async move {
            let set = client.credentials(&caller?).await?;
            // Handing credentials over is what the method is for.
            let value: Object = to_js(&AwsCredentials {
                access_key_id: &set.signing.access_key_id,
                secret_access_key: set.signing.secret_access_key.expose(),
                session_token: set.signing.session_token.as_ref().map(Secret::expose),
                identity_id: set.identity_id.as_deref(),
            })
            .unchecked_into();
            if let Some(time) = set.expires_at {
                Reflect::set(&value, &"expiration".into(), &Date::new(&(time as f64).into()))?;
            }
            Ok(value.into())
        };
        promise(None, work.boxed_local())
    }

    /// The Cognito identity id.
    #[wasm_bindgen(js_name = identityId)]
    pub fn identity_id(&self) -> Promise {
        let (client, caller) = (self.0.clone(), self.0.caller());
        promise(None, async move { Ok(client.identity_id(&caller?).await?.into()) }.boxed_local())
    }

    /// Whom AWS says the credentials belong to.
    pub fn whoami(&self) -> Promise {
        let (client, caller) = (self.0.clone(), self.0.caller());
        promise(None, async move { Ok(to_js(&client.whoami(&caller?).await?)) }.boxed_local())
    }

    /// Takes in that the page's options have other logins now.
    #[wasm_bindgen(js_name = setLogins)]
    pub fn set_logins(&self) -> Result<(), Error> {
        self.0.set_logins()
    }

    /// Forgets credentials and identity.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self) -> Result<(), Error> {
        self.0.sign_out()
    }

    /// Lets go of everything.
    pub fn close(&self) {
        self.0.host().unwatch();
        self.0.close();
    }

    /// The canonical request of a call that was sent, without the session token, and its string to sign; undefined if
    /// the credentials are others by now.
    pub fn evidence(&self, call: &Call) -> Option<Array> {
        let request = call.captured().ok()?;
        let signed = call.signed()?;
        let signed_at = parse_date(&signed.get(0).as_string()?)?;
        let hash = call.body_hash().or_else(|| call.quick_hash()?);
        let payload = hash.as_deref().map_or(Payload::None, Payload::Hash);
        let found = self.0.evidence(&request, payload, &signed.get(1).as_string()?, signed_at)?;
        Some(Array::of2(&found.canonical_request.into(), &found.string_to_sign.into()))
    }

    /// The number of the time in which one user uses the client.
    #[wasm_bindgen(getter)]
    pub fn period(&self) -> u32 {
        self.0.period()
    }

    /// Takes in that AppSync has accepted a frame that was signed with this key.
    #[wasm_bindgen(js_name = frameAccepted)]
    pub fn frame_accepted(&self, key: &str) {
        self.0.frame_accepted(key);
    }

    /// What a refusal of a frame that was signed for this URL fails with, unless signing again or waiting helps. `error` is
    /// the first one of the frame; with the key, whoever signs next learns from it.
    #[wasm_bindgen(js_name = frameRefused)]
    pub fn frame_refused(&self, url: &str, key: Option<String>, error: &JsValue) -> Array {
        let error = (!error.is_undefined()).then(|| from_js(error));
        let (remedy, error) = self.0.frame_refused(url, key.as_deref(), error);
        let helps = |wanted| JsValue::from(remedy == wanted);
        Array::of3(&error.into(), &helps(Remedy::Recover), &helps(Remedy::Wait))
    }

    /// Milliseconds, the server's time minus the device's.
    #[wasm_bindgen(getter, js_name = clockOffset)]
    pub fn clock_offset(&self) -> f64 {
        self.0.clock_offset() as f64
    }
}

/// Whether a host is under one of AWS's suffixes.
#[wasm_bindgen(js_name = isAwsHost)]
pub fn is_aws_host(host: &str) -> bool {
    crate::endpoint::is_aws_host(host)
}

/// What is done with a captured call.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Fetch,
    Sign,
    SignHeaders,
    Presign { expires_seconds: Option<u32> },
    Graphql,
}

impl ExportedClient {
    /// A promise of what comes of a call. It belongs to whoever is signed in now.
    fn start(&self, operation: Operation, call: Call) -> Promise {
        let signal = call.signal();
        let (client, caller, request) = (self.0.clone(), self.0.caller(), call.captured());
        promise(signal, async move { Ok(run(client, caller?, operation, call, request?).await?) }.boxed_local())
    }
}

async fn run(
    client: Inner,
    caller: Caller,
    operation: Operation,
    call: Call,
    request: CapturedRequest,
) -> Result<JsValue, Thrown> {
    let outgoing = Sendable::Owned(CapturedCall(call.clone()));
    match operation {
        Operation::Fetch => Ok(client.send(&caller, &request, &outgoing).await?.into()),
        Operation::Graphql => graphql_result(client.send(&caller, &request, &outgoing).await?).await,
        Operation::Presign { expires_seconds } => Ok(client.presign(&caller, &request, expires_seconds).await?.into()),
        Operation::Sign | Operation::SignHeaders => {
            let signature = client.sign(&caller, &request, &outgoing).await?;
            let headers = client.host().headers_of(&signature);
            if let Operation::SignHeaders = operation {
                return Ok(headers.into());
            }
            let signed = call.request(&headers).map_err(CallError::Thrown)?;
            JsFuture::from(signed).await.map_err(CallError::Thrown)
        }
    }
}

/// The result in an answer of AppSync: of an operation, or of a publish.
async fn graphql_result(response: Response) -> Result<JsValue, Thrown> {
    let text = response.text().map_err(CallError::Thrown)?;
    let text = JsFuture::from(text).await.map_err(CallError::Thrown)?.as_string().unwrap_or_default();
    if let Ok(result) = JSON::parse(&text)
        && result.is_object()
    {
        let member = |name: &str| Reflect::get(&result, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let has_data = !member("data").is_undefined() || !member("successful").is_undefined();
        if appsync::is_result(response.status(), has_data, member("errors").is_truthy()) {
            return Ok(result);
        }
    }
    let refused = crate::http::Reply { document: reply::document(&text), ..reply::head(&response) };
    Err(appsync::refusal(&refused).into())
}

/// The SHA-256 of a body that comes in pieces.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Hasher(PayloadHash);

#[wasm_bindgen]
impl Hasher {
    /// Of nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash in lower-case hex.
    pub fn finish(self) -> String {
        self.0.finish()
    }
}
