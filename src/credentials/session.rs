//! The credentials of one client, as a machine: what to do when somebody needs them, what to send to Cognito, and what
//! becomes of each answer. Time and chance come in as arguments; who waits for what is the client's business.

use std::rc::Rc;

use super::CredentialSet;
use super::cache::{CredentialCache, Decision, Generation, RefreshDecision};
use super::sharing::{SharedPause, SharedSet, Wanted};
use crate::cognito::{Exchange, Failure, Identity, IssuedCredentials, Logins, ServiceRequest, Step};
use crate::error::Error;
use crate::http::Reply;
use crate::pool::IdentityPool;
use crate::retry::{Call, ErrorKind, Policy, RetryDecision, SharedCoolDown, requested_pause, stated_time};
use crate::sigv4::RemainingLifetime;
use crate::time::{Clock, Millis, SKEW};

/// How a refresh goes on.
#[derive(Debug)]
pub enum Progress {
    /// Wait so many milliseconds, then send [`Session::request`].
    SendAfter(Millis),
    /// The set is there.
    Done,
    /// Somebody signed out or in meanwhile: this refresh counts for nothing any more.
    Superseded,
    /// There is no way on.
    Failed(Error),
}

/// When something happened that a refresh learns from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// When the request was sent, by the device's clock.
    pub sent: Millis,
    /// When the answer, or the lack of one, was known, by the device's clock.
    pub received: Millis,
    /// Milliseconds since the refresh began, by steady time.
    pub elapsed: Millis,
}

/// What an identity is known to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdentityKind {
    /// Nobody has signed in with it, as far as is known here.
    #[default]
    Guest,
    /// Somebody has: never again can it be used without logins (Cognito Developer Guide: Identity pools
    /// authentication flow).
    User,
}

impl IdentityKind {
    /// The kind of identity that whoever has these logins gets.
    pub fn of(has_logins: bool) -> Self {
        if has_logins { Self::User } else { Self::Guest }
    }
}

/// An answer to a signed request, or none that a page may see, and how the request was signed.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The host that was asked, as in [`crate::http::Url::authority`].
    pub host: &'a str,
    /// The answer.
    pub reply: Option<&'a Reply>,
    /// The access key id that signed.
    pub key: &'a str,
    /// The time that was signed, by the host's clock as it was known.
    pub signed_at: Option<Millis>,
}

/// Pauses of a Cognito that throttles are cut down while the current set has not long to live, but not below this, in
/// milliseconds: a set that ends is no reason to ask ever more often.
const LEAST_COOL_DOWN: Millis = 30_000;

/// Credential set, clock, identity and the exchange that may be running.
#[derive(Debug, Default)]
pub struct Session {
    cache: CredentialCache,
    clock: Clock,
    identity_id: Option<String>,
    identity_kind: IdentityKind,
    exchange: Option<Exchange>,
    policy: Policy,
    cool_down: SharedCoolDown,
    /// What was known of Cognito when the exchange began, see [`crate::retry::CoolDown::version`].
    cool_down_version: u32,
    /// Whether somebody has signed out here: the guest who follows is somebody else than the guests of other tabs.
    has_signed_out: bool,
}

impl Session {
    /// A session without credentials. `policy` is what the client's options grant to one thing.
    pub fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Shares what is known of a Cognito that throttles or fails.
    #[must_use]
    pub fn with_cool_down(self, cool_down: SharedCoolDown) -> Self {
        Self { cool_down, ..self }
    }

    /// What is known of the server's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What the client's options grant, where a call says nothing else.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The server's time when the device shows `local`.
    pub fn server_time(&self, local: Millis) -> Millis {
        self.clock.server(local)
    }

    /// The time of this host when the device shows `local`: what its requests are to be signed with.
    pub fn server_time_for(&self, host: &str, local: Millis) -> Millis {
        self.clock.server_for(host, local)
    }

    /// The set to sign with, however old.
    pub fn current(&self) -> Option<&CredentialSet> {
        self.cache.current()
    }

    /// How long the current set still lives; none if it has no end.
    pub fn remaining(&self, local: Millis) -> Option<RemainingLifetime> {
        self.cache.remaining(self.server_time(local))
    }

    /// What to do when credentials are needed.
    pub fn decide(&mut self, local: Millis) -> Decision {
        let now = self.server_time(local);
        match self.cache.decide(now) {
            Decision::UseAndRefresh if self.cool_down.borrow().remaining(local) > 0 => Decision::Use,
            decision => decision,
        }
    }

