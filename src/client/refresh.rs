//! One refresh of the credentials at a time, shared by whoever waits. An abort of a caller ends its own wait, not the
//! refresh.

use std::rc::Rc;

use futures_util::future::FutureExt;

use super::Inner;
use super::caller::Caller;
use super::error::CallError;
use super::host::{Host, Login};
use super::signal::{Giver, Signal, signal};
use crate::cognito::ServiceRequest;
use crate::credentials::{Decision, Generation, IdentityKind, Progress, Timing};
use crate::error::{Code, Error};
use crate::event::{CredentialsDetail, Event, RequestDetail, without_query};
use crate::time::Millis;

/// What a refresh ends with.
type Outcome<T> = Result<(), CallError<T>>;

/// A refresh that is under way. Dropped, it ends for everybody: what it has sent is aborted, and what comes back counts
/// for nothing.
pub(super) struct Refresh<T> {
    /// Over without a value when it is superseded: other logins came.
    outcome: Signal<Outcome<T>>,
    _work: Giver<()>,
}

impl<H: Host> Inner<H> {
    /// Waits until there are credentials that are good now.
    pub(super) async fn ready(self: &Rc<Self>, caller: &Caller) -> Result<(), CallError<H::Thrown>> {
        self.watch_clock();
        loop {
            self.check(caller)?;
            if self.is_ready() {
                return Ok(());
            }
            // What a refresh brings is used even if it is about to expire: asking again would bring the same.
            if self.wait_for_refresh(caller).await? {
                return Ok(());
            }
        }
    }

    /// Waits for newer credentials than the current ones.
    pub(super) async fn refreshed(self: &Rc<Self>, caller: &Caller) -> Result<(), CallError<H::Thrown>> {
        self.wait_for_refresh(caller).await.map(drop)
    }

    /// Whether there are credentials that are good now; if they are missing or stale, a refresh is under way then.
    pub(super) fn is_ready(self: &Rc<Self>) -> bool {
        let decision = self.state.borrow_mut().session.decide(self.host.now());
        if decision != Decision::Use {
            self.start_refresh();
        }
        decision != Decision::Await
    }

    /// Waits for the refresh that is under way, or a new one. False if it was superseded.
    async fn wait_for_refresh(self: &Rc<Self>, caller: &Caller) -> Result<bool, CallError<H::Thrown>> {
        let outcome = self.join_refresh();
        match caller.unless_ended(outcome).await {
            None => Err(self.ended().into()),
            Some(Some(outcome)) => outcome.map(|()| true),
            Some(None) => Ok(false),
        }
    }

    /// Starts a refresh, unless one is under way.
    pub(super) fn start_refresh(self: &Rc<Self>) {
        drop(self.join_refresh());
    }

    /// The outcome of the refresh that is under way, or of a new one.
    fn join_refresh(self: &Rc<Self>) -> Signal<Outcome<H::Thrown>> {
        let mut state = self.state.borrow_mut();
        if let Some(refresh) = &state.refresh {
            return refresh.outcome.clone();
        }
        let (giver, outcome) = signal();
        if let Err(error) = state.session.may_refresh(self.host.now()) {
            giver.give(Err(error.into()));
            return outcome;
        }
        let generation = state.session.begin_refresh(self.host.random());
        let (work, superseded) = signal();
        state.refresh = Some(Refresh { outcome: outcome.clone(), _work: work });
        drop(state);
        let inner = self.clone();
        let work = async move {
            let work = inner.clone().run_refresh(generation);
            let Some(outcome) = superseded.unless_over(work).await else { return };
            inner.finish_refresh(generation, &outcome);
            giver.give(outcome);
        };
        self.host.spawn(work.boxed_local());
        outcome
    }

