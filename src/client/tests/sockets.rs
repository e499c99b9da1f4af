//! AppSync's sockets in memory: what lasting connections run on in the tests. Keys and times are checked, not signatures,
//! which have their own oracle.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};

use super::executor::Pending;
use super::world::{FakeHost, MINUTE, SECOND, World};
use crate::appsync::connection::tests::JsonValue;
use crate::appsync::connection::{Endpoint, Failure, SigningTask, Verdict};
use crate::appsync::{events, realtime};
use crate::client::realtime::{FrameSignature, Happening, SignatureReceiver, SocketEvent, SocketHost};
use crate::client::{CallError, CapturedRequest, Client};
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::time::{Millis, parse_date};

/// What the server says after an acknowledgement, in milliseconds.
const SILENCE: Millis = 20 * SECOND;
const KEEP_ALIVE: Millis = 6 * SECOND;

type Report = Rc<dyn Fn(SocketEvent<JsonValue>)>;

/// A socket as the server sees it.
struct ServerSocket {
    report: Report,
    is_events: bool,
    user: Option<String>,
    is_acknowledged: bool,
    /// Wire id to the channel or query.
    starts: BTreeMap<String, String>,
    /// When the last frame in each direction arrives: frames do not overtake each other.
    last_arrival: [Millis; 2],
}

/// The servers' side of all sockets.
#[derive(Default)]
pub(crate) struct Sockets {
    open: RefCell<BTreeMap<u32, ServerSocket>>,
    made: RefCell<u32>,
    /// Connects that fail, and starts that are refused, next.
    pub(crate) failing_connects: RefCell<u32>,
    pub(crate) failing_starts: RefCell<Vec<(&'static str, &'static str)>>,
    /// Whose credentials signed what was subscribed to.
    pub(crate) started: RefCell<Vec<(String, Option<String>)>>,
    /// The most sockets at a time.
    pub(crate) most: RefCell<usize>,
}

impl World {
    pub(crate) fn opened_sockets(&self) -> u32 {
        *self.sockets.made.borrow()
    }

    pub(crate) fn open_sockets(&self) -> usize {
        self.sockets.open.borrow().len()
    }

    /// Closes all sockets, and says so or does not.
    pub(crate) fn cut_sockets(&self, is_told: bool) {
        let cut = std::mem::take(&mut *self.sockets.open.borrow_mut());
        for socket in cut.into_values().filter(|_| is_told) {
            (socket.report)(SocketEvent::Closed(1006));
        }
    }

    /// Sends a message to everybody who has subscribed to this; gives how many have.
    pub(crate) fn broadcast(self: &Rc<Self>, name: &str, message: u64) -> usize {
        let mut receivers = 0;
        let open: Vec<_> = self.sockets.open.borrow().iter().flat_map(|(id, s)| receivers_of(*id, s, name)).collect();
        for (socket, wire, is_events) in open {
            receivers += 1;
            let frame = if is_events {
                json!({ "type": "data", "id": wire, "event": [message.to_string()] })
            } else {
                json!({ "type": "data", "id": wire, "payload": { "data": { "n": message } } })
            };
            self.to_client(socket, frame);
        }
        receivers
    }

    fn arrival(&self, socket: u32, direction: usize) -> Option<Millis> {
        let now = self.executor.time();
        let mut open = self.sockets.open.borrow_mut();
        let socket = open.get_mut(&socket)?;
        let at = (now + 2 + self.executor.below(60) as Millis).max(socket.last_arrival[direction] + 1);
        socket.last_arrival[direction] = at;
        Some(at - now)
    }

    fn to_client(self: &Rc<Self>, socket: u32, frame: Json) {
        let Some(wait) = self.arrival(socket, 1) else { return };
        let world = self.clone();
        self.executor.spawn(async move {
            world.executor.sleep(wait).await;
            let report = world.sockets.open.borrow().get(&socket).map(|socket| socket.report.clone());
            if let Some(report) = report {
                report(SocketEvent::Frame(Some(JsonValue(frame)), 100));
            }
        });
    }

