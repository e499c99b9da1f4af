//! A page and an AWS in memory, on the clock of an [`Executor`]: what the client's [`Host`] is in the tests. Keys are
//! checked, not signatures, which have their own oracle.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::executor::{Executor, Sleep};
use super::sockets::{Sockets, WINDOW};
use crate::client::{
    CallError, CapturedRequest, Client, CoolDowns, Host, Login, Sent, Signature, SignedIn, WeakClient,
};
use crate::cognito::{Body, Failure, ServiceRequest};
use crate::config::{Config, Options};
use crate::credentials::CredentialSet;
use crate::credentials::sharing::Question;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::http::{Json, Reply, RetryAfter, json_document};
use crate::retry::Policy;
use crate::secret::Secret;
use crate::time::{Millis, amz_date};

/// When the tests begin, by the server's clock.
const START: Millis = 1_700_000_000_000;
pub(crate) const SECOND: Millis = 1_000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
pub(crate) const API: &str = "https://abc.execute-api.us-east-1.amazonaws.com/prod/items";

/// What goes wrong with one request to Cognito.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Network,
    /// No answer ever.
    Silence,
    Throttled(Option<u32>),
    ServerError,
    /// The pool refuses, whatever is tried.
    Refused,
    Unreadable,
}

/// What goes wrong with one call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiFault {
    Network,
    /// CORS hides the answer.
    Hidden,
    Status(u16),
    Throttled,
}

/// A call that arrived at the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// The call's own name.
    pub(crate) call: String,
    /// Whose credentials signed it: a user's name, or none for a guest.
    pub(crate) user: Option<String>,
    pub(crate) identity_id: String,
}

#[derive(Clone, Debug)]
struct Issued {
    user: Option<String>,
    identity_id: String,
    expires_at: Millis,
    is_revoked: bool,
}

/// Everything beyond the client.
pub(crate) struct World {
    pub(crate) executor: Executor,
    /// The device's clock, less the server's.
    pub(crate) device: Cell<Millis>,
    /// The longest time that an answer takes.
    pub(crate) latency: Cell<Millis>,
    pub(crate) lifetime: Cell<Millis>,
    /// Whether answers of Cognito carry a date that the page can read.
    pub(crate) has_dates: Cell<bool>,
    pub(crate) faults: RefCell<VecDeque<Fault>>,
    pub(crate) api_faults: RefCell<VecDeque<ApiFault>>,
    /// Requests to Cognito by operation, and refused ones among them.
    pub(crate) asked: RefCell<BTreeMap<String, u32>>,
    pub(crate) refused: Cell<u32>,
    pub(crate) arrived: RefCell<Vec<Arrived>>,
    pub(crate) attempts: Cell<u32>,
    pub(crate) probes: Cell<u32>,
    cool_downs: CoolDowns,
    /// Clients that have announced themselves to other tabs.
    tabs: RefCell<Vec<WeakClient<FakeHost>>>,
    pub(crate) events: RefCell<Vec<Event>>,
    pub(crate) stored: RefCell<Option<String>>,
    /// Who is signed in, as the page knows it.
    pub(crate) user: RefCell<Option<String>>,
    /// Whether the page gives a function for that.
    pub(crate) is_function: Cell<bool>,
    identities: RefCell<BTreeMap<String, Option<String>>>,
    keys: RefCell<BTreeMap<String, Issued>>,
    made: Cell<u32>,
    /// Time that passed while the device slept, which monotonic time does not show.
    pub(crate) slept: Cell<Millis>,
    pub(crate) sockets: Sockets,
    /// What happened to connections.
    pub(crate) happenings: RefCell<Vec<String>>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Rc<Self> {
        Rc::new(Self {
            executor: Executor::new(seed),
            device: Cell::new(0),
            latency: Cell::new(200),
            lifetime: Cell::new(HOUR),
            has_dates: Cell::new(true),
            faults: RefCell::default(),
            api_faults: RefCell::default(),
            asked: RefCell::default(),
            refused: Cell::default(),
            arrived: RefCell::default(),
            attempts: Cell::default(),
            probes: Cell::default(),
            cool_downs: CoolDowns::default(),
            tabs: RefCell::default(),
            events: RefCell::default(),
            stored: RefCell::default(),
            user: RefCell::default(),
            is_function: Cell::default(),
            identities: RefCell::default(),
            keys: RefCell::default(),
            made: Cell::default(),
            slept: Cell::default(),
            sockets: Sockets::default(),
            happenings: RefCell::default(),
        })
    }

    pub(crate) fn client(self: &Rc<Self>) -> Client<FakeHost> {
        self.client_with(Options::default())
    }