    /// When to look at the set again in the background: after so many milliseconds, or 0 to start a refresh at once.
    /// None if there is nothing to look after. `woken` says that this is a good moment (a page is shown again, the
    /// network is back) and no waiting is called for.
    pub fn next_refresh_in(&self, local: Millis, woken: bool) -> Option<Millis> {
        let now = self.server_time(local);
        let wait = self.cache.next_refresh_in(now, woken)?;
        Some(wait.max(self.cool_down.borrow().remaining(local)))
    }

    /// How long to wait before Cognito is asked in a refresh, in milliseconds: mostly 0. While Cognito is left alone for
    /// longer, because it throttles or fails, no refresh may start: the error is for whoever has no usable set.
    pub fn may_refresh(&self, local: Millis) -> Result<Millis, Error> {
        self.cool_down.borrow().check(local)
    }

    /// As [`may_refresh`](Self::may_refresh), when a refresh is about to ask Cognito: it may if this is 0. Clients that
    /// share a Cognito that throttles or fails ask it one at a time.
    pub fn take_turn(&self, local: Millis) -> Result<Millis, Error> {
        self.cool_down.borrow_mut().take_turn(local)
    }

    /// Takes in that the device's clock jumped, see [`Clock::jump`].
    pub fn on_clock_jump(&mut self, by: Millis, local: Millis) {
        if !self.clock.jump(by) && by > SKEW {
            self.cache.mark_clock_uncertain(self.server_time(local));
        }
    }

    /// What to do about the answer to a signed request: none if the caller gets it as it is. What it says about the
    /// host's clock and the set is taken in anyway. `random` is in [0, 1).
    pub fn decide_retry(
        &mut self,
        call: &Call,
        attempt: &Attempt<'_>,
        random: f64,
        local: Millis,
    ) -> Option<RetryDecision> {
        let now = self.server_time(local);
        let (mut kind, mut requested, mut date) = (ErrorKind::Network, None, None);
        if let Some(reply) = attempt.reply {
            (kind, requested, date) = (ErrorKind::classify(reply), requested_pause(reply, now), reply.date);
            if reply.status < 400 {
                self.cache.mark_accepted(attempt.key);
            }
            // HTTP APIs say "Forbidden" and no more, which may be an application's own word too.
            let is_skewed = |(date, at): (Millis, Millis)| date.saturating_sub(at).saturating_abs() > SKEW;
            if matches!((kind, reply.status), (ErrorKind::Final, 401 | 403))
                && call.idempotent
                && date.zip(attempt.signed_at).is_some_and(is_skewed)
            {
                kind = ErrorKind::ClockSkew(None);
            }
        }
        let (can_recover, refresh) = self.recover(kind, attempt.host, attempt.key, date, local);
        let plan = call.plan(kind, can_recover, requested, random)?;
        Some(RetryDecision { plan, kind, refresh })
    }

    /// Takes in that a service has accepted a signature of this key over a socket.
    pub fn on_frame_accepted(&mut self, key: &str) {
        self.cache.mark_accepted(key);
    }

    /// Takes in why a service has refused a signature of this key over a socket. Whoever signs next waits for other
    /// credentials, or signs by the host's clock.
    pub fn on_frame_refused(&mut self, kind: ErrorKind, host: &str, key: &str, local: Millis) {
        self.recover(kind, host, key, None, local);
    }

    /// Puts right what an error says is wrong: whether another signature may get through, and whether credentials have to
    /// be refreshed for it. `date` is when the server answered, if that is known.
    fn recover(&mut self, kind: ErrorKind, host: &str, key: &str, date: Option<Millis>, local: Millis) -> (bool, bool) {
        match kind {
            ErrorKind::ClockSkew(stated) => {
                (stated.or(date).is_some_and(|time| self.clock.learn_host(host, time, local)), false)
            }
            ErrorKind::ExpiredCredentials | ErrorKind::DeniedRole => {
                let is_valid = kind == ErrorKind::DeniedRole;
                let decision = self.cache.mark_rejected(key, is_valid, self.server_time(local));
                let refresh = decision == RefreshDecision::Refreshable;
                let is_pausing = refresh && self.cool_down.borrow().check(local).is_err();
                (decision != RefreshDecision::NotRefreshable && !is_pausing, refresh)
            }
            ErrorKind::Network => {
                // CORS may hide that the host refuses the time that one of its own answers stated.
                self.clock.forget_host(host);
                (false, false)
            }
            _ => (false, false),
        }
    }

