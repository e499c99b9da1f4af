//! The machine against a model: thousands of interleavings of need, time, answers that are late, lost, half or refused,
//! reloads, other tabs, and users who come and go, with a Cognito that links, merges and loses identities. Whatever the
//! order, nobody gets another user's credentials, and everybody gets their own in the end.

mod fake;

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;

use self::fake::{FakeCognito, User};
use super::{CredentialSet, Decision, Generation, IdentityKind, Progress, Session, Timing};
use crate::cognito::{Failure, ServiceRequest};
use crate::http::Reply;
use crate::pool::{ClassicFlow, Flow, IdentityPool, IdentityPoolId};
use crate::time::Millis;

const HOUR: Millis = 3_600_000;
const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
/// No refresh needs more: four attempts at each of three operations, and all of them again after a lost identity.
const MOST_REQUESTS: u32 = 24;

#[derive(Clone, Debug)]
enum Event {
    Need,
    /// The service gets a request that is under way, and answers it.
    Serve(prop::sample::Index),
    /// What became of a request reaches the client.
    Deliver(prop::sample::Index),
    Lose(prop::sample::Index, bool),
    Spoil(prop::sample::Index, Spoilt),
    SignIn(User),
    SignOut,
    /// The page is left, and comes back with what was stored.
    Reload,
    /// Another tab of the same user is asked for its set; or what it was asked for arrives.
    HandOver,
    /// The identity that the page knows is gone; or the last one that was made.
    LoseIdentity(bool),
    Pass(Millis),
}

#[derive(Clone, Copy, Debug)]
enum Spoilt {
    Throttled,
    Unreadable,
    Refused,
}

fn event() -> impl Strategy<Value = Event> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        6 => Just(Event::Need),
        8 => which().prop_map(Event::Serve),
        8 => which().prop_map(Event::Deliver),
        1 => (which(), any::<bool>()).prop_map(|(at, late)| Event::Lose(at, late)),
        1 => (which(), prop_oneof![Just(Spoilt::Throttled), Just(Spoilt::Unreadable), Just(Spoilt::Refused)])
            .prop_map(|(at, how)| Event::Spoil(at, how)),
        2 => prop_oneof![Just(User::Guest), Just(User::Alice), Just(User::Bob), Just(User::Developers)]
            .prop_map(Event::SignIn),
        1 => Just(Event::SignOut),
        1 => Just(Event::Reload),
        2 => Just(Event::HandOver),
        2 => any::<bool>().prop_map(Event::LoseIdentity),
        3 => (0..HOUR).prop_map(Event::Pass),
    ]
}

/// A refresh and its request that is under way.
struct Flight {
    generation: Generation,
    epoch: u32,
    call: ServiceRequest,
    reply: Option<Reply>,
    requests: u32,
    replacements: u32,
}

struct Page {
    pool: Rc<IdentityPool>,
    cognito: FakeCognito,
    session: Session,
    local: Millis,
    user: User,
    /// Which user in a row: the same one who comes back is another.
    epoch: u32,
    flights: Vec<Flight>,
    /// What another tab has sent, and for which refresh.
    handed: Option<(Generation, u32, CredentialSet)>,
    /// What is stored over reloads.
    stored: Option<String>,
    /// Identities of which this page has learnt that somebody has signed in with them.
    known_users: BTreeSet<String>,
}

impl Page {
    fn new(is_classic: bool) -> Self {
        let flow = if is_classic {
            let role = "arn:aws:iam::123456789012:role/Reader";
            Flow::Classic(ClassicFlow {
                url: "https://sts/".into(),
                role_arn: role.into(),
                session_name: "sigfetch".into(),
                duration: None,
                policy: None,
            })
        } else {
            Flow::Enhanced { custom_role_arn: None }
        };
        Self {
            pool: Rc::new(IdentityPool { id: IdentityPoolId::parse(POOL).unwrap(), url: "https://c/".into(), flow }),
            cognito: FakeCognito::default(),
            session: Session::default(),
            local: 0,
            user: User::Guest,
            epoch: 0,
            flights: Vec::new(),
            handed: None,
            stored: None,
            known_users: BTreeSet::new(),
        }
    }

    fn timing(&self) -> Timing {
        Timing { sent: self.local, received: self.local, elapsed: 0 }
    }

    fn is_running(&self) -> bool {
        let handed = self.handed.iter().map(|(_, epoch, _)| *epoch);
        self.flights.iter().map(|flight| flight.epoch).chain(handed).any(|epoch| epoch == self.epoch)
    }