    pub(crate) fn client_with(self: &Rc<Self>, options: Options) -> Client<FakeHost> {
        let identity_pool_id = options.identity_pool_id.or_else(|| Some(POOL.into()));
        let options = Options { identity_pool_id, ..options };
        self.make(options, self.cool_downs.clone())
    }

    /// A client of another tab, which shares refreshes.
    pub(crate) fn tab(self: &Rc<Self>) -> Client<FakeHost> {
        let identity_pool_id = Some(POOL.into());
        self.make(Options { identity_pool_id, share_between_tabs: true, ..Options::default() }, CoolDowns::default())
    }

    fn make(self: &Rc<Self>, options: Options, cool_downs: CoolDowns) -> Client<FakeHost> {
        let (is_asked, client) = (Cell::new(false), RefCell::default());
        let host = FakeHost { world: self.clone(), cool_downs, client, is_asked };
        let client = Client::new(Config::new(options).unwrap(), host);
        *client.host().client.borrow_mut() = Some(client.downgrade());
        client
    }

    pub(crate) fn server_time(&self) -> Millis {
        START + self.executor.time() + self.slept.get()
    }

    /// How often Cognito was asked for an operation.
    pub(crate) fn asked(&self, operation: &str) -> u32 {
        self.asked.borrow().get(operation).copied().unwrap_or_default()
    }

    /// Asks the page's user to sign in, or out.
    pub(crate) fn sign_in(&self, client: &Client<FakeHost>, user: Option<&str>) {
        *self.user.borrow_mut() = user.map(str::to_owned);
        client.set_logins().unwrap();
    }

    pub(crate) fn revoke_all(&self) {
        self.keys.borrow_mut().values_mut().for_each(|issued| issued.is_revoked = true);
    }

    pub(crate) fn lose_identities(&self) {
        self.identities.borrow_mut().clear();
    }

    /// Starts a call of that name; its result comes once.
    pub(crate) fn call(&self, client: &Client<FakeHost>, name: &str) -> super::executor::Pending<CallResult> {
        self.call_as(client, name, "GET")
    }

    pub(crate) fn call_as(
        &self,
        client: &Client<FakeHost>,
        name: &str,
        method: &str,
    ) -> super::executor::Pending<CallResult> {
        let request = CapturedRequest { url: API.into(), method: method.into(), ..CapturedRequest::default() };
        let (client, caller, name) = (client.clone(), client.caller(), name.to_owned());
        self.executor.start(async move {
            let response = client.send(&caller?, &request, &name).await?;
            Ok(response.status)
        })
    }