    /// Starts a refresh, with its own jitter, in [0, 1). See [`Session::may_refresh`].
    pub fn begin_refresh(&mut self, random: f64) -> Generation {
        self.exchange = None;
        self.cache.set_jitter(random);
        self.cache.begin()
    }

    /// Whether a refresh still counts: nobody signed out or in since it began.
    pub fn is_current(&self, generation: Generation) -> bool {
        self.cache.is_current(generation)
    }

    /// The identity that the next refresh starts with, or none, and what it is known to be.
    pub fn identity(&self) -> (Option<&str>, IdentityKind) {
        (self.identity_id.as_deref(), self.identity_kind)
    }

    /// Takes a guest's identity from an earlier page, unless one is known. False if it cannot be this pool's.
    pub fn remember(&mut self, pool: &IdentityPool, identity_id: &str) -> bool {
        let may_be = pool.id.may_hold(identity_id);
        if may_be && self.identity_id.is_none() {
            self.identity_id = Some(identity_id.into());
        }
        may_be
    }

    /// The known identity, unless it is a user's and there are no logins: it is of no use to a guest.
    fn usable_identity(&self, kind: IdentityKind) -> Option<&str> {
        self.identity_id.as_deref().filter(|_| kind == IdentityKind::User || self.identity_kind == IdentityKind::Guest)
    }

    /// Goes on to Cognito, with the logins of this refresh and, if the developer's backend gave one, their identity.
    /// False if the refresh is superseded.
    pub fn start_exchange(
        &mut self,
        generation: Generation,
        pool: &Rc<IdentityPool>,
        logins: Logins,
        given: Option<String>,
    ) -> bool {
        let is_current = self.is_current(generation);
        if is_current {
            let known = self.usable_identity(IdentityKind::of(!logins.is_empty())).map(str::to_owned);
            let identity = match (given, known) {
                (Some(id), _) => Identity::Given(id),
                (None, Some(id)) => Identity::Remembered(id),
                (None, None) => Identity::Unknown,
            };
            let cool_down = self.cool_down.borrow();
            self.cool_down_version = cool_down.version();
            let exchange = Exchange::new(pool.clone(), logins, identity)
                .with_policy(cool_down.limit(self.policy))
                .giving_up_when_throttled(cool_down.is_in_trouble());
            drop(cool_down);
            self.exchange = Some(exchange);
        }
        is_current
    }

    /// What to send to Cognito now.
    pub fn request(&self) -> Option<ServiceRequest> {
        self.exchange.as_ref().map(Exchange::request)
    }

    /// Takes the answer of Cognito or STS in. What it says about the time is true even if the refresh is superseded.
    pub fn on_reply(&mut self, generation: Generation, reply: &Reply, timing: Timing, random: f64) -> Progress {
        match (reply.date, stated_time(reply)) {
            (Some(date), _) => self.clock.observe(date, timing.sent, timing.received),
            // Neither is asked with credentials, so what is refused is a login token, and the time is the truth.
            (None, Some(stated)) if reply.status >= 400 => self.clock.correct(stated, timing.received),
            _ => false,
        };
        let requested = requested_pause(reply, self.server_time(timing.received));
        self.step(
            generation,
            timing,
            requested,
            random,
            |exchange| exchange.on_reply(reply, random),
            reply.date.is_some(),
        )
    }

    /// Takes in that Cognito or STS did not answer.
    pub fn on_failure(&mut self, generation: Generation, failure: Failure, timing: Timing, random: f64) -> Progress {
        self.step(generation, timing, None, random, |exchange| exchange.on_failure(failure, random), false)
    }

    fn step(
        &mut self,
        generation: Generation,
        timing: Timing,
        requested_pause: Option<Millis>,
        random: f64,
        step: impl FnOnce(&mut Exchange) -> Step,
        is_dated: bool,
    ) -> Progress {
        if !self.is_current(generation) {
            return Progress::Superseded;
        }
        let Some(exchange) = &mut self.exchange else { return Progress::Superseded };
        exchange.set_elapsed(timing.elapsed, requested_pause);
        match step(exchange) {
            Step::SendAfter(wait) => Progress::SendAfter(wait),
            Step::Failed(error) => {
                let kind = IdentityKind::of(exchange.has_logins());
                // The next refresh goes on with it: of `GetId` Cognito takes the fewest, and each makes an identity.
                if let Some(id) = exchange.named_identity() {
                    (self.identity_id, self.identity_kind) = (Some(id.into()), kind);
                }
                let limit = self.cache.longest_pause(self.clock.server(timing.received));
                let limit = limit.map(|limit| limit.max(LEAST_COOL_DOWN));
                let mut cool_down = self.cool_down.borrow_mut();
                if cool_down.version() == self.cool_down_version {
                    cool_down.on_error(&error, timing.received, requested_pause, limit, random);
                }
                drop(cool_down);
                self.exchange = None;
                self.fail(generation, timing.received);
                Progress::Failed(error)
            }
            Step::Done(issued) => {
                let kind = IdentityKind::of(exchange.has_logins());
                if let Some(lifetime) = exchange.lifetime().filter(|_| !is_dated) {
                    self.clock.infer(issued.expires_at.saturating_sub(lifetime), timing.received);
                }
                self.cool_down.borrow_mut().on_success();
                self.exchange = None;
                self.accept(generation, CredentialSet::from(issued), kind, timing.received);
                Progress::Done
            }
        }
    }

