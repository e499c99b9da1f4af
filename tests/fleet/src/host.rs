//! What one client runs on: the simulated clock, Cognito in memory, and a page of guests.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use sigfetch::client::{CallError, CoolDowns, Host, Login, Sent, Signature, SignedIn};
use sigfetch::cognito::{Body, CognitoInput, Failure, ServiceRequest};
use sigfetch::credentials::CredentialSet;
use sigfetch::credentials::sharing::Question;
use sigfetch::event::Event;
use sigfetch::http::{Json, Reply};
use sigfetch::time::Millis;
use tokio::time::Instant;

use crate::cognito::{Cognito, Operation, identity_id};

/// The server's time when the simulation begins. Devices have the same.
const START: Millis = 1_700_000_000_000;

/// How long a call takes to Cognito, and its answer back.
const WAY: std::ops::Range<Millis> = 10..100;

/// What all clients have in common.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cognito: RefCell<Cognito>,
    began: Instant,
    random: RefCell<fastrand::Rng>,
    has_jitter: bool,
    remembers_identity: bool,
    asked: Cell<u64>,
    told: Cell<u64>,
}

impl World {
    pub(crate) fn new(cognito: Cognito, seed: u64, has_jitter: bool, remembers_identity: bool) -> Self {
        Self {
            cognito: RefCell::new(cognito),
            began: Instant::now(),
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            has_jitter,
            remembers_identity,
            asked: Cell::default(),
            told: Cell::default(),
        }
    }

    /// Milliseconds since the simulation began.
    pub(crate) fn time(&self) -> Millis {
        self.began.elapsed().as_millis() as Millis
    }

    /// A random time.
    pub(crate) fn between(&self, times: std::ops::Range<Millis>) -> Millis {
        self.random.borrow_mut().i64(times)
    }

    /// Counts a call of an app.
    pub(crate) fn count_app_call(&self, is_served: bool) {
        self.asked.set(self.asked.get() + 1);
        self.told.set(self.told.get() + u64::from(!is_served));
    }

    /// The calls of apps since this was asked last, and those of them that got no credentials.
    pub(crate) fn take_app_calls(&self) -> (u64, u64) {
        (self.asked.take(), self.told.take())
    }
}

pub(crate) async fn sleep(duration: Millis) {
    tokio::time::sleep(Duration::from_millis(duration.max(0).unsigned_abs())).await;
}

/// A guest's client.
#[derive(Debug)]
pub(crate) struct FleetHost {
    pub(crate) world: Rc<World>,
    /// What the clients of its page share.
    pub(crate) cool_downs: CoolDowns,
    pub(crate) number: u32,
}

impl Host for FleetHost {
    type Thrown = ();
    type Outgoing = ();
    type Response = ();
    type Turn = ();

    fn now(&self) -> Millis {
        START + self.world.time()
    }

    fn monotonic(&self) -> Millis {
        self.world.time()
    }

    fn random(&self) -> f64 {
        if self.world.has_jitter { self.world.random.borrow_mut().f64() } else { 1.0 - f64::EPSILON }
    }

    fn sleep(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        sleep(duration)
    }

    fn sleep_in_background(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        sleep(duration)
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        tokio::task::spawn_local(work);
    }

    fn emit(&self, _event: &Event) {}

    fn cool_downs(&self) -> CoolDowns {
        self.cool_downs.clone()
    }

    async fn call_service(&self, request: &ServiceRequest) -> Result<Reply, Failure> {
        let operation = match &request.body {
            Body::Json(CognitoInput::GetId(_)) => Operation::GetId,
            Body::Json(CognitoInput::GetCredentialsForIdentity(_)) => Operation::GetCredentials,
            // Of the classic flow, which no page of the fleet uses.
            _ => return Err(Failure::Network),
        };
        sleep(self.world.between(WAY)).await;
        let answer = self.world.cognito.borrow_mut().answer(operation, self.number, self.world.time(), self.now());
        sleep(self.world.between(WAY)).await;
        answer
    }

    fn signed_in(&self) -> SignedIn {
        SignedIn::No
    }

    async fn login(&self) -> Result<Login, CallError<()>> {
        Ok(Login::default())
    }

    fn fixed_credentials(&self) -> Option<CredentialSet> {
        None
    }

    async fn provided_credentials(&self) -> Result<CredentialSet, CallError<()>> {
        Err(CallError::Thrown(()))
    }

    async fn stored_identity(&self) -> Option<String> {
        self.world.remembers_identity.then(|| identity_id(self.number))
    }

    fn store_identity(&self, _identity_id: Option<&str>) {}

    async fn payload_hash(&self, _outgoing: &()) -> Result<Option<String>, ()> {
        Ok(None)
    }

    async fn send(&self, _outgoing: &(), _signature: &Signature) -> Sent<(), ()> {
        Sent::Answered { response: (), status: 200 }
    }

    async fn read_refusal(&self, _response: &(), _with_body: bool) -> Reply {
        Reply { status: 200, ..Reply::default() }
    }

    async fn read(&self, _response: &()) -> Result<Reply, ()> {
        Ok(Reply { status: 200, ..Reply::default() })
    }

    fn discard(&self, _response: ()) {}

    async fn is_reachable(&self, _url: &str) -> bool {
        true
    }

    fn form(&self, _url: &str, _body: &'static str) {}

    fn claims(&self, _token: &str) -> Option<Json> {
        None
    }

    async fn tab_turn(&self, _name: &str) -> Option<()> {
        None
    }

    async fn ask_tabs(&self, _question: &Question) -> Option<Json> {
        None
    }

    async fn announce_to_tabs(&self) {}

    fn leave_tabs(&self) {}
}
