//! The asynchronous client: refreshes credentials once for whoever waits, signs, sends, retries and recovers. It waits;
//! what to do is decided by the machines of the other rooms. It is generic over a [`Host`], so that it is tested
//! natively.

mod background;
mod caller;
mod clock_watch;
mod cool_downs;
mod error;
mod frame;
mod host;
pub mod realtime;
mod refresh;
mod request;
mod send;
mod share;
mod sign;
mod signal;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use self::caller::Period;
use self::clock_watch::ClockWatch;
use self::error::closed;
use self::refresh::Refresh;
use self::signal::Giver;
use crate::cognito::CallerIdentity;
use crate::config::Config;
use crate::credentials::sharing::{Answer, Question};
use crate::credentials::{CredentialSet, IdentityKind, Session};
use crate::endpoint::KnownHosts;
use crate::error::Error;
use crate::event::{ClockDetail, Event, IdentityChangeDetail};
use crate::http::Json;
use crate::sigv4::KeyCache;
use crate::time::Millis;

pub use self::caller::Caller;
#[cfg(all(target_arch = "wasm32", not(any(feature = "npm-explain", feature = "npm-realtime"))))]
pub(crate) use self::caller::before;
pub use self::cool_downs::CoolDowns;
pub use self::error::CallError;
pub use self::host::{Host, Login, Sent, SignedIn};
pub use self::request::{CapturedRequest, Payload, Signature};

/// A client: cheap to clone, every clone is the same client.
pub struct Client<H: Host>(Rc<Inner<H>>);

impl<H: Host> Clone for Client<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<H: Host> std::fmt::Debug for Client<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(..)")
    }
}

/// What all calls of a client share.
struct Inner<H: Host> {
    host: H,
    config: Config,
    state: RefCell<State<H::Thrown>>,
}

struct State<T> {
    session: Session,
    keys: KeyCache,
    hosts: KnownHosts,
    clock_watch: ClockWatch,
    /// The refresh that is under way.
    refresh: Option<Refresh<T>>,
    /// The timer of the next background refresh, which ends with it.
    timer: Option<Giver<()>>,
    /// Calls belong to whoever was signed in when they were made.
    period: Period,
    /// Whether somebody is signed in, as the page said last; none if its function was not asked yet.
    kind: Option<IdentityKind>,
    is_closed: bool,
    /// What listeners were told last.
    told_identity: Option<String>,
    told_offset: Millis,
}

impl<H: Host> Client<H> {
    /// A client with checked options. It makes no request of its own.
    pub fn new(config: Config, host: H) -> Self {
        let mut session = Session::new(config.retry);
        if let Some(pool) = config.pool() {
            session = session.with_cool_down(host.cool_downs().of(pool));
        }
        let now = host.now();
        if let Some(set) = host.fixed_credentials() {
            // Credentials that are given as an object are there at once.
            let generation = session.begin_refresh(host.random());
            session.accept(generation, set, IdentityKind::Guest, now);
        }
        let state = State {
            session,
            keys: KeyCache::default(),
            hosts: KnownHosts::default(),
            clock_watch: ClockWatch::new(now, host.monotonic()),
            refresh: None,
            timer: None,
            period: Period::new(),
            kind: kind_of(host.signed_in()),
            is_closed: false,
            told_identity: None,
            told_offset: 0,
        };
        Self(Rc::new(Inner { host, config, state: RefCell::new(state) }))
    }

    /// What the client runs on.
    pub fn host(&self) -> &H {
        &self.0.host
    }

    /// A reference that does not keep the client.
    pub fn downgrade(&self) -> WeakClient<H> {
        WeakClient(Rc::downgrade(&self.0))
    }

    /// Whoever makes a call now. It is taken when the call is made, and the call ends with `SIGNED_OUT` if it still waits
    /// when another user takes the client over.
    pub fn caller(&self) -> Result<Caller, Error> {
        let state = self.0.state.borrow();
        if state.is_closed { Err(closed()) } else { Ok(state.period.caller()) }
    }

    /// The number of the time in which one user, or one guest who signs in, uses the client. What is made in one period ends
    /// with it.
    pub fn period(&self) -> u32 {
        self.0.state.borrow().period.number
    }

    /// The current credentials, refreshed when needed.
    pub async fn credentials(&self, caller: &Caller) -> Result<CredentialSet, CallError<H::Thrown>> {
        loop {
            self.0.ready(caller).await?;
            // None: other logins came at the last moment.
            if let Some(set) = self.0.state.borrow().session.current() {
                return Ok(set.clone());
            }
        }
    }

    /// The Cognito identity id.
    pub async fn identity_id(&self, caller: &Caller) -> Result<String, CallError<H::Thrown>> {
        let id = self.credentials(caller).await?.identity_id;
        Ok(id.ok_or_else(|| Error::option("options.credentials", "has no identityId"))?)
    }

    /// Asks STS whom the credentials belong to (GetCallerIdentity).
    pub async fn whoami(&self, caller: &Caller) -> Result<CallerIdentity, CallError<H::Thrown>> {
        let url = self.0.config.sts_url();
        let url = url.ok_or_else(|| Error::option("options.region", "is needed for whoami"))?;
        self.0.whoami(caller, url).await
    }