    /// Takes the set that a refresh brought, and its identity. False if the refresh is superseded.
    pub fn accept(&mut self, generation: Generation, set: CredentialSet, kind: IdentityKind, local: Millis) -> bool {
        let now = self.server_time(local);
        let identity_id = set.identity_id.clone();
        let is_taken = self.cache.succeed(generation, set, now);
        if is_taken {
            (self.identity_id, self.identity_kind) = (identity_id, kind);
        }
        is_taken
    }

    /// Takes in that a refresh failed before it reached Cognito, or at it. The current set serves on.
    pub fn fail(&mut self, generation: Generation, local: Millis) {
        let now = self.server_time(local);
        self.cache.fail(generation, now);
    }

    /// What to ask other tabs for, for whoever has logins or none; none if nothing is to be taken from them: a guest who
    /// follows somebody who signed out here. `given` is the identity that the developer's backend gave.
    pub fn wanted(&self, kind: IdentityKind, given: Option<&str>) -> Option<Wanted> {
        let identity_id = given.or_else(|| self.usable_identity(kind)).map(str::to_owned);
        let is_newcomer = self.has_signed_out && identity_id.is_none() && kind == IdentityKind::Guest;
        (!is_newcomer).then(|| Wanted { identity_id, known_key: self.cache.last_key().map(str::to_owned) })
    }

    /// The set for another tab, if it is what that tab wants and has long to live.
    pub fn share(&self, wanted: &Wanted, local: Millis) -> Option<SharedSet> {
        let set = self.current().filter(|_| self.cache.is_fresh(self.server_time(local)))?;
        SharedSet::new(set, self.clock.offset()).filter(|shared| wanted.is_met_by(shared))
    }

    /// For another tab: how long the identity pool is left alone; none if it may be asked.
    pub fn share_pause(&self, local: Millis) -> Option<SharedPause> {
        let (remaining, ceiling) = self.cool_down.borrow().share(local)?;
        Some(SharedPause { remaining, ceiling })
    }

    /// Leaves the identity pool alone as another tab does.
    pub fn accept_pause(&self, pause: SharedPause, local: Millis) {
        self.cool_down.borrow_mut().adopt((pause.remaining, pause.ceiling), local);
    }

    /// Takes another tab's set, and what that tab knows of the clock. False if the refresh is superseded, the set ends
    /// before the current one, or that tab's clock cannot be right: then the refresh goes on to Cognito.
    pub fn accept_shared(
        &mut self,
        generation: Generation,
        shared: &SharedSet,
        kind: IdentityKind,
        local: Millis,
    ) -> bool {
        let current_end = self.current().and_then(|set| set.expires_at);
        let is_older = current_end.is_some_and(|end| end >= shared.expires_at());
        if !self.is_current(generation) || is_older || !self.clock.adopt(shared.clock_offset()) {
            return false;
        }
        self.accept(generation, shared.to_set(), kind, local)
    }

    /// Forgets the set but not the identity, so that Cognito links it to the new logins.
    pub fn change_logins(&mut self) {
        self.exchange = None;
        self.cache.forget();
    }

    /// Forgets the set and the identity.
    pub fn sign_out(&mut self) {
        self.change_logins();
        self.identity_id = None;
        self.identity_kind = IdentityKind::Guest;
        self.has_signed_out = true;
    }
}