    fn to_server(self: &Rc<Self>, socket: u32, text: &str) {
        let Some(wait) = self.arrival(socket, 0) else { return };
        let frame: Json = serde_json::from_str(text).unwrap();
        let world = self.clone();
        self.executor.spawn(async move {
            world.executor.sleep(wait).await;
            if world.sockets.open.borrow().contains_key(&socket) {
                world.serve(socket, &frame);
            }
        });
    }

    fn serve(self: &Rc<Self>, socket: u32, frame: &Json) {
        let id = frame["id"].as_str().unwrap_or_default().to_owned();
        let is_events = self.sockets.open.borrow()[&socket].is_events;
        match frame["type"].as_str().unwrap() {
            "connection_init" => {
                self.sockets.open.borrow_mut().get_mut(&socket).unwrap().is_acknowledged = true;
                let timeout = json!({ "connectionTimeoutMs": SILENCE });
                let mut acknowledgement = json!({ "type": "connection_ack", "payload": timeout });
                acknowledgement["connectionTimeoutMs"] = SILENCE.into();
                self.to_client(socket, acknowledgement);
                self.keep_alive(socket);
            }
            "start" | "subscribe" => {
                let (authorization, name) = if is_events {
                    (&frame["authorization"], frame["channel"].as_str().unwrap().to_owned())
                } else {
                    let body: Json = serde_json::from_str(frame["payload"]["data"].as_str().unwrap()).unwrap();
                    let authorization = &frame["payload"]["extensions"]["authorization"];
                    (authorization, body["variables"]["name"].as_str().unwrap().to_owned())
                };
                let fault = self.sockets.failing_starts.borrow_mut().pop();
                let result = match fault {
                    Some((kind, message)) => Err((kind.to_owned(), message.to_owned())),
                    None if name.contains("forbidden") => {
                        Err(("Unauthorized".into(), "Not Authorized to access".into()))
                    }
                    None => self.authorized(authorization),
                };
                match result {
                    Ok(user) => {
                        self.sockets.started.borrow_mut().push((name.clone(), user));
                        let mut open = self.sockets.open.borrow_mut();
                        open.get_mut(&socket).unwrap().starts.insert(id.clone(), name);
                        drop(open);
                        let kind = if is_events { "subscribe_success" } else { "start_ack" };
                        self.to_client(socket, json!({ "type": kind, "id": id }));
                    }
                    Err((name, message)) => {
                        let errors = json!([{ "errorType": name, "message": message }]);
                        let frame = if is_events {
                            json!({ "type": "subscribe_error", "id": id, "errors": errors })
                        } else {
                            json!({ "type": "error", "id": id, "payload": { "errors": errors } })
                        };
                        self.to_client(socket, frame);
                    }
                }
            }
            "publish" => {
                let answer = match self.authorized(&frame["authorization"]) {
                    Ok(_) => {
                        let successful: Vec<_> = (0..frame["events"].as_array().unwrap().len())
                            .map(|index| json!({ "identifier": format!("{id}-{index}"), "index": index }))
                            .collect();
                        json!({ "type": "publish_success", "id": id, "successful": successful, "failed": [] })
                    }
                    Err((name, message)) => {
                        let errors = json!([{ "errorType": name, "message": message }]);
                        json!({ "type": "publish_error", "id": id, "errors": errors })
                    }
                };
                self.to_client(socket, answer);
            }
            "stop" | "unsubscribe" => {
                self.sockets.open.borrow_mut().get_mut(&socket).unwrap().starts.remove(&id);
                if !is_events {
                    self.to_client(socket, json!({ "type": "complete", "id": id }));
                }
            }
            other => panic!("{other}"),
        }
    }

