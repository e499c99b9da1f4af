//! The credentials of one client, as a machine: what to do when somebody needs them, what to send to Cognito, and what
//! becomes of each answer. Time and chance come in as arguments; who waits for what is the edge's business.

use std::rc::Rc;

use super::{CredentialSet, Decision, Generation, Life, Remedy};
use crate::clock::{Clock, Millis, SKEW};
use crate::cognito::{Exchange, Failure, Identity, Logins, Step};
use crate::error::Error;
use crate::heal::{self, Again, Call, Cause};
use crate::lifetime::Left;
use crate::message::{HttpReply, ServiceCall};
use crate::pool::IdentityPool;
use crate::retry::{self, Policy};

/// How a round goes on.
#[derive(Debug)]
pub enum Progress {
    /// Wait so many milliseconds, then send [`Session::request`].
    SendAfter(Millis),
    /// The set is there.
    Done,
    /// Somebody signed out or in meanwhile: this round counts for nothing any more.
    Overtaken,
    /// There is no way on.
    Failed(Error),
}

/// Life, clock, identity and the exchange that may be under way.
#[derive(Debug, Default)]
pub struct Session {
    life: Life,
    clock: Clock,
    identity_id: Option<String>,
    standing: Standing,
    exchange: Option<Exchange>,
    policy: Policy,
    elapsed: Millis,
}

/// What an identity is known to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has signed in with it, as far as is known here.
    #[default]
    Guest,
    /// Somebody has: never again can it be used without logins (Cognito Developer Guide: Identity pools
    /// authentication flow).
    User,
}

impl Standing {
    /// The standing of whoever has these logins.
    pub fn of(has_logins: bool) -> Self {
        if has_logins { Self::User } else { Self::Guest }
    }
}

/// An answer to a signed request, or none that a page may see, and how the request was signed.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The answer.
    pub reply: Option<&'a HttpReply>,
    /// The access key id that signed.
    pub key: &'a str,
    /// The time that was signed, by the server's clock as it was known.
    pub signed_at: Option<Millis>,
}

/// Another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What comes before it.
    pub again: Again,
    /// Why.
    pub cause: Cause,
    /// Whether to get another set first.
    pub renew: bool,
}

/// How long credentials last that the enhanced flow gives (Cognito Developer Guide, "Identity pools authentication
/// flow").
const LIFETIME: Millis = 3_600_000;

