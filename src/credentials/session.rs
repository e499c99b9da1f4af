//! The credentials of one client, as a machine: what to do when somebody needs them, what to send to Cognito, and what
//! becomes of each answer. Time and chance come in as arguments; who waits for what is the edge's business.

use super::{CredentialSet, Decision, Generation, Life};
use crate::clock::{Clock, Millis};
use crate::cognito::{Exchange, Failure, Logins, Step};
use crate::config::IdentityPoolId;
use crate::error::Error;
use crate::lifetime::Left;
use crate::message::{HttpReply, ServiceCall};

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
    exchange: Option<Exchange>,
}

impl Session {
    /// The server's time when the device shows `local`.
    pub fn server_time(&self, local: Millis) -> Millis {
        self.clock.server(local)
    }

    /// Learns from a `Date` header, see [`Clock::observe`].
    pub fn observe(&mut self, date: Millis, sent: Millis, received: Millis) -> bool {
        self.clock.observe(date, sent, received)
    }

    /// The set to sign with, whatever its standing.
    pub fn current(&self) -> Option<&CredentialSet> {
        self.life.current()
    }

    /// How long the current set still lives; none if it has no end.
    pub fn left(&self, local: Millis) -> Option<Left> {
        self.life.left(self.server_time(local))
    }

    /// What to do when credentials are needed.
    pub fn decide(&self, local: Millis) -> Decision {
        self.life.decide(self.server_time(local))
    }

    /// Starts a round.
    pub fn begin(&mut self) -> Generation {
        self.exchange = None;
        self.life.begin()
    }

    /// Goes on to Cognito, with the logins of this round. False if the round was overtaken.
    pub fn start_exchange(&mut self, round: Generation, url: &str, pool: &IdentityPoolId, logins: Logins) -> bool {
        let current = self.life.is_current(round);
        if current {
            self.exchange = Some(Exchange::new(url.into(), pool.clone(), logins, self.identity_id.clone()));
        }
        current
    }

    /// What to send to Cognito now.
    pub fn request(&self) -> Option<ServiceCall> {
        self.exchange.as_ref().map(Exchange::request)
    }

    /// Takes Cognito's answer in.
    pub fn answered(&mut self, round: Generation, reply: &HttpReply, random: f64, local: Millis) -> Progress {
        self.step(round, local, |exchange| exchange.answered(reply, random))
    }

    /// Takes in that Cognito did not answer.
    pub fn unanswered(&mut self, round: Generation, failure: Failure, random: f64, local: Millis) -> Progress {
        self.step(round, local, |exchange| exchange.unanswered(failure, random))
    }

    fn step(&mut self, round: Generation, local: Millis, step: impl FnOnce(&mut Exchange) -> Step) -> Progress {
        if !self.life.is_current(round) {
            return Progress::Overtaken;
        }
        let Some(exchange) = &mut self.exchange else { return Progress::Overtaken };
        match step(exchange) {
            Step::SendAfter(wait) => Progress::SendAfter(wait),
            Step::Failed(error) => {
                self.fail(round, local);
                Progress::Failed(error)
            }
            Step::Done(issued) => {
                self.identity_id = Some(issued.identity_id.clone());
                self.accept(
                    round,
                    CredentialSet {
                        signing: issued.credentials,
                        identity_id: Some(issued.identity_id),
                        expires_at: Some(issued.expires_at),
                    },
                    local,
                );
                Progress::Done
            }
        }
    }