    fn need(&mut self) {
        if self.is_running() || self.session.decide(self.local) == Decision::Use {
            return;
        }
        let Ok(wait) = self.session.may_refresh(self.local) else { return };
        self.local += wait;
        if let Some(stored) = self.stored.clone() {
            assert!(self.session.remember(&self.pool, &stored));
        }
        let (known, kind) = self.session.identity();
        let known = known.map(str::to_owned);
        let generation = self.session.begin_refresh(0.5);
        let given = (self.user == User::Developers).then(|| self.cognito.developers_identity());
        assert!(self.session.start_exchange(generation, &self.pool, self.user.logins(), given.clone()));
        let call = self.session.request().unwrap();
        match (given, known) {
            (Some(given), _) => assert!(fake::body(&call).contains(&given), "the developer's word counts"),
            // Linked, or gone on with; but a user's identity is never a guest's.
            (None, Some(known)) => {
                let is_of_use = kind == IdentityKind::Guest || self.user != User::Guest;
                assert_eq!(fake::body(&call).contains(&known), is_of_use);
            }
            (None, None) => assert!(fake::is_get_id(&call)),
        }
        self.check(&call);
        self.flights.push(Flight { generation, epoch: self.epoch, call, reply: None, requests: 1, replacements: 0 });
    }

    /// What may be in a request.
    fn check(&self, call: &ServiceRequest) {
        let body = fake::body(call);
        assert!(!fake::is_get_id(call) || self.user != User::Developers);
        assert_eq!(body.contains("Logins"), self.user != User::Guest && call.target.is_some());
        if self.user == User::Guest {
            assert!(!self.known_users.iter().any(|id| body.contains(id)), "a user's identity, for a guest");
        }
    }

    /// Takes in how the refresh goes on. `at` is its flight.
    fn progress(&mut self, at: usize, progress: Progress, before: Option<CredentialSet>) {
        let flight = &self.flights[at];
        let is_current = flight.epoch == self.epoch;
        match progress {
            Progress::SendAfter(wait) => {
                assert!(is_current && (0..=5_000).contains(&wait));
                let call = self.session.request().unwrap();
                self.check(&call);
                let flight = &mut self.flights[at];
                flight.requests += 1;
                assert!(flight.requests <= MOST_REQUESTS);
                if fake::is_get_id(&call) && !fake::is_get_id(&flight.call) {
                    flight.replacements += 1;
                    assert_eq!(flight.replacements, 1, "a lost identity is replaced once");
                }
                flight.call = call;
                flight.reply = None;
                return;
            }
            Progress::Superseded => assert!(!is_current),
            Progress::Failed(_) => {
                assert!(is_current);
                assert_eq!(self.session.current(), before.as_ref(), "the old set serves on");
            }
            Progress::Done => {
                assert!(is_current);
                self.done();
            }
        }
        self.flights.remove(at);
    }

    /// Keeps what the edge keeps.
    fn done(&mut self) {
        let (id, kind) = self.session.identity();
        let id = id.unwrap().to_owned();
        assert_eq!(kind, IdentityKind::of(self.user != User::Guest));
        match kind {
            IdentityKind::User => {
                self.known_users.insert(id);
                self.stored = None;
            }
            IdentityKind::Guest => self.stored = Some(id),
        }
    }

    fn serve(&mut self, at: usize) {
        let now = self.session.server_time(self.local);
        let flight = &mut self.flights[at];
        if flight.reply.is_none() {
            flight.reply = Some(self.cognito.answer(&flight.call, flight.epoch, now));
        }
    }

    fn deliver(&mut self, at: usize) {
        let Some(reply) = self.flights[at].reply.clone() else { return };
        let before = self.session.current().cloned();
        let progress = self.session.on_reply(self.flights[at].generation, &reply, self.timing(), 0.5);
        self.progress(at, progress, before);
    }

    fn spoil(&mut self, at: usize, how: Spoilt) {
        self.flights[at].reply = Some(match how {
            Spoilt::Throttled => fake::refusal("TooManyRequestsException", "Rate exceeded"),
            Spoilt::Refused => fake::refusal("NotAuthorizedException", "Words that nobody has seen yet"),
            Spoilt::Unreadable => fake::answer(serde_json::json!({ "IdentityId": 7 })),
        });
    }

