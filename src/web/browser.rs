//! What the client needs of its surroundings, in a browser or another JavaScript runtime.

use std::cell::RefCell;

use futures_util::future::LocalBoxFuture;
use js_sys::{Array, JsString, Promise, Reflect, TypeError};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, Headers, Request, RequestCredentials, RequestInit, RequestMode, RequestRedirect, Response,
    ResponseType,
};

use super::json;
use super::login::claims;
use super::owner::{Outgoing, Owner};
use super::reply;
use super::tabs::{Tabs, Turn};
use super::timer::{sleep, sleep_in_background};
use crate::client::{CallError, Client, CoolDowns, Host, Login, Sent, Signature, SignedIn, WeakClient, before};
use crate::cognito::{Body, Failure, ServiceRequest};
use crate::credentials::CredentialSet;
use crate::credentials::sharing::Question;
use crate::event::Event;
use crate::http::{Json, Reply};
use crate::sigv4::sha256_hex;
use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = Math, js_name = random)]
    fn math_random() -> f64;
    // The global function, so that it works in workers and follows what replaces it.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch(request: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = addEventListener)]
    fn add_event_listener(name: &str, listener: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = removeEventListener)]
    fn remove_event_listener(name: &str, listener: &JsValue) -> Result<(), JsValue>;
}

thread_local! {
    /// What all clients of the page share.
    static COOL_DOWNS: CoolDowns = CoolDowns::default();
}

/// How long a refusal's body is waited for, in milliseconds.
const REFUSAL_PATIENCE: Millis = 2_000;

/// How long a probe is waited for, in milliseconds.
const PROBE_PATIENCE: Millis = 3_000;

/// What tells a page that time may have passed unseen, or that the network is back.
const WAKE_EVENTS: [&str; 3] = ["visibilitychange", "pageshow", "online"];

/// A JavaScript runtime, and the owner of the client.
pub(super) struct Browser<O: Owner> {
    pub(super) owner: O,
    timeout: Millis,
    client: RefCell<Option<WeakClient<Self>>>,
    wake: RefCell<Option<Wake>>,
    tabs: RefCell<Option<Tabs>>,
    /// The session token as JavaScript's, with the access key id that it belongs to: a thousand characters that rarely
    /// change need not cross the border with each signature.
    token: RefCell<Option<(String, JsString)>>,
}

/// A listener of the page, removed when it is dropped.
struct Wake(Closure<dyn FnMut()>);

impl Drop for Wake {
    fn drop(&mut self) {
        for name in WAKE_EVENTS {
            let _ = remove_event_listener(name, self.0.as_ref());
        }
    }
}

/// A request of the client: its owner's, or a form of its own.
pub(super) enum Sendable<R> {
    /// The owner's.
    Owned(R),
    /// A form for STS.
    Form {
        /// Where it goes.
        url: String,
        /// The form.
        body: &'static str,
    },
}

impl<O: Owner> Browser<O> {
    pub(super) fn new(owner: O, timeout: Millis) -> Self {
        Self {
            owner,
            timeout,
            client: RefCell::default(),
            wake: RefCell::default(),
            tabs: RefCell::default(),
            token: RefCell::default(),
        }
    }

    /// Listens for what wakes the client. Nothing here keeps it from being collected.
    pub(super) fn watch(client: &Client<Self>) {
        let weak = client.downgrade();
        let host = client.host();
        host.client.replace(Some(weak.clone()));
        if Reflect::get(&js_sys::global(), &"document".into()).is_ok_and(|document| document.is_object()) {
            let wake = Wake(Closure::new(move || {
                if let Some(client) = weak.upgrade() {
                    client.wake();
                }
            }));
            for name in WAKE_EVENTS {
                let _ = add_event_listener(name, wake.0.as_ref());
            }
            host.wake.replace(Some(wake));
        }
    }

    /// Lets go of listeners.
    pub(super) fn unwatch(&self) {
        self.wake.take();
    }

    /// The headers that a signature adds: names and values in turn.
    pub(super) fn headers_of(&self, signature: &Signature) -> Array {
        let mut cached = self.token.borrow_mut();
        let token = signature.session_token.as_ref().map(|token| match &*cached {
            Some((key, token)) if *key == signature.access_key_id => token.clone(),
            _ => {
                let token = JsString::from(token.expose());
                *cached = Some((signature.access_key_id.clone(), token.clone()));
                token
            }
        });
        header_list(signature, token)
    }