    fn keep_alive(self: &Rc<Self>, socket: u32) {
        let world = self.clone();
        self.executor.spawn(async move {
            loop {
                world.executor.sleep(KEEP_ALIVE).await;
                if !world.sockets.open.borrow().contains_key(&socket) {
                    return;
                }
                world.to_client(socket, json!({ "type": "ka" }));
            }
        });
    }

    /// Whose credentials signed, or why they are refused.
    fn authorized(&self, headers: &Json) -> Result<Option<String>, (String, String)> {
        let text = |name: &str| headers[name].as_str().unwrap().to_owned();
        let key = text("Authorization").split_once("Credential=").unwrap().1.split('/').next().unwrap().to_owned();
        assert_eq!(text("X-Amz-Security-Token"), "token");
        let signed_at = parse_date(&text("x-amz-date")).unwrap();
        let result = self.signer(&key, signed_at);
        if let Err((name, message)) = &result {
            self.happenings.borrow_mut().push(format!("Refused {key} of {}: {name}: {message}", text("x-amz-date")));
        }
        result
    }
}

fn receivers_of(id: u32, socket: &ServerSocket, name: &str) -> Vec<(u32, String, bool)> {
    let starts = socket.starts.iter().filter(|(_, own)| *own == name);
    starts.map(|(wire, _)| (id, wire.clone(), socket.is_events)).collect()
}

/// A socket as the client holds it.
pub(crate) struct FakeSocket {
    world: Rc<World>,
    id: u32,
}

impl Drop for FakeSocket {
    fn drop(&mut self) {
        self.world.sockets.open.borrow_mut().remove(&self.id);
    }
}

/// A timer as the client holds it.
pub(crate) struct FakeTimer(Pending<()>);

impl Drop for FakeTimer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What connections run on: the world, and a client that signs.
pub(crate) struct FakeSocketHost {
    pub(crate) world: Rc<World>,
    pub(crate) client: Client<FakeHost>,
}

impl SocketHost for FakeSocketHost {
    type Payload = JsonValue;
    type Socket = FakeSocket;
    type Timer = FakeTimer;

    fn now(&self) -> Millis {
        self.world.server_time() + self.world.device.get()
    }

    fn monotonic(&self) -> Millis {
        self.world.executor.time()
    }

    fn random(&self) -> f64 {
        self.world.executor.random()
    }

    fn wait(&self, duration: Millis, then: Box<dyn FnOnce()>) -> FakeTimer {
        let sleep = self.world.executor.sleep(duration);
        FakeTimer(self.world.executor.start(async move {
            sleep.await;
            then();
        }))
    }

    fn base64(&self, text: &str) -> String {
        BASE64_STANDARD.encode(text)
    }

    fn open(
        &self,
        url: &str,
        subprotocols: [&str; 2],
        report: Box<dyn Fn(SocketEvent<JsonValue>)>,
    ) -> Option<FakeSocket> {
        assert!(!url.contains('?') && url.contains(".appsync-realtime-api."));
        let header = BASE64_URL_SAFE_NO_PAD.decode(subprotocols[1].strip_prefix("header-").unwrap()).unwrap();
        let header: Json = serde_json::from_slice(&header).unwrap();
        let id = {
            let mut made = self.world.sockets.made.borrow_mut();
            *made += 1;
            *made
        };
        let report: Report = report.into();
        let world = self.world.clone();
        let is_failing = {
            let mut failing = self.world.sockets.failing_connects.borrow_mut();
            let is_failing = *failing > 0;
            *failing = failing.saturating_sub(1);
            is_failing
        };
        let is_events = subprotocols[0] == "aws-appsync-event-ws";
        if !is_failing {
            let socket = ServerSocket {
                report: report.clone(),
                is_events,
                user: None,
                is_acknowledged: false,
                starts: BTreeMap::new(),
                last_arrival: [0; 2],
            };
            self.world.sockets.open.borrow_mut().insert(id, socket);
        }
        let open = self.world.open_sockets();
        let mut most = self.world.sockets.most.borrow_mut();
        *most = (*most).max(open);
        drop(most);
        let wait = 5 + self.world.executor.below(150) as Millis;
        self.world.executor.spawn(async move {
            world.executor.sleep(wait).await;
            if is_failing {
                report(SocketEvent::Closed(1006));
                return;
            }
            if !world.sockets.open.borrow().contains_key(&id) {
                return;
            }
            match world.authorized(&header) {
                Ok(user) => {
                    world.sockets.open.borrow_mut().get_mut(&id).unwrap().user = user;
                    report(SocketEvent::Opened);
                }
                Err((name, message)) => {
                    // AppSync takes the socket, says what is wrong, and closes it.
                    report(SocketEvent::Opened);
                    let errors = json!([{ "errorType": name, "message": message, "errorCode": 401 }]);
                    let frame = json!({ "type": "connection_error", "payload": { "errors": errors } });
                    report(SocketEvent::Frame(Some(JsonValue(frame)), 100));
                    if world.sockets.open.borrow_mut().remove(&id).is_some() {
                        report(SocketEvent::Closed(1000));
                    }
                }
            }
        });
        Some(FakeSocket { world: self.world.clone(), id })
    }

