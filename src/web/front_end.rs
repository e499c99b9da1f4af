//! The client for front ends that are written in Rust: plain wasm-bindgen, Leptos, Yew, Dioxus.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Request, RequestInit, RequestMode, RequestRedirect, Response};

use super::abort::unless_aborted;
use super::browser::{Browser, Sendable};
use super::json::pairs;
use super::login::check_providers;
use super::owner::{Outgoing, Owner};
use crate::client::{CallError, Caller, CapturedRequest, Client as Inner, Login, SignedIn};
use crate::cognito::CallerIdentity;
use crate::config::{Config, Options};
use crate::credentials::CredentialSet;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::secret::Secret;
use crate::sigv4::sha256_hex;

/// Provider names and tokens.
type Tokens = Vec<(String, String)>;

/// A function that gives who is signed in, called anew at each refresh: provider names, without `https://`, and their
/// tokens; empty for a guest.
pub type LoginFunction = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Tokens, JsValue>>>;

/// Calls AWS from a Rust front end: credentials from a Cognito identity pool, requests signed with SigV4. Cheap to clone;
/// every clone is the same client.
///
/// ```no_run
/// # async fn example() -> Result<(), wasm_bindgen::JsValue> {
/// use sigfetch::{Client, Options};
///
/// let client = Client::new(Options {
///     identity_pool_id: Some("eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0".into()),
///     ..Options::default()
/// })?;
/// let url = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items";
/// let response = client.signed_fetch(&web_sys::Request::new_with_str(url)?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Inner<Browser<FrontEnd>>);

impl Client {
    /// A guest's client. It makes no request of its own.
    ///
    /// # Errors
    ///
    /// `INVALID_OPTION`, naming the option.
    pub fn new(options: Options) -> Result<Self, Error> {
        let config = Config::new(options)?;
        let host = Browser::new(FrontEnd::default(), config.timeout);
        let client = Inner::new(config, host);
        Browser::watch(&client);
        Ok(Self(client))
    }

    /// `fetch`, signed: sends the request with a signature and gives the answer, HTTP errors included. Redirects are
    /// never followed, as they would carry credentials. The body is read and sent as it is; the request given stays
    /// usable. An abort of its signal ends the call.
    ///
    /// # Errors
    ///
    /// What credentials or signing fail with, what `fetch` throws, and the reason of an abort.
    pub fn signed_fetch(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Response, CallError<JsValue>>> + 'static + use<> {
        let (client, caller, request) = (self.0.clone(), self.0.caller(), own_copy(request));
        async move {
            let (caller, request) = (caller?, request?);
            let signal = request.signal();
            let work = async {
                let captured = Captured::new(request).await.map_err(CallError::Thrown)?;
                client.send(&caller, &captured.described(), &Sendable::Owned(captured)).await
            };
            unless_aborted(&signal, work).await.unwrap_or_else(|reason| Err(CallError::Thrown(reason)))
        }
    }

    /// The current credentials, refreshed when needed.
    ///
    /// # Errors
    ///
    /// What Cognito refuses, or a network that fails.
    pub fn credentials(&self) -> impl Future<Output = Result<CredentialSet, CallError<JsValue>>> + 'static + use<> {
        self.with(async |client, caller| client.credentials(&caller).await)
    }

    /// The Cognito identity id, the value of `${cognito-identity.amazonaws.com:sub}` in policies.
    ///
    /// # Errors
    ///
    /// As [`credentials`](Self::credentials).
    pub fn identity_id(&self) -> impl Future<Output = Result<String, CallError<JsValue>>> + 'static + use<> {
        self.with(async |client, caller| client.identity_id(&caller).await)
    }

    /// Whom AWS says the credentials belong to (STS GetCallerIdentity).
    ///
    /// # Errors
    ///
    /// As [`credentials`](Self::credentials), and what STS refuses.
    pub fn whoami(&self) -> impl Future<Output = Result<CallerIdentity, CallError<JsValue>>> + 'static + use<> {
        self.with(async |client, caller| client.whoami(&caller).await)
    }

    /// Signs a user in: `logins` is called anew at each refresh. None makes the client a guest's. A guest's identity is
    /// kept and linked.
    ///
    /// # Errors
    ///
    /// `CLOSED`.
    pub fn set_logins(&self, logins: Option<LoginFunction>) -> Result<(), Error> {
        *self.0.host().owner.logins.borrow_mut() = logins;
        self.0.set_logins()
    }

    /// Forgets credentials, identity and logins, and is a new guest; calls that wait end with `SIGNED_OUT`.
    ///
    /// # Errors
    ///
    /// `CLOSED`.
    pub fn sign_out(&self) -> Result<(), Error> {
        self.0.host().owner.logins.take();
        self.0.sign_out()
    }

    /// Lets go of credentials, timers and listeners; every call from then on fails with `CLOSED`.
    pub fn close(&self) {
        self.0.host().unwatch();
        self.0.close();
    }

    fn with<T, W>(&self, work: W) -> impl Future<Output = Result<T, CallError<JsValue>>> + 'static + use<T, W>
    where
        W: AsyncFnOnce(Inner<Browser<FrontEnd>>, Caller) -> Result<T, CallError<JsValue>> + 'static,
    {
        let (client, caller) = (self.0.clone(), self.0.caller());
        async move { work(client, caller?).await }
    }
}

