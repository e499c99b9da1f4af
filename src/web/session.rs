//! The credentials of one client: one round of requests at a time, shared by whoever waits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::error::Dresser;
use super::options::{Config, Source, login_field, read_credentials};
use super::transport;
use super::value::{call, function, get, present};
use crate::clock::{Clock, Millis};
use crate::cognito::{Exchange, Logins, Step};
use crate::credentials::{CredentialSet, Decision, Generation, Life};
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::sigv4::KeyCache;

/// All that a client knows while it lives.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) config: Config,
    pub(super) clock: Cell<Clock>,
    pub(super) keys: RefCell<KeyCache>,
    pub(super) dresser: Dresser,
    logins: RefCell<JsValue>,
    identity_id: RefCell<Option<String>>,
    life: RefCell<Life>,
    round: RefCell<Option<Round>>,
}

/// A refresh that runs. Its promise never rejects, so that a background refresh that nobody waits for cannot become an
/// unhandled rejection: it resolves with the error, or with undefined.
#[derive(Debug)]
struct Round {
    promise: Promise,
    resolve: Function,
}

impl Session {
    /// Starts without credentials.
    pub(super) fn new(config: Config, logins: JsValue, dresser: Dresser) -> Rc<Self> {
        Rc::new(Self {
            config,
            clock: Cell::default(),
            keys: RefCell::default(),
            dresser,
            logins: RefCell::new(logins),
            identity_id: RefCell::default(),
            life: RefCell::default(),
            round: RefCell::default(),
        })
    }

    /// The server's time now.
    pub(super) fn now(&self) -> Millis {
        self.clock.get().server(transport::now())
    }

    /// Credentials that are good now. Waits for the one round that is under way, or starts it.
    pub(super) async fn credentials(self: &Rc<Self>) -> Result<CredentialSet, JsValue> {
        if let Source::Fixed(set) = &self.config.source {
            return Ok(set.clone());
        }
        loop {
            let decision = self.life.borrow().decide(self.now());
            if decision == Decision::Await {
                let error = JsFuture::from(self.refresh()).await?;
                if !error.is_undefined() {
                    return Err(error);
                }
            } else if decision == Decision::UseAndRefresh {
                // Nobody waits for it: the current set serves.
                let _ = self.refresh();
            }
            // What a round brought is used even if it is about to end: asking again would bring the same.
            if let Some(set) = self.life.borrow().current() {
                return Ok(set.clone());
            }
            // New logins came while the round was under way: the next one is theirs.
        }
    }

    /// Joins the round that is under way, or starts one.
    fn refresh(self: &Rc<Self>) -> Promise {
        if let Some(round) = &*self.round.borrow() {
            return round.promise.clone();
        }
        let mut resolver = None;
        let promise = Promise::new(&mut |resolve, _| resolver = Some(resolve));
        if let Some(resolve) = resolver {
            *self.round.borrow_mut() = Some(Round { promise: promise.clone(), resolve });
        }
        let generation = self.life.borrow_mut().begin();
        let session = self.clone();
        spawn_local(async move {
            let outcome = session.fetch().await;
            session.end_round(generation, outcome);
        });
        promise
    }

    fn end_round(&self, generation: Generation, outcome: Result<CredentialSet, JsValue>) {
        let now = self.now();
        let mut life = self.life.borrow_mut();
        let (current, error) = match outcome {
            Ok(set) => {
                let identity_id = set.identity_id.clone();
                let current = life.succeed(generation, set, now);
                if current {
                    *self.identity_id.borrow_mut() = identity_id;
                }
                (current, JsValue::UNDEFINED)
            }
            Err(error) => (life.fail(generation, now), error),
        };
        drop(life);
        // A round that was overtaken has been settled by whoever overtook it.
        if current {
            self.settle(&error);
        }
    }

    fn settle(&self, error: &JsValue) {
        if let Some(round) = self.round.borrow_mut().take() {
            let _ = round.resolve.call1(&JsValue::UNDEFINED, error);
        }
    }

    async fn fetch(&self) -> Result<CredentialSet, JsValue> {
        match &self.config.source {
            Source::Fixed(set) => Ok(set.clone()),
            Source::Provider(provider) => self.provided(provider).await,
            Source::Pool { pool, url } => {
                let logins = self.ask_logins().await?;
                let identity_id = self.identity_id.borrow().clone();
                self.run(Exchange::new(url.clone(), pool.clone(), logins, identity_id)).await
            }
        }
    }

    async fn run(&self, mut exchange: Exchange) -> Result<CredentialSet, JsValue> {
        loop {
            let step = match transport::exchange(&exchange.request(), self.config.timeout, &self.clock).await {
                Ok(reply) => exchange.answered(&reply, transport::random()),
                Err(failure) => exchange.unanswered(failure, transport::random()),
            };
            match step {
                Step::SendAfter(wait) => transport::sleep(wait).await,
                Step::Failed(error) => return Err(self.dresser.dress(&error)),
                Step::Done(issued) => {
                    return Ok(CredentialSet {
                        signing: issued.credentials,
                        identity_id: Some(issued.identity_id),
                        expires_at: Some(issued.expires_at),
                    });
                }
            }
        }
    }

    async fn provided(&self, provider: &Function) -> Result<CredentialSet, JsValue> {
        let failed = |message: String, cause: &JsValue| {
            let error = Error::new(Code::ProviderFailed, message).field("options.credentials");
            self.dresser.dress_caused(&error, cause)
        };
        let value =
            call(provider).await.map_err(|cause| failed("options.credentials threw or rejected".into(), &cause))?;
        read_credentials(&value).map_err(|member| {
            failed(
                ["options.credentials gave no usable ", member.trim_start_matches('.')].concat(),
                &JsValue::UNDEFINED,
            )
        })
    }

    /// Asks every login for its token, anew at each round.
    async fn ask_logins(&self) -> Result<Logins, JsValue> {
        let source = self.logins.borrow().clone();
        let mut logins = Logins::new();
        let Some(source) = present(source) else { return Ok(logins) };
        for key in Object::keys(&source.into()).iter() {
            let provider = key.as_string().unwrap_or_default();
            let entry = get(&self.logins.borrow(), &provider);
            let failed = |what: &str, cause: &JsValue| {
                let field = login_field(&provider);
                let error = Error::new(Code::LoginsFailed, [&field, " ", what].concat()).field(field);
                self.dresser.dress_caused(&error, cause)
            };
            let token = match function(&entry) {
                Some(ask) => call(ask).await.map_err(|cause| failed("threw or rejected", &cause))?,
                None => entry,
            };
            match token.as_string().filter(|token| !token.is_empty()) {
                Some(token) => logins.push((provider, Secret::new(token))),
                None => return Err(failed("gave no token: a non-empty string is needed", &JsValue::UNDEFINED)),
            }
        }
        Ok(logins)
    }

    /// Takes other logins. The identity stays, so that Cognito links it.
    pub(super) fn set_logins(&self, logins: JsValue) {
        *self.logins.borrow_mut() = logins;
        self.life.borrow_mut().forget();
        // Who waits goes round once more, for the new logins.
        self.settle(&JsValue::UNDEFINED);
    }

    /// Forgets credentials, identity and logins.
    pub(super) fn sign_out(&self) {
        *self.logins.borrow_mut() = JsValue::UNDEFINED;
        *self.identity_id.borrow_mut() = None;
        self.keys.borrow_mut().clear();
        self.life.borrow_mut().forget();
        self.settle(&self.dresser.dress(&Error::new(Code::SignedOut, "The client signed out while this call waited")));
    }
}
