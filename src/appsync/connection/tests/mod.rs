mod behaviour;
mod hostile;
mod soak;

use std::cell::RefCell;

use serde_json::{Value as Json, json};

use super::*;
use crate::appsync::events;
use crate::appsync::{kind_of_frame, realtime, refusal, reply_of_frame};

/// JSON as the tests' own parser makes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonValue(pub(crate) Json);

impl Value for JsonValue {
    fn member(&self, member: Member) -> Option<Self> {
        self.0.as_object()?.get(member.name()).cloned().map(Self)
    }

    fn item(&self, index: usize) -> Option<Self> {
        self.0.as_array()?.get(index).cloned().map(Self)
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn parse(&self) -> Option<Self> {
        serde_json::from_str(self.0.as_str()?).ok().map(Self)
    }
}

const ID: &str = "abcdefghijklmnopqrstuvwxyz";

/// The access keys whose signatures were refused for something that can be put right.
type RefusedKeys = Rc<RefCell<Vec<String>>>;

/// A connection, judged as a client does.
fn connection(protocol: Protocol) -> (Connection<JsonValue>, RefusedKeys) {
    let path = if protocol == Protocol::GraphQl { "graphql" } else { "event" };
    let url = format!("https://{ID}.appsync-api.us-east-1.amazonaws.com/{path}");
    let keys = RefusedKeys::default();
    let noted = keys.clone();
    let judge = move |error: Option<&JsonValue>, key: Option<&str>| {
        let reply = reply_of_frame(error.map(|JsonValue(error)| error.into()));
        let remedy = Remedy::of(kind_of_frame(&reply));
        noted.borrow_mut().extend(key.filter(|_| remedy == Remedy::Recover).map(str::to_owned));
        Verdict { remedy, failure: refusal(&reply).into() }
    };
    (Connection::new(Rc::new(Endpoint::parse(protocol, &url).unwrap()), Box::new(judge)), keys)
}

fn operation(protocol: Protocol) -> Operation {
    match protocol {
        Protocol::GraphQl => {
            let body = r#"{"query":"subscription S { onPost { id } }","variables":{}}"#;
            realtime::subscription(body.into())
        }
        Protocol::Events => events::Subscription::parse("/default/room-1").unwrap().operation(),
    }
}

fn publish() -> String {
    let channel = events::Channel::parse("default/room-1").unwrap();
    events::Publish::batches(&channel, &[String::from("1")], true).unwrap().remove(0).body().to_owned()
}

/// A signature like the published vectors', with the tokens that nothing may print.
fn authorization(key: u64) -> Authorization {
    Authorization {
        authorization: Secret::new(format!("AWS4-HMAC-SHA256 SIGNATURE{key}")),
        amz_date: "20250115T120000Z".into(),
        security_token: Some(Secret::new("TOKEN".into())),
        key: key.to_string().into(),
    }
}

/// The server's frames, in the words of either protocol.
fn frame(protocol: Protocol, kind: &str, id: WireId) -> Json {
    let id = id.to_string();
    match (protocol, kind) {
        (Protocol::GraphQl, "started") => json!({ "type": "start_ack", "id": id }),
        (Protocol::Events, "started") => json!({ "type": "subscribe_success", "id": id }),
        (Protocol::GraphQl, "acknowledged") => {
            json!({ "type": "connection_ack", "payload": { "connectionTimeoutMs": 300_000 } })
        }
        (Protocol::Events, "acknowledged") => json!({ "type": "connection_ack", "connectionTimeoutMs": 300_000 }),
        _ => json!({ "type": kind, "id": id }),
    }
}

fn data(protocol: Protocol, id: WireId, message: u64) -> Json {
    match protocol {
        Protocol::GraphQl => json!({ "type": "data", "id": id.to_string(), "payload": { "data": { "n": message } } }),
        Protocol::Events => json!({ "type": "data", "id": id.to_string(), "event": [message.to_string()] }),
    }
}

fn message_of(protocol: Protocol, payload: &JsonValue) -> u64 {
    match protocol {
        Protocol::GraphQl => payload.0["data"]["n"].as_u64().unwrap(),
        Protocol::Events => payload.0.as_u64().unwrap(),
    }
}

fn refused(protocol: Protocol, id: Option<WireId>, name: &str, message: &str) -> Json {
    let errors = json!([{ "errorType": name, "message": message }]);
    let mut frame = match protocol {
        Protocol::GraphQl => json!({ "type": "error", "payload": { "errors": errors } }),
        Protocol::Events => json!({ "type": "subscribe_error", "errors": errors }),
    };
    if let Some(id) = id {
        frame["id"] = id.to_string().into();
    }
    frame
}

/// A host that carries out nothing by itself: the test says what happens.
struct Hand {
    protocol: Protocol,
    connection: Connection<JsonValue>,
    refused_keys: RefusedKeys,
    now: Millis,
    /// Of the last socket that was opened.
    socket: Option<SocketId>,
    sent: Vec<Json>,
    closed: Vec<SocketId>,
    others: Vec<Action<JsonValue>>,
    tasks: Vec<SigningTask>,
}

impl Hand {
    fn new(protocol: Protocol) -> Self {
        let (connection, refused_keys) = connection(protocol);
        let (sent, closed, others, tasks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { protocol, connection, refused_keys, now: 1_000_000, socket: None, sent, closed, others, tasks }
    }

    fn at(&self) -> Moment {
        Moment { now: self.now, random: 0.5 }
    }

    fn collect(&mut self) {
        while let Some(action) = self.connection.next_action() {
            match action {
                Action::Sign(task) => self.tasks.push(task),
                Action::Open { socket, .. } => self.socket = Some(socket),
                Action::Send { socket, text } => {
                    assert_eq!(Some(socket), self.socket);
                    self.sent.push(serde_json::from_str(text.expose()).unwrap());
                }
                Action::Close { socket } => self.closed.push(socket),
                other => self.others.push(other),
            }
        }
    }

    /// Calls the machine, and collects what it wants.
    fn call<T>(&mut self, call: impl FnOnce(&mut Connection<JsonValue>, Moment) -> T) -> T {
        let at = self.at();
        let result = call(&mut self.connection, at);
        self.collect();
        result
    }

    fn subscribe(&mut self) -> SubscriptionId {
        let operation = operation(self.protocol);
        self.call(|connection, at| connection.subscribe(operation, QueueLimits::default(), at))
    }

    fn sign(&mut self, key: u64) {
        for task in std::mem::take(&mut self.tasks) {
            self.call(|connection, at| connection.signed(task.ticket, Ok(authorization(key)), at));
        }
    }

    fn receive(&mut self, frame: Json) {
        let socket = self.socket.unwrap();
        self.call(|connection, at| connection.received(socket, Some(JsonValue(frame)), 100, at));
    }

    fn wait(&mut self, time: Millis) {
        self.now += time;
        self.call(Connection::elapsed);
    }

    /// From a request for a connect signature to a connection with everything on it.
    fn connect(&mut self) {
        self.sign(1);
        let socket = self.socket.unwrap();
        self.call(|connection, at| connection.opened(socket, at));
        self.receive(frame(self.protocol, "acknowledged", 0));
        self.start();
    }

    /// Signs and acknowledges all starts.
    fn start(&mut self) {
        self.sent.clear();
        self.sign(1);
        for id in self.wires() {
            self.receive(frame(self.protocol, "started", id));
        }
    }

    /// The ids of the starts that were sent last.
    fn wires(&self) -> Vec<WireId> {
        let starts = self.sent.iter().filter(|message| matches!(message["type"].as_str(), Some("start" | "subscribe")));
        starts.map(|message| message["id"].as_str().unwrap().parse().unwrap()).collect()
    }

    fn stops(&self) -> usize {
        let kinds = self.sent.iter().filter(|message| matches!(message["type"].as_str(), Some("stop" | "unsubscribe")));
        kinds.count()
    }

    fn close(&mut self) {
        let socket = self.socket.unwrap();
        self.call(|connection, at| connection.closed(socket, 1006, at));
    }

    fn take(&mut self, id: SubscriptionId) -> Vec<Delivery<JsonValue>> {
        std::iter::from_fn(|| self.connection.take(id)).collect()
    }

    /// The keys that were refused since the last look, and could be put right.
    fn refused_keys(&self) -> Vec<String> {
        self.refused_keys.take()
    }

    fn state(&self) -> Option<&State> {
        self.others.iter().rev().find_map(|action| match action {
            Action::State(state) => Some(state),
            _ => None,
        })
    }

    /// A connection with so many subscriptions on it, and their wire ids.
    fn connected(protocol: Protocol, subscriptions: usize) -> (Self, Vec<SubscriptionId>, Vec<WireId>) {
        let mut hand = Self::new(protocol);
        let ids = (0..subscriptions).map(|_| hand.subscribe()).collect();
        hand.connect();
        let wires = hand.wires();
        assert_eq!(wires.len(), subscriptions);
        (hand, ids, wires)
    }
}

const BOTH: [Protocol; 2] = [Protocol::GraphQl, Protocol::Events];