impl Session {
    /// What is known of the server's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What clients are granted that say nothing else.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Takes in what the client's options grant.
    pub fn grant(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// The server's time when the device shows `local`.
    pub fn server_time(&self, local: Millis) -> Millis {
        self.clock.server(local)
    }

    /// Learns from a `Date` header, see [`Clock::observe`].
    pub fn observe(&mut self, date: Millis, sent: Millis, received: Millis) {
        self.clock.observe(date, sent, received);
    }

    /// The set to sign with, whatever its standing.
    pub fn current(&self) -> Option<&CredentialSet> {
        self.life.current()
    }

    /// As [`Life::is_token_given`].
    pub fn is_token_given(&mut self) -> bool {
        self.life.is_token_given()
    }

    /// How long the current set still lives; none if it has no end.
    pub fn left(&self, local: Millis) -> Option<Left> {
        self.life.left(self.server_time(local))
    }

    /// What to do when credentials are needed.
    pub fn decide(&mut self, local: Millis) -> Decision {
        self.life.decide(self.server_time(local))
    }

    /// When to look at the set again in the background, see [`Life::look`].
    pub fn look(&self, local: Millis, woken: bool) -> Option<Millis> {
        self.life.look(self.server_time(local), woken)
    }

    /// Takes in that the device's clock jumped, see [`Clock::jump`].
    pub fn jumped(&mut self, by: Millis, local: Millis) {
        if !self.clock.jump(by) && by > SKEW {
            self.life.doubt_time(self.server_time(local));
        }
    }

    /// What to do about the answer to a signed request: none if the caller gets it as it is. What it says about the
    /// clock and the set is taken in anyway. `random` is in [0, 1).
    pub fn judge(&mut self, call: &Call, attempt: &Attempt<'_>, random: f64, local: Millis) -> Option<Verdict> {
        let now = self.server_time(local);
        let (mut cause, mut asked, mut date) = (Cause::Network, None, None);
        if let Some(reply) = attempt.reply {
            (cause, asked, date) = (Cause::of(reply), retry::asked(reply, now), reply.date());
            if reply.status < 400 {
                self.life.prove(attempt.key);
            }
            // HTTP APIs say "Forbidden" and no more, which may be an application's own word too.
            let is_skewed = date.zip(attempt.signed_at).is_some_and(|(date, at)| (date - at).abs() > SKEW);
            if matches!((cause, reply.status), (Cause::Final, 401 | 403)) && is_skewed && call.idempotent {
                cause = Cause::Skew(None);
            }
        }
        let mut renew = false;
        let can_heal = match cause {
            Cause::Skew(told) => {
                match (told, date) {
                    (Some(told), _) => self.clock.correct(told, local),
                    (None, Some(date)) => self.clock.observe(date, local, local),
                    (None, None) => false,
                };
                told.or(date).is_some()
            }
            Cause::Token | Cause::Role => {
                let remedy = self.life.refuse(attempt.key, matches!(cause, Cause::Role), now);
                renew = remedy == Remedy::Renewable;
                remedy != Remedy::Hopeless
            }
            _ => false,
        };
        let again = call.again(cause, can_heal, asked, random)?;
        Some(Verdict { again, cause, renew })
    }

    /// Starts a round, with its own draw of chance, in [0, 1).
    pub fn begin_with(&mut self, random: f64) -> Generation {
        self.life.draw(random);
        self.begin()
    }

    /// Starts a round.
    pub fn begin(&mut self) -> Generation {
        self.exchange = None;
        self.life.begin()
    }

    /// The identity that the next round starts with, or none, and what it is known to be.
    pub fn identity(&self) -> (Option<&str>, Standing) {
        (self.identity_id.as_deref(), self.standing)
    }

    /// Takes a guest's identity from an earlier page, unless one is known. False if it cannot be this pool's.
    pub fn remember(&mut self, pool: &IdentityPool, identity_id: &str) -> bool {
        let may_be = pool.id.may_hold(identity_id);
        if may_be && self.identity_id.is_none() {
            self.identity_id = Some(identity_id.into());
        }
        may_be
    }

    /// Goes on to Cognito, with the logins of this round and, if the developer's backend gave one, their identity.
    /// False if the round was overtaken.
    pub fn start_exchange(
        &mut self,
        round: Generation,
        pool: &Rc<IdentityPool>,
        logins: Logins,
        given: Option<String>,
    ) -> bool {
        let current = self.life.is_current(round);
        if current {
            let identity = match (given, &self.identity_id) {
                (Some(id), _) => Identity::Given(id),
                // A user's identity is of no use to a guest.
                (None, Some(id)) if self.standing == Standing::Guest || !logins.is_empty() => {
                    Identity::Remembered(id.clone())
                }
                _ => Identity::Unknown,
            };
            self.exchange = Some(Exchange::new(pool.clone(), logins, identity).granting(self.policy));
        }
        current
    }

    /// What to send to Cognito now.
    pub fn request(&self) -> Option<ServiceCall> {
        self.exchange.as_ref().map(Exchange::request)
    }

    /// Takes in how long the round has been going on.
    pub fn pace(&mut self, elapsed: Millis) {
        self.elapsed = elapsed;
    }

    /// Takes Cognito's answer in.
    pub fn answered(&mut self, round: Generation, reply: &HttpReply, random: f64, local: Millis) -> Progress {
        if reply.date().is_none() {
            // Cognito is never asked with credentials, so what it refuses is a login token, and its time is the truth.
            let told = heal::server_time(reply);
            let began = (|| Some(reply.document.whole_number("Credentials.Expiration")? * 1_000 - LIFETIME))();
            match (told, began) {
                (Some(told), _) => self.clock.correct(told, local),
                (None, Some(began)) => self.clock.infer(began, local),
                (None, None) => false,
            };
        }
        let asked = retry::asked(reply, self.server_time(local));
        let elapsed = self.elapsed;
        self.step(round, local, |exchange| {
            exchange.pace(elapsed, asked);
            exchange.answered(reply, random)
        })
    }

    /// Takes in that Cognito did not answer.
    pub fn unanswered(&mut self, round: Generation, failure: Failure, random: f64, local: Millis) -> Progress {
        let elapsed = self.elapsed;
        self.step(round, local, |exchange| {
            exchange.pace(elapsed, None);
            exchange.unanswered(failure, random)
        })
    }

    fn step(&mut self, round: Generation, local: Millis, step: impl FnOnce(&mut Exchange) -> Step) -> Progress {
        if !self.life.is_current(round) {
            return Progress::Overtaken;
        }
        let Some(exchange) = &mut self.exchange else { return Progress::Overtaken };
        match step(exchange) {
            Step::SendAfter(wait) => Progress::SendAfter(wait),
            Step::Failed(error) => {
                // The next round goes on with it: of `GetId` Cognito takes the fewest, and each makes an identity.
                if let Some(id) = exchange.named() {
                    (self.identity_id, self.standing) = (Some(id.into()), Standing::of(exchange.has_logins()));
                }
                self.fail(round, local);
                Progress::Failed(error)
            }
            Step::Done(issued) => {
                let standing = Standing::of(exchange.has_logins());
                let set = CredentialSet {
                    signing: issued.credentials,
                    identity_id: Some(issued.identity_id),
                    expires_at: Some(issued.expires_at),
                };
                self.accept(round, set, standing, local);
                Progress::Done
            }
        }
    }

    /// Takes the set that a round brought, and its identity. False if the round was overtaken.
    pub fn accept(&mut self, round: Generation, set: CredentialSet, standing: Standing, local: Millis) -> bool {
        let now = self.server_time(local);
        let identity_id = set.identity_id.clone();
        let taken = self.life.succeed(round, set, now);
        if taken {
            (self.identity_id, self.standing) = (identity_id, standing);
        }
        taken
    }

    /// Takes in that a round failed before it reached Cognito, or at it. The current set serves on.
    pub fn fail(&mut self, round: Generation, local: Millis) {
        let now = self.server_time(local);
        self.life.fail(round, now);
    }

    /// Forgets the set but not the identity, so that Cognito links it to the new logins.
    pub fn change_logins(&mut self) {
        self.exchange = None;
        self.life.forget();
    }

    /// Forgets the set and the identity.
    pub fn sign_out(&mut self) {
        self.change_logins();
        self.identity_id = None;
        self.standing = Standing::Guest;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;
    use crate::pool::{Flow, IdentityPoolId};
    use crate::secret::Secret;

    const HOUR: Millis = 3_600_000;
    const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";

    fn pool() -> Rc<IdentityPool> {
        let flow = Flow::Enhanced { custom_role_arn: None };
        Rc::new(IdentityPool { id: IdentityPoolId::parse(POOL).unwrap(), url: "https://c/".into(), flow })
    }

    fn logins() -> Logins {
        vec![("accounts.google.com".into(), Secret::new("token".into()))]
    }

    fn answer(body: Value) -> HttpReply {
        HttpReply { status: 200, error_type: String::new(), request_id: String::new(), document: flat(&body) }
    }

    fn issued(id: &str, seconds: f64) -> HttpReply {
        answer(json!({ "IdentityId": id, "Credentials": {
            "AccessKeyId": format!("ASIA{id}"), "SecretKey": "s", "SessionToken": "t", "Expiration": seconds } }))
    }

    fn start(session: &mut Session, logins: Logins) -> Generation {
        let round = session.begin();
        assert!(session.start_exchange(round, &pool(), logins, None));
        round
    }

    fn run(session: &mut Session, id: &str, local: Millis, logins: Logins) {
        let round = start(session, logins);
        if operation(session).ends_with("GetId") {
            let step = session.answered(round, &answer(json!({ "IdentityId": id })), 0.0, local);
            assert!(matches!(step, Progress::SendAfter(0)));
        }
        let end = (session.server_time(local) + HOUR) as f64 / 1_000.0;
        assert!(matches!(session.answered(round, &issued(id, end), 0.0, local), Progress::Done));
    }

    fn operation(session: &Session) -> String {
        session.request().unwrap().target
    }

    #[test]
    fn a_refresh_keeps_the_identity_and_sign_out_drops_it() {
        let mut session = Session::default();
        run(&mut session, "a", 0, Logins::new());
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetCredentialsForIdentity"));
        session.sign_out();
        assert!(session.current().is_none() && session.request().is_none());
        assert_eq!(session.identity(), (None, Standing::Guest));
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetId"));
    }

    #[test]
    fn new_logins_keep_the_identity_for_linking() {
        let mut session = Session::default();
        run(&mut session, "a", 0, Logins::new());
        session.change_logins();
        assert!(session.current().is_none());
        start(&mut session, logins());
        assert!(session.request().unwrap().body.contains("\"IdentityId\":\"a\""));
    }

    #[test]
    fn the_id_that_comes_back_after_a_merge_is_the_one_to_keep() {
        let mut session = Session::default();
        run(&mut session, "guest", 0, Logins::new());
        session.change_logins();
        run(&mut session, "parent", 0, logins());
        assert_eq!(session.current().unwrap().identity_id.as_deref(), Some("parent"));
        assert_eq!(session.identity(), (Some("parent"), Standing::User));
    }

    #[test]
    fn a_users_identity_is_not_tried_without_logins() {
        let mut session = Session::default();
        run(&mut session, "user", 0, logins());
        session.change_logins();
        start(&mut session, Logins::new());
        assert!(operation(&session).ends_with("GetId"));
        // But the user may come back.
        start(&mut session, logins());
        assert!(session.request().unwrap().body.contains("\"IdentityId\":\"user\""));
    }

    #[test]
    fn an_identity_of_an_earlier_page_is_taken_if_none_is_known_and_it_can_be_the_pools() {
        let mut session = Session::default();
        for other in ["", "nonsense", "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a"] {
            assert!(!session.remember(&pool(), other));
        }
        assert_eq!(session.identity().0, None);
        assert!(session.remember(&pool(), POOL));
        assert_eq!(session.identity(), (Some(POOL), Standing::Guest));
        start(&mut session, Logins::new());
        assert!(session.request().unwrap().body.contains(POOL));
        let mut session = Session::default();
        run(&mut session, "known", 0, Logins::new());
        assert!(session.remember(&pool(), POOL));
        assert_eq!(session.identity().0, Some("known"));
    }

    #[test]
    fn an_identity_is_not_asked_for_twice_because_its_credentials_were_refused() {
        for (logins, standing) in [(Logins::new(), Standing::Guest), (logins(), Standing::User)] {
            let mut session = Session::default();
            session.grant(Policy { attempts: 1, ..Policy::default() });
            let round = start(&mut session, logins.clone());
            session.answered(round, &answer(json!({ "IdentityId": "named" })), 0.0, 0);
            let refused = HttpReply { status: 400, error_type: "TooManyRequestsException".into(), ..answer(json!({})) };
            assert!(matches!(session.answered(round, &refused, 0.0, 0), Progress::Failed(_)));
            assert_eq!(session.identity(), (Some("named"), standing));
            start(&mut session, logins);
            assert!(operation(&session).ends_with("GetCredentialsForIdentity"));
            // A guest is not handed what may be a user's.
            start(&mut session, Logins::new());
            assert_eq!(operation(&session).ends_with("GetId"), standing == Standing::User);
        }
    }

    #[test]
    fn an_answer_to_an_overtaken_round_changes_nothing() {
        let mut session = Session::default();
        let old = start(&mut session, Logins::new());
        session.sign_out();
        assert!(matches!(session.answered(old, &issued("late", 4e9), 0.0, 0), Progress::Overtaken));
        assert!(!session.start_exchange(old, &pool(), Logins::new(), None));
        assert!(session.current().is_none());
    }

    #[test]
    fn expiry_is_judged_by_the_servers_clock() {
        let mut session = Session::default();
        session.observe(10 * HOUR, 0, 100);
        run(&mut session, "a", 0, Logins::new());
        assert_eq!(session.decide(0), Decision::Use);
        assert_eq!(session.decide(HOUR), Decision::Await);
    }
}