    fn send(&self, socket: &FakeSocket, text: &str) {
        self.world.to_server(socket.id, text);
    }

    fn period(&self) -> u32 {
        self.client.period()
    }

    fn authorize(&self, task: &SigningTask, done: SignatureReceiver<JsonValue>) {
        let (client, caller, body) = (self.client.clone(), self.client.caller(), task.body.clone());
        let request = CapturedRequest {
            url: task.url.clone(),
            method: "POST".into(),
            headers: task.headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..CapturedRequest::default()
        };
        self.world.executor.spawn(async move {
            let signed = match caller {
                Ok(caller) => client.sign(&caller, &request, &body).await,
                Err(error) => Err(error.into()),
            };
            let signed = signed.map(|signed| FrameSignature {
                authorization: Secret::new(signed.authorization),
                amz_date: signed.amz_date,
                security_token: signed.session_token,
            });
            done(signed.map_err(|error| match error {
                CallError::Coded { error, .. } => Failure::Coded(error),
                CallError::Thrown(_) => Failure::Coded(Error::new(Code::ProviderFailed, "thrown")),
            }));
        });
    }

    fn accepted(&self, access_key_id: &str) {
        self.client.frame_accepted(access_key_id);
    }

    fn refused(&self, url: &str, access_key_id: Option<&str>, error: Option<&JsonValue>) -> Verdict<JsonValue> {
        let error = error.map(|JsonValue(error)| error.into());
        let (remedy, error) = self.client.frame_refused(url, access_key_id, error);
        Verdict { remedy, failure: error.into() }
    }

    fn emit(&self, _endpoint: &Endpoint, happening: Happening<JsonValue>) {
        self.world.happenings.borrow_mut().push(format!("{happening:?}"));
    }
}

const ID: &str = "abcdefghijklmnopqrstuvwxyz";

/// A GraphQL API's or an Event API's endpoint.
pub(crate) fn endpoint(is_events: bool) -> Rc<Endpoint> {
    use crate::appsync::connection::Protocol;
    let (protocol, path) = if is_events { (Protocol::Events, "event") } else { (Protocol::GraphQl, "graphql") };
    Rc::new(Endpoint::parse(protocol, &format!("https://{ID}.appsync-api.us-east-1.amazonaws.com/{path}")).unwrap())
}

/// What is subscribed to under this name.
pub(crate) fn operation(is_events: bool, name: &str) -> crate::appsync::connection::Operation {
    if is_events {
        return events::Subscription::parse(name).unwrap().operation();
    }
    let query = "subscription S($name: String) { a(name: $name) { n } }";
    realtime::subscription(json!({ "query": query, "variables": { "name": name } }).to_string())
}

/// How far the server's clock is from signatures that it takes.
pub(crate) const WINDOW: Millis = 5 * MINUTE;