impl From<IssuedCredentials> for CredentialSet {
    fn from(issued: IssuedCredentials) -> Self {
        Self { signing: issued.credentials, identity_id: Some(issued.identity_id), expires_at: Some(issued.expires_at) }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cognito::Body;
    use crate::error::Code;
    use crate::http::{Json, RetryAfter, json_document};
    use crate::pool::{Flow, IdentityPoolId};
    use crate::retry::Recovered;
    use crate::secret::Secret;
    use crate::time::{DAY, amz_date};

    const HOUR: Millis = 3_600_000;
    const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";

    fn pool() -> Rc<IdentityPool> {
        let flow = Flow::Enhanced { custom_role_arn: None };
        Rc::new(IdentityPool { id: IdentityPoolId::parse(POOL).unwrap(), url: "https://c/".into(), flow })
    }

    fn logins() -> Logins {
        vec![("accounts.google.com".into(), Secret::new("token".into()))]
    }

    /// Identities of the pool's region.
    const A: &str = "us-east-1:0a1b2c3d-0000-4000-8000-00000000000a";
    const B: &str = "us-east-1:0a1b2c3d-0000-4000-8000-00000000000b";

    fn answer(body: Value) -> Reply {
        Reply { status: 200, document: json_document(&body), ..Reply::default() }
    }

    fn refusal(name: &str, message: &str) -> Reply {
        Reply { status: 400, error_type: name.into(), ..answer(json!({ "message": message })) }
    }

    fn issued(id: &str, seconds: f64) -> Reply {
        answer(json!({ "IdentityId": id, "Credentials": {
            "AccessKeyId": format!("ASIA{}", id.replace([':', '-'], "_")), "SecretKey": "s", "SessionToken": "t", "Expiration": seconds } }))
    }

    fn at(local: Millis) -> Timing {
        Timing { sent: local, received: local, elapsed: 0 }
    }

    fn start(session: &mut Session, logins: Logins) -> Generation {
        let generation = session.begin_refresh(0.0);
        assert!(session.start_exchange(generation, &pool(), logins, None));
        generation
    }

    fn run(session: &mut Session, id: &str, local: Millis, logins: Logins) {
        let generation = start(session, logins);
        if operation(session).ends_with("GetId") {
            let step = session.on_reply(generation, &answer(json!({ "IdentityId": id })), at(local), 0.0);
            assert!(matches!(step, Progress::SendAfter(0)));
        }
        let end = (session.server_time(local) + HOUR) as f64 / 1_000.0;
        assert!(matches!(session.on_reply(generation, &issued(id, end), at(local), 0.0), Progress::Done));
    }

    fn operation(session: &Session) -> &'static str {
        session.request().unwrap().target.unwrap()
    }

    fn asked_identity(session: &Session) -> Option<String> {
        let Body::Json(input) = session.request().unwrap().body else { panic!("not JSON") };
        Some(serde_json::to_value(input).unwrap()["IdentityId"].as_str()?.to_owned())
    }

    #[test]
    fn a_refresh_keeps_the_identity_and_sign_out_drops_it() {
        let mut session = Session::default();
        run(&mut session, A, 0, Logins::new());
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetCredentialsForIdentity"));
        session.sign_out();
        assert!(session.current().is_none() && session.request().is_none());
        assert_eq!(session.identity(), (None, IdentityKind::Guest));
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetId"));
    }

    #[test]
    fn new_logins_keep_the_identity_for_linking() {
        let mut session = Session::default();
        run(&mut session, A, 0, Logins::new());
        session.change_logins();
        assert!(session.current().is_none());
        start(&mut session, logins());
        assert_eq!(asked_identity(&session).as_deref(), Some(A));
    }

    #[test]
    fn the_id_that_comes_back_after_a_merge_is_the_one_to_keep() {
        let mut session = Session::default();
        run(&mut session, A, 0, Logins::new());
        session.change_logins();
        run(&mut session, B, 0, logins());
        assert_eq!(session.current().unwrap().identity_id.as_deref(), Some(B));
        assert_eq!(session.identity(), (Some(B), IdentityKind::User));
    }

    #[test]
    fn a_users_identity_is_not_tried_without_logins() {
        let mut session = Session::default();
        run(&mut session, A, 0, logins());
        session.change_logins();
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetId"));
        // But the user may come back.
        start(&mut session, logins());
        assert_eq!(asked_identity(&session).as_deref(), Some(A));
    }

    #[test]
    fn an_identity_of_an_earlier_page_is_taken_if_none_is_known_and_it_can_be_the_pools() {
        let mut session = Session::default();
        for other in ["", "nonsense", "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a"] {
            assert!(!session.remember(&pool(), other));
        }
        assert_eq!(session.identity().0, None);
        assert!(session.remember(&pool(), POOL));
        assert_eq!(session.identity(), (Some(POOL), IdentityKind::Guest));
        start(&mut session, Logins::new());
        assert_eq!(asked_identity(&session).as_deref(), Some(POOL));
        let mut session = Session::default();
        run(&mut session, B, 0, Logins::new());
        assert!(session.remember(&pool(), POOL));
        assert_eq!(session.identity().0, Some(B));
    }