/// A copy that the platform has made, so that what is judged is what is sent: a script may have given the caller's object
/// other getters, and another `clone`.
fn own_copy(request: &Request) -> Result<Request, CallError<JsValue>> {
    let copy = request.clone().and_then(|copy| Request::new_with_request(&copy)).map_err(CallError::Thrown)?;
    if copy.mode() == RequestMode::NoCors {
        return Err(Error::request("request.mode", "must not be no-cors: it drops the signature").into());
    }
    Ok(copy)
}

/// A request of the front end, and its body as bytes.
pub(super) struct Captured {
    request: Request,
    body: Option<Uint8Array>,
}

impl Captured {
    /// Takes down a request.
    async fn new(request: Request) -> Result<Self, JsValue> {
        let copy = request.clone()?;
        let bytes = JsFuture::from(copy.array_buffer()?).await?;
        // An empty body is a body, too: the request could not be sent again without it.
        Ok(Self { request, body: copy.body_used().then(|| Uint8Array::new(&bytes)) })
    }

    fn described(&self) -> CapturedRequest {
        let flat = Array::new();
        for entry in self.request.headers().entries().into_iter().flatten() {
            let entry: Array = entry.unchecked_into();
            flat.push(&entry.get(0));
            flat.push(&entry.get(1));
        }
        CapturedRequest {
            url: self.request.url(),
            method: self.request.method(),
            headers: pairs(&flat),
            ..CapturedRequest::default()
        }
    }
}

impl Outgoing for Captured {
    async fn payload_hash(&self) -> Result<Option<String>, JsValue> {
        Ok(self.body.as_ref().map(|body| sha256_hex(&body.to_vec())))
    }

    async fn signed(&self, headers: &Array) -> Result<Request, JsValue> {
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Manual);
        // Any init resets them ("Request class", Fetch standard).
        init.set_referrer(&self.request.referrer());
        init.set_referrer_policy(self.request.referrer_policy());
        if let Some(body) = &self.body {
            init.set_body(body);
        }
        let signed = Request::new_with_request_and_init(&self.request, &init)?;
        for (name, value) in pairs(headers) {
            signed.headers().set(&name, &value)?;
        }
        Ok(signed)
    }

    fn signal(&self) -> Option<AbortSignal> {
        Some(self.request.signal())
    }

    fn wants_redirects(&self) -> bool {
        self.request.redirect() == RequestRedirect::Manual
    }
}

/// A front end that is written in Rust.
#[derive(Default)]
pub(super) struct FrontEnd {
    logins: RefCell<Option<LoginFunction>>,
}

impl Owner for FrontEnd {
    type Outgoing = Captured;

    fn emit(&self, _event: &Event) {}

    fn signed_in(&self) -> SignedIn {
        if self.logins.borrow().is_some() { SignedIn::Unknown } else { SignedIn::No }
    }

    async fn login(&self) -> Result<Login, CallError<JsValue>> {
        let logins = self.logins.borrow().clone();
        let Some(logins) = logins else { return Ok(Login::default()) };
        let failed = || Error::about(Code::LoginsFailed, "logins", "failed");
        let tokens = logins().await.map_err(|cause| CallError::caused(failed(), cause))?;
        check_providers(tokens.iter().map(|(provider, _)| provider.as_str()))?;
        let logins = tokens.into_iter().map(|(provider, token)| (provider, Secret::new(token))).collect();
        Ok(Login { logins, identity_id: None })
    }

    fn fixed_credentials(&self) -> Option<CredentialSet> {
        None
    }

    async fn credentials(&self) -> Result<CredentialSet, CallError<JsValue>> {
        Err(Error::about(Code::ProviderFailed, "options.credentials", "is for JavaScript").into())
    }

    async fn stored_identity(&self) -> Option<String> {
        None
    }

    fn store_identity(&self, _identity_id: Option<&str>) {}
}