    fn become_user(&mut self, user: User) {
        self.user = user;
        self.epoch += 1;
    }

    fn take(&mut self, event: Event) {
        let pick = |at: prop::sample::Index, flights: &[Flight]| (!flights.is_empty()).then(|| at.index(flights.len()));
        match event {
            Event::Need => self.need(),
            Event::Serve(at) => {
                if let Some(at) = pick(at, &self.flights) {
                    self.serve(at);
                }
            }
            Event::Deliver(at) => {
                if let Some(at) = pick(at, &self.flights) {
                    self.deliver(at);
                }
            }
            Event::Spoil(at, how) => {
                if let Some(at) = pick(at, &self.flights) {
                    self.spoil(at, how);
                }
            }
            Event::Lose(at, is_late) => {
                if let Some(at) = pick(at, &self.flights) {
                    let failure = if is_late { Failure::Timeout } else { Failure::Network };
                    let before = self.session.current().cloned();
                    let progress = self.session.on_failure(self.flights[at].generation, failure, self.timing(), 0.5);
                    self.progress(at, progress, before);
                }
            }
            Event::SignIn(user) => {
                self.session.change_logins();
                self.become_user(user);
            }
            Event::SignOut => {
                self.session.sign_out();
                self.stored = None;
                self.become_user(User::Guest);
            }
            Event::Reload => {
                self.session = Session::default();
                self.flights.clear();
                self.handed = None;
                self.known_users.clear();
                self.become_user(self.user);
            }
            Event::HandOver => self.hand_over(),
            Event::LoseIdentity(is_last) => match self.session.identity().0 {
                Some(id) if !is_last => self.cognito.lose(id),
                _ => self.cognito.lose_last(),
            },
            Event::Pass(time) => self.local += time,
        }
    }

    fn hand_over(&mut self) {
        if let Some((generation, epoch, set)) = self.handed.take() {
            let kind = IdentityKind::of(self.user != User::Guest);
            let is_taken = self.session.accept(generation, set, kind, self.local);
            assert_eq!(is_taken, epoch == self.epoch, "what comes too late is dropped");
            if is_taken {
                self.done();
            }
        } else if !self.is_running() {
            let (known, kind) = self.session.identity();
            // A user's identity is not what a guest asks for.
            let wanted = known.filter(|_| kind == IdentityKind::Guest || self.user != User::Guest).map(str::to_owned);
            let now = self.session.server_time(self.local);
            if let Some(id) = self.cognito.identity_elsewhere(wanted, self.user) {
                let set = self.cognito.issue(&id, self.user, self.epoch, now);
                self.handed = Some((self.session.begin_refresh(0.5), self.epoch, set));
            }
        }
    }

    /// What holds whatever happens.
    fn hold(&mut self, newest: &mut (u32, u32)) {
        let decision = self.session.decide(self.local);
        let Some(set) = self.session.current() else { return };
        let issued = fake::Issued::read(&set.signing.access_key_id);
        assert_eq!((issued.user, issued.epoch), (self.user, self.epoch), "another user's credentials");
        assert!((issued.epoch, issued.serial) >= *newest, "an older set replaced a newer one");
        *newest = (issued.epoch, issued.serial);
        if decision != Decision::Await {
            assert!(set.expires_at.unwrap() > self.session.server_time(self.local));
        }
    }

    /// With a network and a Cognito that work, a few steps are enough for everybody.
    fn settle(&mut self) {
        if self.handed.is_some() {
            self.hand_over();
        }
        self.local += 2 * HOUR;
        for _ in 0..2 * MOST_REQUESTS {
            if self.session.may_refresh(self.local).is_err() {
                self.local += 10 * 60_000;
            }
            self.need();
            let Some(at) = self.flights.iter().position(|flight| flight.epoch == self.epoch) else { break };
            // What was spoilt on its way is behind us.
            self.serve(at);
            self.deliver(at);
        }
        assert_ne!(self.session.decide(self.local), Decision::Await, "somebody is locked out");
        // Late answers to those who are gone.
        while !self.flights.is_empty() {
            self.serve(0);
            self.deliver(0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_what_is_anothers_and_everybody_their_own(
        is_classic: bool,
        events in prop::collection::vec(event(), 1..100),
    ) {
        let mut page = Page::new(is_classic);
        let mut newest = (0, 0);
        for event in events {
            page.take(event);
            page.hold(&mut newest);
        }
        page.settle();
        page.hold(&mut newest);
    }
}