    #[test]
    fn an_identity_is_not_asked_for_twice_because_its_credentials_were_refused() {
        for (logins, kind) in [(Logins::new(), IdentityKind::Guest), (logins(), IdentityKind::User)] {
            let mut session = Session::new(Policy { attempts: 1, ..Policy::default() });
            let generation = start(&mut session, logins.clone());
            session.on_reply(generation, &answer(json!({ "IdentityId": A })), at(0), 0.0);
            let refused = refusal("TooManyRequestsException", "Rate exceeded");
            assert!(matches!(session.on_reply(generation, &refused, at(0), 0.0), Progress::Failed(_)));
            assert_eq!(session.identity(), (Some(A), kind));
            start(&mut session, logins);
            assert!(operation(&session).ends_with("GetCredentialsForIdentity"));
            // A guest is not handed what may be a user's.
            start(&mut session, Logins::new());
            assert_eq!(operation(&session).ends_with("GetId"), kind == IdentityKind::User);
        }
    }

    #[test]
    fn an_answer_to_an_superseded_round_changes_nothing() {
        let mut session = Session::default();
        let old = start(&mut session, Logins::new());
        session.sign_out();
        assert!(matches!(session.on_reply(old, &issued(A, 4e9), at(0), 0.0), Progress::Superseded));
        assert!(!session.start_exchange(old, &pool(), Logins::new(), None));
        assert!(session.current().is_none());
    }

    #[test]
    fn expiry_is_judged_by_the_servers_clock() {
        let mut session = Session::default();
        session.clock.observe(10 * HOUR, 0, 100);
        run(&mut session, A, 0, Logins::new());
        assert_eq!(session.decide(0), Decision::Use);
        assert_eq!(session.decide(HOUR), Decision::Await);
    }

    const HOST: &str = "abc.execute-api.us-east-1.amazonaws.com";

    fn call() -> Call {
        Call {
            idempotent: true,
            replayable: true,
            policy: Policy::default(),
            made: 1,
            elapsed: 0,
            recovered: Recovered::default(),
        }
    }

    fn decide(session: &mut Session, reply: &Reply, signed_at: Option<Millis>, local: Millis) -> Option<RetryDecision> {
        let key = session.current().map(|set| set.signing.access_key_id.clone()).unwrap_or_default();
        let attempt = Attempt { host: HOST, reply: Some(reply), key: &key, signed_at };
        session.decide_retry(&call(), &attempt, 0.5, local)
    }

    #[test]
    fn what_an_api_says_of_the_time_counts_for_its_host_and_within_a_day() {
        let now = 100 * DAY;
        let mut session = Session::default();
        session.clock.observe(now, now, now);
        let forbidden = |date| Reply { status: 403, date: Some(date), ..answer(json!({ "message": "Forbidden" })) };
        let decision = decide(&mut session, &forbidden(now + HOUR), Some(now), now).unwrap();
        assert_eq!((decision.kind, decision.plan.wait), (ErrorKind::ClockSkew(None), 0));
        assert_eq!(session.server_time_for(HOST, now), now + HOUR + 500);
        assert_eq!((session.server_time(now), session.server_time_for("other.example", now)), (now, now));
        // An absurd time is no reason for another attempt.
        for absurd in [0, now + 2 * DAY, Millis::MAX, Millis::MIN] {
            assert_eq!(decide(&mut session, &forbidden(absurd), Some(now), now), None);
        }
        let named = |time: &str| {
            let message = format!("Signature expired: x is now earlier than y ({time} - 15 min.)");
            Reply { status: 403, ..answer(json!({ "message": message })) }
        };
        assert!(decide(&mut session, &named(&amz_date(now + 2 * HOUR)), None, now).is_some());
        assert_eq!(session.server_time_for(HOST, now), now + 2 * HOUR + 500);
        assert_eq!(decide(&mut session, &named("20991231T235959Z"), None, now), None);
        // An answer that is not refused says nothing of the time.
        let fine = Reply { status: 200, date: Some(now + 3 * HOUR), ..Reply::default() };
        assert_eq!(decide(&mut session, &fine, Some(now), now), None);
        assert_eq!(session.server_time_for(HOST, now), now + 2 * HOUR + 500);
        // Cognito's next dated answer counts for all.
        let generation = start(&mut session, Logins::new());
        let dated = Reply { date: Some(now + 60_000), ..answer(json!({ "IdentityId": A })) };
        session.on_reply(generation, &dated, at(now + 60_000), 0.0);
        assert_eq!(session.server_time_for(HOST, now), now);
    }