    /// Takes the set that a round brought. False if the round was overtaken.
    pub fn accept(&mut self, round: Generation, set: CredentialSet, local: Millis) -> bool {
        let now = self.server_time(local);
        self.life.succeed(round, set, now)
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
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;
    use crate::sigv4::SigningCredentials;

    const HOUR: Millis = 3_600_000;

    fn pool() -> IdentityPoolId {
        IdentityPoolId::parse("us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap()
    }

    fn answer(body: Value) -> HttpReply {
        HttpReply { status: 200, error_type: String::new(), request_id: String::new(), document: flat(&body) }
    }

    fn issued(id: &str, seconds: f64) -> HttpReply {
        answer(json!({ "IdentityId": id, "Credentials": {
            "AccessKeyId": format!("ASIA{id}"), "SecretKey": "s", "SessionToken": "t", "Expiration": seconds } }))
    }

    fn run(session: &mut Session, id: &str, local: Millis) {
        let round = session.begin();
        assert!(session.start_exchange(round, "https://c/", &pool(), Logins::new()));
        if session.identity_id.is_none() {
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
        run(&mut session, "a", 0);
        let round = session.begin();
        session.start_exchange(round, "https://c/", &pool(), Logins::new());
        assert!(operation(&session).ends_with("GetCredentialsForIdentity"));
        session.sign_out();
        assert!(session.current().is_none() && session.request().is_none());
        let round = session.begin();
        session.start_exchange(round, "https://c/", &pool(), Logins::new());
        assert!(operation(&session).ends_with("GetId"));
    }

    #[test]
    fn new_logins_keep_the_identity_for_linking() {
        let mut session = Session::default();
        run(&mut session, "a", 0);
        session.change_logins();
        assert!(session.current().is_none());
        let round = session.begin();
        session.start_exchange(round, "https://c/", &pool(), Logins::new());
        assert!(session.request().unwrap().body.contains("\"IdentityId\":\"a\""));
    }

    #[test]
    fn the_id_that_comes_back_after_a_merge_is_the_one_to_keep() {
        let mut session = Session::default();
        run(&mut session, "guest", 0);
        session.change_logins();
        run(&mut session, "parent", 0);
        assert_eq!(session.current().unwrap().identity_id.as_deref(), Some("parent"));
    }

    #[test]
    fn an_answer_to_an_overtaken_round_changes_nothing() {
        let mut session = Session::default();
        let old = session.begin();
        session.start_exchange(old, "https://c/", &pool(), Logins::new());
        session.sign_out();
        assert!(matches!(session.answered(old, &issued("late", 4e9), 0.0, 0), Progress::Overtaken));
        assert!(!session.start_exchange(old, "https://c/", &pool(), Logins::new()));
        assert!(session.current().is_none());
    }

    #[test]
    fn expiry_is_judged_by_the_servers_clock() {
        let mut session = Session::default();
        session.observe(10 * HOUR, 0, 100);
        run(&mut session, "a", 0);
        assert_eq!(session.decide(0), Decision::Use);
        assert_eq!(session.decide(HOUR), Decision::Await);
    }

    #[derive(Clone, Debug)]
    enum Event {
        Need,
        Answer(bool),
        Lost,
        NewLogins,
        SignOut,
        Pass(Millis),
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, ..Default::default() })]

        /// Thousands of interleavings of need, answers, losses, user actions and time. Whoever is signed in when an
        /// answer arrives, a set is only ever one that was asked for since the last change of user.
        #[test]
        fn no_set_outlives_its_user(events in proptest::collection::vec(proptest::prop_oneof![
            4 => proptest::strategy::Just(Event::Need),
            6 => proptest::prelude::any::<bool>().prop_map(Event::Answer),
            1 => proptest::strategy::Just(Event::Lost),
            1 => proptest::strategy::Just(Event::NewLogins),
            1 => proptest::strategy::Just(Event::SignOut),
            3 => (0..HOUR).prop_map(Event::Pass),
        ], 1..60)) {
            let mut session = Session::default();
            let mut local = 0;
            let mut user = 0;
            // The rounds whose answers are still on their way, and for whom they were started.
            let mut rounds: Vec<(Generation, i32)> = Vec::new();
            for event in events {
                match event {
                    Event::Need => {
                        if session.decide(local) != Decision::Use && !rounds.iter().any(|(_, for_user)| *for_user == user) {
                            let round = session.begin();
                            session.start_exchange(round, "https://c/", &pool(), Logins::new());
                            rounds.push((round, user));
                        }
                    }
                    Event::Answer(oldest) => {
                        if rounds.is_empty() { continue }
                        let at = if oldest { 0 } else { rounds.len() - 1 };
                        let (round, for_user) = rounds[at];
                        let end = (local + HOUR) as f64 / 1_000.0;
                        match session.answered(round, &issued(&for_user.to_string(), end), 0.5, local) {
                            Progress::SendAfter(_) => {}
                            Progress::Overtaken => {
                                proptest::prop_assert!(for_user != user);
                                rounds.remove(at);
                            }
                            Progress::Done | Progress::Failed(_) => {
                                proptest::prop_assert_eq!(for_user, user);
                                rounds.remove(at);
                            }
                        }
                    }
                    Event::Lost => {
                        let first = rounds.first().copied();
                        let step = first.map(|(round, _)| session.unanswered(round, Failure::Network, 0.5, local));
                        if matches!(step, Some(Progress::Overtaken | Progress::Failed(_))) {
                            rounds.remove(0);
                        }
                    }
                    Event::NewLogins => { session.change_logins(); user += 1; }
                    Event::SignOut => { session.sign_out(); user += 1; }
                    Event::Pass(time) => local += time,
                }
                if let Some(set) = session.current() {
                    let own: &SigningCredentials = &set.signing;
                    proptest::prop_assert_eq!(&own.access_key_id, &format!("ASIA{user}"));
                    if session.decide(local) != Decision::Await {
                        proptest::prop_assert!(set.expires_at.unwrap() > local);
                    }
                }
            }
        }
    }

    use proptest::strategy::Strategy;
}