    async fn signed(&self, outgoing: &Sendable<O::Outgoing>, signature: &Signature) -> Result<Request, JsValue> {
        let added = self.headers_of(signature);
        let (url, body) = match outgoing {
            Sendable::Owned(request) => return request.signed(&added).await,
            Sendable::Form { url, body } => (url, *body),
        };
        let headers = Headers::new()?;
        headers.set("accept", "application/json")?;
        headers.set("content-type", FORM)?;
        for (name, value) in json::pairs(&added) {
            headers.set(&name, &value)?;
        }
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&body.into());
        init.set_headers(&headers);
        init.set_credentials(RequestCredentials::Omit);
        init.set_redirect(RequestRedirect::Manual);
        Request::new_with_str_and_init(url, &init)
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// An answer, whatever `fetch` is.
async fn fetched(request: &JsValue) -> Result<Response, JsValue> {
    let answer = JsFuture::from(Promise::resolve(&fetch(request)?)).await?;
    // What stands in for `fetch` in a unit test may give nothing.
    if !answer.is_object() {
        return Err(TypeError::new("fetch gave no Response").into());
    }
    Ok(answer.unchecked_into())
}

/// A request that is aborted when it is dropped.
struct AbortGuard(AbortController);

impl Drop for AbortGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Browsers hide what a redirect says; other platforms do not.
fn is_redirect(response: &Response) -> bool {
    response.type_() == ResponseType::Opaqueredirect || matches!(response.status(), 301 | 302 | 303 | 307 | 308)
}

impl<O: Owner> Host for Browser<O> {
    type Thrown = JsValue;
    type Outgoing = Sendable<O::Outgoing>;
    type Response = Response;
    type Turn = Turn;

    fn now(&self) -> Millis {
        date_now() as Millis
    }

    fn monotonic(&self) -> Millis {
        performance_now() as Millis
    }

    fn random(&self) -> f64 {
        math_random()
    }

    fn sleep(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        sleep(duration)
    }

    fn sleep_in_background(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        sleep_in_background(duration)
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        spawn_local(work);
    }

    fn emit(&self, event: &Event) {
        self.owner.emit(event);
    }

    fn cool_downs(&self) -> CoolDowns {
        COOL_DOWNS.with(Clone::clone)
    }

    async fn call_service(&self, request: &ServiceRequest) -> Result<Reply, Failure> {
        let work = async {
            let controller = AbortController::new()?;
            let init = service_init(request)?;
            init.set_signal(Some(&controller.signal()));
            let _guard = AbortGuard(controller);
            let request = Request::new_with_str_and_init(&request.url, &init)?;
            let response = fetched(&request).await?;
            if is_redirect(&response) {
                // It is not followed: it would carry login tokens elsewhere.
                return Err(JsValue::UNDEFINED);
            }
            reply::read(&response).await
        };
        match before(work, sleep(self.timeout)).await {
            None => Err(Failure::Timeout),
            Some(Err(_)) => Err(Failure::Network),
            Some(Ok(reply)) => Ok(reply),
        }
    }

    fn signed_in(&self) -> SignedIn {
        self.owner.signed_in()
    }

    async fn login(&self) -> Result<Login, CallError<JsValue>> {
        self.owner.login().await
    }

    fn fixed_credentials(&self) -> Option<CredentialSet> {
        self.owner.fixed_credentials()
    }

    async fn provided_credentials(&self) -> Result<CredentialSet, CallError<JsValue>> {
        self.owner.credentials().await
    }

    async fn stored_identity(&self) -> Option<String> {
        self.owner.stored_identity().await
    }

    fn store_identity(&self, identity_id: Option<&str>) {
        self.owner.store_identity(identity_id);
    }

    async fn payload_hash(&self, outgoing: &Self::Outgoing) -> Result<Option<String>, JsValue> {
        match outgoing {
            Sendable::Owned(request) => request.payload_hash().await,
            Sendable::Form { body, .. } => Ok(Some(sha256_hex(body.as_bytes()))),
        }
    }

    async fn send(&self, outgoing: &Self::Outgoing, signature: &Signature) -> Sent<Response, JsValue> {
        let signed = match self.signed(outgoing, signature).await {
            Ok(signed) => signed,
            Err(thrown) => return Sent::Final(Err(thrown), None),
        };
        let answer = fetched(&signed).await;
        let is_aborted = match outgoing {
            Sendable::Owned(request) => request.signal().is_some_and(|signal| signal.aborted()),
            Sendable::Form { .. } => false,
        };
        let response = match answer {
            Err(thrown) if is_aborted => return Sent::Final(Err(thrown), None),
            Err(thrown) => return Sent::Unanswered(thrown),
            Ok(response) => response,
        };
        let status = response.status();
        let told = (status > 0).then_some(status);
        if !is_redirect(&response) && !is_aborted {
            return Sent::Answered { response, status };
        }
        if is_aborted || matches!(outgoing, Sendable::Owned(request) if request.wants_redirects()) {
            return Sent::Final(Ok(response), told);
        }
        let text = "The answer is a redirect. It is not followed: it would carry credentials elsewhere.";
        Sent::Final(Err(TypeError::new(text).into()), told)
    }