    /// Takes in that the page has other logins now. Calls of a signed-in user that still wait end with `SIGNED_OUT`; a
    /// guest's go on as the user who signs in.
    pub fn set_logins(&self) -> Result<(), Error> {
        let inner = &self.0;
        let mut state = inner.state.borrow_mut();
        if state.is_closed {
            return Err(closed());
        }
        if state.kind != Some(IdentityKind::Guest) {
            state.period.end();
        }
        state.kind = kind_of(inner.host.signed_in());
        state.keys.clear();
        state.session.change_logins();
        state.refresh = None;
        Ok(())
    }

    /// Forgets credentials and identity. Calls that still wait end with `SIGNED_OUT`.
    pub fn sign_out(&self) -> Result<(), Error> {
        let inner = &self.0;
        let mut state = inner.state.borrow_mut();
        if state.is_closed {
            return Err(closed());
        }
        state.forget();
        state.kind = Some(IdentityKind::Guest);
        drop(state);
        inner.host.store_identity(None);
        inner.host.leave_tabs();
        inner.tell_identity();
        Ok(())
    }

    /// Forgets credentials, lets go of timers and of other tabs, and refuses all further calls with `CLOSED`.
    pub fn close(&self) {
        let mut state = self.0.state.borrow_mut();
        state.is_closed = true;
        state.forget();
        drop(state);
        self.0.host.leave_tabs();
    }

    /// Milliseconds, the server's time minus the device's; 0 until something is known.
    pub fn clock_offset(&self) -> Millis {
        self.0.state.borrow().session.clock().offset()
    }

    /// Notices that time may have passed unseen, or that the network is back.
    pub fn wake(&self) {
        self.0.schedule(true);
    }

    /// Answers another tab that asks for credentials, or whether the identity pool is left alone.
    pub fn answer_tab(&self, question: &Json) -> Option<Answer> {
        let (state, now) = (self.0.state.borrow(), self.0.host.now());
        match Question::read(question)? {
            Question::Set(_) if state.refresh.is_some() => None,
            Question::Set(wanted) => state.session.share(&wanted, now).map(Answer::Set),
            Question::Pause => state.session.share_pause(now).map(Answer::Pause),
        }
    }
}

/// A client that is not kept.
pub struct WeakClient<H: Host>(std::rc::Weak<Inner<H>>);

impl<H: Host> Clone for WeakClient<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<H: Host> std::fmt::Debug for WeakClient<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WeakClient(..)")
    }
}

impl<H: Host> WeakClient<H> {
    /// The client, if somebody still holds it.
    pub fn upgrade(&self) -> Option<Client<H>> {
        self.0.upgrade().map(Client)
    }
}

fn kind_of(signed_in: SignedIn) -> Option<IdentityKind> {
    match signed_in {
        SignedIn::No => Some(IdentityKind::Guest),
        SignedIn::Yes => Some(IdentityKind::User),
        SignedIn::Unknown => None,
    }
}

impl<T> State<T> {
    /// Drops credentials, identity, and whatever works for them.
    fn forget(&mut self) {
        self.period.end();
        self.keys.clear();
        self.session.sign_out();
        self.refresh = None;
        self.timer = None;
    }
}

impl<H: Host> Inner<H> {
    /// Refuses to go on for somebody who has signed out since.
    fn check(&self, caller: &Caller) -> Result<(), Error> {
        if caller.is_current() {
            return Ok(());
        }
        Err(self.ended())
    }

    /// Why a call does not go on.
    fn ended(&self) -> Error {
        if self.state.borrow().is_closed { closed() } else { error::signed_out() }
    }

    fn tell_identity(&self) {
        let mut state = self.state.borrow_mut();
        let current = state.session.current().and_then(|set| set.identity_id.clone());
        if current == state.told_identity {
            return;
        }
        let previous = std::mem::replace(&mut state.told_identity, current.clone());
        drop(state);
        self.host.emit(&Event::IdentityChange(IdentityChangeDetail { previous, current }));
    }

    /// Tells of the clock when more is known of it.
    fn tell_clock(&self) {
        let mut state = self.state.borrow_mut();
        let clock = state.session.clock();
        let (offset, from) = (clock.offset(), clock.source());
        let is_known = std::mem::replace(&mut state.told_offset, offset) == offset;
        drop(state);
        if let Some(from) = from.filter(|_| !is_known) {
            self.host.emit(&Event::Clock(ClockDetail { offset, from }));
        }
    }

    /// Notices when the device's clock was set, or the device has slept.
    fn watch_clock(&self) {
        let (now, monotonic) = (self.host.now(), self.host.monotonic());
        let mut state = self.state.borrow_mut();
        let Some(jump) = state.clock_watch.jump(now, monotonic) else { return };
        state.session.on_clock_jump(jump, now);
        drop(state);
        self.tell_clock();
    }
}

impl<H: Host> Drop for Inner<H> {
    fn drop(&mut self) {
        self.state.get_mut().forget();
        self.host.leave_tabs();
    }
}