    fn finish_refresh(self: &Rc<Self>, generation: Generation, outcome: &Outcome<H::Thrown>) {
        let now = self.host.now();
        let mut state = self.state.borrow_mut();
        if !state.session.is_current(generation) {
            return;
        }
        state.refresh = None;
        let detail = match outcome {
            Ok(()) => {
                let set = state.session.current();
                CredentialsDetail::Renewed {
                    identity_id: set.and_then(|set| set.identity_id.clone()),
                    expiration: set.and_then(|set| set.expires_at),
                }
            }
            Err(error) => {
                state.session.fail(generation, now);
                CredentialsDetail::Failed { code: error.code().unwrap_or(Code::ProviderFailed) }
            }
        };
        drop(state);
        if outcome.is_ok() {
            self.tell_identity();
        }
        self.host.emit(&Event::Credentials(detail));
        self.schedule(false);
    }

    async fn run_refresh(self: Rc<Self>, generation: Generation) -> Outcome<H::Thrown> {
        let Some(pool) = self.config.pool().cloned() else {
            let set = match self.host.fixed_credentials() {
                Some(set) => set,
                None => self.host.provided_credentials().await?,
            };
            self.state.borrow_mut().session.accept(generation, set, IdentityKind::Guest, self.host.now());
            return Ok(());
        };
        let login = self.host.login().await?;
        self.state.borrow_mut().kind = Some(IdentityKind::of(!login.logins.is_empty()));
        if let Some(stored) = self.host.stored_identity().await {
            self.state.borrow_mut().session.remember(&pool, &stored);
        }
        self.share_or_exchange(generation, login).await?;
        // Once a user has signed in with an identity, it never serves a guest again.
        let state = self.state.borrow();
        let (identity_id, kind) = state.session.identity();
        let guest = identity_id.filter(|_| kind == IdentityKind::Guest).map(str::to_owned);
        drop(state);
        self.host.store_identity(guest.as_deref());
        Ok(())
    }

    /// Exchanges the logins for credentials.
    pub(super) async fn exchange(&self, generation: Generation, login: Login) -> Outcome<H::Thrown> {
        let Some(pool) = self.config.pool() else { return Ok(()) };
        let Login { logins, identity_id } = login;
        loop {
            let wait = self.state.borrow().session.take_turn(self.host.now())?;
            if wait == 0 {
                break;
            }
            self.host.sleep(wait).await;
        }
        self.state.borrow_mut().session.start_exchange(generation, pool, logins, identity_id);
        let began = self.host.monotonic();
        let mut attempt = 1;
        loop {
            let Some(request) = self.state.borrow().session.request() else { return Ok(()) };
            match self.ask(generation, &request, attempt, began).await {
                Progress::Done | Progress::Superseded => return Ok(()),
                Progress::Failed(error) => return Err(error.into()),
                Progress::SendAfter(0) => {}
                Progress::SendAfter(wait) => self.host.sleep(wait).await,
            }
            attempt += 1;
        }
    }

    /// Sends one request of an exchange and takes in what comes back.
    async fn ask(&self, generation: Generation, request: &ServiceRequest, attempt: u32, began: Millis) -> Progress {
        let (sent, start) = (self.host.now(), self.host.monotonic());
        let answer = self.host.call_service(request).await;
        let ended = self.host.monotonic();
        self.host.emit(&Event::Request(RequestDetail {
            method: "POST".into(),
            url: without_query(&request.url),
            attempt,
            duration_ms: ended - start,
            status: answer.as_ref().ok().map(|reply| reply.status),
        }));
        let timing = Timing { sent, received: self.host.now(), elapsed: ended - began };
        let random = self.host.random();
        let mut state = self.state.borrow_mut();
        let progress = match answer {
            Ok(reply) => state.session.on_reply(generation, &reply, timing, random),
            Err(failure) => state.session.on_failure(generation, failure, timing, random),
        };
        drop(state);
        self.tell_clock();
        progress
    }

    /// The refusal of credentials that AWS does not take: whether there is another set than the one of this key now.
    pub(super) async fn replaced(self: &Rc<Self>, caller: &Caller, key: &str) -> Result<bool, Error> {
        let refreshed = self.refreshed(caller).await;
        self.check(caller)?;
        let state = self.state.borrow();
        Ok(refreshed.is_ok() && state.session.current().is_some_and(|set| set.signing.access_key_id != key))
    }
}