    #[test]
    fn cognito_sets_the_clock_and_an_absurd_answer_of_its_does_not() {
        let now = 1_800_000_000_000;
        let mut session = Session::default();
        let generation = start(&mut session, Logins::new());
        let dated = Reply { date: Some(now + 2 * DAY), ..answer(json!({ "IdentityId": A })) };
        session.on_reply(generation, &dated, at(now), 0.0);
        assert_eq!(session.clock().offset(), 2 * DAY + 500);
        for (seconds, offset) in [
            (0.0, 0),
            (-1.0, 0),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
            (1.0, 0),
            (((now + 2 * HOUR) / 1_000) as f64, HOUR),
        ] {
            let mut session = Session::default();
            session.remember(&pool(), A);
            let generation = start(&mut session, Logins::new());
            session.on_reply(generation, &issued(A, seconds), at(now), 0.0);
            assert_eq!(session.clock().offset(), offset, "{seconds}");
        }
        let mut session = Session::default();
        let generation = start(&mut session, logins());
        let told = format!("Invalid login token. Token expired: {} >= 1", (now + HOUR) / 1_000);
        session.on_reply(generation, &refusal("NotAuthorizedException", &told), at(now), 0.0);
        assert_eq!(session.clock().offset(), HOUR + 500);
    }

    #[test]
    fn a_pool_that_throttles_is_left_alone_and_callers_are_told() {
        let throttled = || refusal("TooManyRequestsException", "Rate exceeded");
        let mut session = Session::default();
        session.remember(&pool(), A);
        let mut pauses = Vec::new();
        let mut now = 0;
        for refresh in 0..6 {
            let generation = start(&mut session, Logins::new());
            let asked =
                (1..).find(|_| matches!(session.on_reply(generation, &throttled(), at(now), 0.9), Progress::Failed(_)));
            // After the first time, only once.
            assert_eq!(asked, Some(if refresh == 0 { Policy::default().attempts } else { 1 }));
            let error = session.may_refresh(now).unwrap_err();
            assert!(error.code == Code::Throttled && error.code.is_retryable());
            let end = (now..).step_by(100).find(|local| session.may_refresh(*local) == Ok(0)).unwrap();
            pauses.push(end - now);
            now = end;
        }
        assert!(pauses.windows(2).all(|pair| pair[0] * 3 / 2 < pair[1] || pair[1] >= 500_000), "{pauses:?}");
        run(&mut session, A, now, Logins::new());
        assert_eq!(session.may_refresh(now), Ok(0));
        // A set that is still good serves meanwhile, and is looked after when the pause is over.
        let stale = now + 55 * 60_000;
        assert_eq!(session.decide(stale), Decision::UseAndRefresh);
        let generation = start(&mut session, Logins::new());
        let slow = Reply { retry_after: Some(RetryAfter::Seconds(240)), ..throttled() };
        while !matches!(session.on_reply(generation, &slow, at(stale), 0.0), Progress::Failed(_)) {}
        assert_eq!(session.decide(stale + 239_000), Decision::Use);
        assert_eq!(session.next_refresh_in(stale + 1_000, true), Some(239_000));
        assert_eq!(session.decide(stale + 240_000), Decision::UseAndRefresh);
    }

    #[test]
    fn what_two_sessions_learn_at_the_same_time_counts_once() {
        let cool_down = SharedCoolDown::default();
        let one_attempt = Policy { attempts: 1, ..Policy::default() };
        let mut sessions = [(); 2].map(|()| Session::new(one_attempt).with_cool_down(cool_down.clone()));
        let generations = sessions.each_mut().map(|session| start(session, Logins::new()));
        for (session, generation) in sessions.iter_mut().zip(generations) {
            let progress = session.on_reply(generation, &refusal("TooManyRequestsException", ""), at(0), 1.0);
            assert!(matches!(progress, Progress::Failed(_)));
            assert_eq!(cool_down.borrow().remaining(0), 20_000);
        }
        // Another one learns of it without asking, and the next answer counts again.
        let mut other = Session::default().with_cool_down(cool_down.clone());
        assert!(other.may_refresh(0).is_err());
        let generation = start(&mut other, Logins::new());
        other.on_reply(generation, &refusal("TooManyRequestsException", ""), at(20_000), 1.0);
        assert_eq!(cool_down.borrow().remaining(20_000), 60_000);
    }