    fn next(&self) -> u32 {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    fn pause(&self) -> Sleep {
        let longest = self.latency.get() + 1;
        self.executor.sleep((self.executor.random() * longest as f64) as Millis)
    }

    fn reply(&self, status: u16, error_type: &str, body: &Value) -> Reply {
        Reply {
            status,
            error_type: error_type.into(),
            request_id: "r".into(),
            date: self.has_dates.get().then(|| self.server_time() / SECOND * SECOND),
            retry_after: None,
            document: json_document(body),
        }
    }

    fn cognito(&self, operation: &str, body: &Value) -> Reply {
        let user = body["Logins"].as_object().and_then(|logins| Some(logins.values().next()?.as_str()?.to_owned()));
        match operation {
            "GetId" => {
                let own = self
                    .identities
                    .borrow()
                    .iter()
                    .find(|(_, owner)| user.is_some() && **owner == user)
                    .map(|(id, _)| id.clone());
                let id = own.unwrap_or_else(|| format!("us-east-1:00000000-0000-4000-8000-{:012}", self.next()));
                self.identities.borrow_mut().insert(id.clone(), user);
                self.reply(200, "", &json!({ "IdentityId": id }))
            }
            _ => {
                let asked = body["IdentityId"].as_str().unwrap_or_default().to_owned();
                let owner = self.identities.borrow().get(&asked).cloned();
                let id = match (owner, &user) {
                    (None, _) => {
                        let message = format!("Identity '{asked}' not found.");
                        return self.reply(400, "ResourceNotFoundException", &json!({ "message": message }));
                    }
                    (Some(None), None) => asked,
                    // A guest's identity is linked to the user, or merged into the one that the user has.
                    (Some(None), Some(user)) => {
                        let mut identities = self.identities.borrow_mut();
                        let own =
                            identities.iter().find(|(_, owner)| owner.as_ref() == Some(user)).map(|(id, _)| id.clone());
                        let id = own.unwrap_or_else(|| asked.clone());
                        identities.insert(asked, Some(user.clone()));
                        id
                    }
                    (Some(owner), user) if owner == *user => asked,
                    _ => {
                        let message = "Logins don't match. Please include at least one valid login for this identity.";
                        return self.reply(400, "NotAuthorizedException", &json!({ "message": message }));
                    }
                };
                let key = format!("ASIA{:016}", self.next());
                let expires_at = self.server_time() + self.lifetime.get();
                let issued = Issued { user, identity_id: id.clone(), expires_at, is_revoked: false };
                self.keys.borrow_mut().insert(key.clone(), issued);
                self.reply(
                    200,
                    "",
                    &json!({ "IdentityId": id, "Credentials": {
                        "AccessKeyId": key, "SecretKey": "secret", "SessionToken": "token",
                        "Expiration": expires_at as f64 / 1_000.0 } }),
                )
            }
        }
    }

    /// Whose credentials signed, or the name and text that refuse them.
    pub(super) fn signer(&self, key: &str, signed_at: Millis) -> Result<Option<String>, (String, String)> {
        let issued = self.keys.borrow().get(key).cloned();
        let now = self.server_time();
        let refused = |name: &str, message: &str| Err((name.to_owned(), message.to_owned()));
        match issued {
            None => refused("UnrecognizedClientException", "The security token included in the request is invalid."),
            Some(issued) if issued.is_revoked || issued.expires_at <= now => {
                refused("ExpiredTokenException", "The security token included in the request is expired")
            }
            Some(_) if (signed_at - now).abs() > WINDOW => {
                let (at, now) = (amz_date(signed_at), amz_date(now));
                let message = format!("Signature expired: {at} is now earlier than {now} ({now} - 5 min.)");
                refused("InvalidSignatureException", &message)
            }
            Some(Issued { user, .. }) => Ok(user),
        }
    }

    fn api(&self, call: &str, signature: &Signature) -> Reply {
        match self.signer(&signature.access_key_id, signature.signed_at) {
            Err((name, message)) => self.reply(403, &name, &json!({ "message": message })),
            Ok(user) => {
                let identity_id = self.keys.borrow()[&signature.access_key_id].identity_id.clone();
                self.arrived.borrow_mut().push(Arrived { call: call.into(), user, identity_id });
                self.reply(200, "", &json!({}))
            }
        }
    }
}

/// What a call ends with.
pub(crate) type CallResult = Result<u16, CallError<String>>;

/// The code of a failed call; none if it went well.
pub(crate) fn code_of<T>(result: &Result<T, CallError<String>>) -> Option<Code> {
    result.as_ref().err().and_then(CallError::code)
}

/// The host of one client.
pub(crate) struct FakeHost {
    world: Rc<World>,
    /// What the clients of its page share.
    cool_downs: CoolDowns,
    client: RefCell<Option<WeakClient<Self>>>,
    is_asked: Cell<bool>,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    reply: RefCell<Option<Reply>>,
}

impl Host for FakeHost {
    type Thrown = String;
    type Outgoing = String;
    type Response = Response;
    type Turn = ();

    fn now(&self) -> Millis {
        self.world.server_time() + self.world.device.get()
    }

    fn monotonic(&self) -> Millis {
        self.world.executor.time()
    }

    fn random(&self) -> f64 {
        self.world.executor.random()
    }

    fn sleep(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        self.world.executor.sleep(duration)
    }

    fn sleep_in_background(&self, duration: Millis) -> impl Future<Output = ()> + 'static {
        self.world.executor.sleep(duration)
    }

    fn spawn(&self, work: LocalBoxFuture<'static, ()>) {
        self.world.executor.spawn(work);
    }

    fn emit(&self, event: &Event) {
        self.world.events.borrow_mut().push(event.clone());
    }

    fn cool_downs(&self) -> CoolDowns {
        self.cool_downs.clone()
    }

    async fn call_service(&self, request: &ServiceRequest) -> Result<Reply, Failure> {
        let world = &self.world;
        let Body::Json(input) = &request.body else { return Err(Failure::Network) };
        let body = serde_json::to_value(input).unwrap();
        let operation = request.target.unwrap().rsplit_once('.').unwrap().1;
        *world.asked.borrow_mut().entry(operation.into()).or_default() += 1;
        world.pause().await;
        let fault = world.faults.borrow_mut().pop_front();
        let reply = match fault {
            None => world.cognito(operation, &body),
            Some(Fault::Network) => return Err(Failure::Network),
            Some(Fault::Silence) => {
                world.executor.sleep(10 * SECOND).await;
                return Err(Failure::Timeout);
            }
            Some(Fault::Throttled(after)) => {
                let reply = world.reply(429, "TooManyRequestsException", &json!({ "message": "Rate exceeded" }));
                Reply { retry_after: after.map(RetryAfter::Seconds), ..reply }
            }
            Some(Fault::ServerError) => world.reply(500, "InternalErrorException", &json!({})),
            Some(Fault::Refused) => {
                let message = "Unauthenticated access is not supported for this identity pool.";
                world.reply(400, "NotAuthorizedException", &json!({ "message": message }))
            }
            Some(Fault::Unreadable) => world.reply(200, "", &json!("<html>")),
        };
        if reply.status >= 400 {
            world.refused.set(world.refused.get() + 1);
        }
        world.pause().await;
        Ok(reply)
    }