    async fn read_refusal(&self, response: &Response, with_body: bool) -> Reply {
        let head = reply::head(response);
        let Some(copy) = with_body.then(|| response.clone().ok()).flatten() else { return head };
        match before(reply::read(&copy), sleep(REFUSAL_PATIENCE)).await {
            // It broke off, or does not end: the caller will see the same error in the caller's own copy.
            None | Some(Err(_)) => head,
            Some(Ok(reply)) => reply,
        }
    }

    async fn read(&self, response: &Response) -> Result<Reply, JsValue> {
        reply::read(response).await
    }

    fn discard(&self, response: Response) {
        if let Some(body) = response.body() {
            let cancelled = JsFuture::from(body.cancel());
            spawn_local(async move { drop(cancelled.await) });
        }
    }

    async fn is_reachable(&self, url: &str) -> bool {
        let work = async {
            let controller = AbortController::new()?;
            let init = RequestInit::new();
            init.set_method("HEAD");
            init.set_mode(RequestMode::NoCors);
            init.set_credentials(RequestCredentials::Omit);
            init.set_signal(Some(&controller.signal()));
            let _guard = AbortGuard(controller);
            fetched(&Request::new_with_str_and_init(url, &init)?.into()).await
        };
        matches!(before(work, sleep(PROBE_PATIENCE)).await, Some(Ok(_)))
    }

    fn form(&self, url: &str, body: &'static str) -> Self::Outgoing {
        Sendable::Form { url: url.into(), body }
    }

    fn claims(&self, token: &str) -> Option<Json> {
        claims(token)
    }

    async fn tab_turn(&self, name: &str) -> Option<Turn> {
        if !Tabs::are_supported() {
            return None;
        }
        let is_open = self.tabs.borrow().as_ref().is_some_and(|tabs| tabs.is_named(name));
        if !is_open {
            let client = self.client.borrow().clone();
            let answer = Closure::new(move |question: JsValue| {
                let client = client.as_ref().and_then(WeakClient::upgrade);
                let answer = client.and_then(|client| client.answer_tab(&json::from_js(&question)));
                answer.map_or(JsValue::UNDEFINED, |answer| json::to_js(&answer))
            });
            let tabs = Tabs::open(name, answer);
            self.tabs.replace(Some(tabs));
        }
        let turn = self.tabs.borrow().as_ref().map(Tabs::turn)?;
        Some(turn.await)
    }

    async fn ask_tabs(&self, question: &Question) -> Option<Json> {
        let question = json::to_js(question);
        let answer = self.tabs.borrow().as_ref().map(|tabs| tabs.ask(&question))?;
        answer.await
    }

    async fn announce_to_tabs(&self) {
        let announced = self.tabs.borrow().as_ref().map(Tabs::announce);
        if let Some(announced) = announced {
            announced.await;
        }
    }

    fn leave_tabs(&self) {
        self.tabs.take();
        self.token.take();
    }
}

/// A request of Cognito or STS.
fn service_init(request: &ServiceRequest) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    let body = match &request.body {
        Body::Json(input) => {
            headers.set("content-type", "application/x-amz-json-1.1")?;
            json::stringify(input).into()
        }
        // A form needs no CORS preflight.
        Body::Form(form) => {
            headers.set("content-type", FORM)?;
            JsValue::from_str(form.expose())
        }
    };
    if let Some(target) = &request.target {
        headers.set("x-amz-target", target)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Manual);
    Ok(init)
}

/// The headers that a signature adds: names and values in turn.
fn header_list(signature: &Signature, session_token: Option<JsString>) -> Array {
    let list = Array::of4(
        &"x-amz-date".into(),
        &signature.amz_date.as_str().into(),
        &"authorization".into(),
        &signature.authorization.as_str().into(),
    );
    if let Some(hash) = &signature.content_sha256 {
        list.push(&"x-amz-content-sha256".into());
        list.push(&hash.as_str().into());
    }
    if let Some(token) = session_token {
        list.push(&"x-amz-security-token".into());
        list.push(&token);
    }
    list
}