    #[test]
    fn a_rejected_set_is_no_reason_to_ask_a_pool_that_is_left_alone() {
        let mut session = Session::default();
        run(&mut session, A, 0, Logins::new());
        let generation = start(&mut session, Logins::new());
        let slow = Reply { retry_after: Some(RetryAfter::Seconds(60)), ..refusal("TooManyRequestsException", "") };
        while !matches!(session.on_reply(generation, &slow, at(0), 0.0), Progress::Failed(_)) {}
        let expired = Reply { status: 403, error_type: "ExpiredTokenException".into(), ..Reply::default() };
        assert_eq!(decide(&mut session, &expired, None, 0), None);
        assert_eq!(session.may_refresh(60_000), Ok(0));
    }

    #[test]
    fn tabs_hand_over_what_is_wanted_and_fresh() {
        let (now, pool) = (100 * DAY, pool());
        let mut giver = Session::default();
        giver.clock.observe(now + HOUR, now, now);
        run(&mut giver, A, now, Logins::new());
        let mut taker = Session::default();
        let wanted = taker.wanted(IdentityKind::Guest, None).unwrap();
        let shared = giver.share(&wanted, now).unwrap();
        let sent = Json::from(&serde_json::to_value(&shared).unwrap());
        let shared = SharedSet::read(&sent, &wanted, &pool, now).unwrap();
        let generation = taker.begin_refresh(0.0);
        assert!(taker.accept_shared(generation, &shared, IdentityKind::Guest, now));
        assert_eq!((taker.current(), taker.identity()), (giver.current(), (Some(A), IdentityKind::Guest)));
        assert_eq!(taker.clock().offset(), giver.clock().offset());
        // The same set again is not wanted, and does not replace itself.
        let wanted = taker.wanted(IdentityKind::Guest, None).unwrap();
        assert_eq!((giver.share(&wanted, now), SharedSet::read(&sent, &wanted, &pool, now)), (None, None));
        let generation = taker.begin_refresh(0.0);
        assert!(!taker.accept_shared(generation, &shared, IdentityKind::Guest, now));
        // Another identity's, a stale one, or one that is being refreshed is not handed over.
        let other = Wanted { identity_id: Some(B.into()), known_key: None };
        assert_eq!((giver.share(&other, now), SharedSet::read(&sent, &other, &pool, now)), (None, None));
        assert_eq!(giver.share(&Wanted::default(), now + 59 * 60_000), None);
        giver.begin_refresh(0.0);
        assert_eq!(giver.share(&Wanted::default(), now), None);
    }

    #[test]
    fn a_tab_whose_clock_cannot_be_right_or_that_comes_too_late_is_not_heard() {
        let (now, pool) = (100 * DAY, pool());
        let mut giver = Session::default();
        giver.clock.observe(now + 2 * DAY, now, now);
        run(&mut giver, A, now, Logins::new());
        let shared = giver.share(&Wanted::default(), now).unwrap();
        let sent = Json::from(&serde_json::to_value(&shared).unwrap());
        let shared = SharedSet::read(&sent, &Wanted::default(), &pool, now).unwrap();
        let mut taker = Session::default();
        let generation = taker.begin_refresh(0.0);
        assert!(!taker.accept_shared(generation, &shared, IdentityKind::Guest, now));
        assert!(taker.current().is_none() && taker.clock().offset() == 0);
        taker.clock.observe(now + 2 * DAY, now, now);
        taker.change_logins();
        assert!(!taker.accept_shared(generation, &shared, IdentityKind::Guest, now));
    }

    #[test]
    fn a_guest_after_a_sign_out_takes_nothing_from_other_tabs() {
        let mut session = Session::default();
        run(&mut session, A, 0, logins());
        assert_eq!(session.wanted(IdentityKind::User, None).unwrap().identity_id.as_deref(), Some(A));
        // A user's identity is not what a guest asks for.
        assert_eq!(session.wanted(IdentityKind::Guest, None).unwrap().identity_id, None);
        session.sign_out();
        assert_eq!(session.wanted(IdentityKind::Guest, None), None);
        assert!(session.wanted(IdentityKind::Guest, Some(B)).is_some());
        assert_eq!(session.wanted(IdentityKind::User, None), Some(Wanted::default()));
    }
}