    fn signed_in(&self) -> SignedIn {
        if self.world.is_function.get() {
            SignedIn::Unknown
        } else if self.world.user.borrow().is_some() {
            SignedIn::Yes
        } else {
            SignedIn::No
        }
    }

    async fn login(&self) -> Result<Login, CallError<String>> {
        // Asked when the page is asked, and told later: somebody else may be there by then.
        let user = self.world.user.borrow().clone();
        self.world.pause().await;
        if user.as_deref() == Some("broken") {
            let error = Error::about(Code::LoginsFailed, "options.logins", "threw or rejected");
            return Err(CallError::caused(error, "the page's own error".into()));
        }
        let logins = user.map(|user| ("accounts.google.com".to_owned(), Secret::new(user)));
        Ok(Login { logins: logins.into_iter().collect(), identity_id: None })
    }

    fn fixed_credentials(&self) -> Option<CredentialSet> {
        None
    }

    async fn provided_credentials(&self) -> Result<CredentialSet, CallError<String>> {
        unreachable!("there is an identity pool")
    }

    async fn stored_identity(&self) -> Option<String> {
        self.world.pause().await;
        if self.is_asked.replace(true) { None } else { self.world.stored.borrow().clone() }
    }

    fn store_identity(&self, identity_id: Option<&str>) {
        *self.world.stored.borrow_mut() = identity_id.map(str::to_owned);
    }

    async fn payload_hash(&self, outgoing: &String) -> Result<Option<String>, String> {
        self.world.pause().await;
        Ok(Some(crate::sigv4::sha256_hex(outgoing.as_bytes())))
    }

    async fn send(&self, outgoing: &String, signature: &Signature) -> Sent<Response, String> {
        let world = &self.world;
        world.attempts.set(world.attempts.get() + 1);
        world.pause().await;
        let fault = world.api_faults.borrow_mut().pop_front();
        let reply = match fault {
            Some(ApiFault::Network) => return Sent::Unanswered("Failed to fetch".into()),
            Some(ApiFault::Hidden) => {
                world.api(outgoing, signature);
                return Sent::Unanswered("Failed to fetch".into());
            }
            Some(ApiFault::Status(status)) => world.reply(status, "", &json!({})),
            Some(ApiFault::Throttled) => world.reply(429, "", &json!({})),
            None => world.api(outgoing, signature),
        };
        world.pause().await;
        Sent::Answered {
            status: reply.status,
            response: Response { status: reply.status, reply: RefCell::new(Some(reply)) },
        }
    }

    async fn read_refusal(&self, response: &Response, _with_body: bool) -> Reply {
        self.world.pause().await;
        response.reply.borrow_mut().take().unwrap()
    }

    async fn read(&self, response: &Response) -> Result<Reply, String> {
        Ok(self.read_refusal(response, true).await)
    }

    fn discard(&self, _response: Response) {}

    async fn is_reachable(&self, _url: &str) -> bool {
        self.world.probes.set(self.world.probes.get() + 1);
        !self.world.api_faults.borrow().front().is_some_and(|fault| *fault == ApiFault::Network)
    }

    fn form(&self, _url: &str, body: &'static str) -> String {
        body.into()
    }

    fn claims(&self, token: &str) -> Option<Json> {
        Some((&json!({ "sub": token })).into())
    }

    async fn tab_turn(&self, _name: &str) -> Option<()> {
        self.world.pause().await;
        Some(())
    }

    async fn ask_tabs(&self, question: &Question) -> Option<Json> {
        self.world.pause().await;
        let question = Json::from(&serde_json::to_value(question).unwrap());
        let tabs = self.world.tabs.borrow().clone();
        let answer = tabs.iter().filter_map(WeakClient::upgrade).find_map(|client| client.answer_tab(&question))?;
        Some((&serde_json::to_value(answer).unwrap()).into())
    }

    async fn announce_to_tabs(&self) {
        self.world.tabs.borrow_mut().extend(self.client.borrow().clone());
    }

    fn leave_tabs(&self) {}
}

/// Options that try often and for long.
pub(crate) fn patient() -> Options {
    Options { retry: Policy { attempts: 10, budget: 10 * MINUTE }, ..Options::default() }
}
