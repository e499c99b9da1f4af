//! Frames and calls in any order: no panic, no busy loop, no frame to a socket that is gone, and no state that a host
//! and a server that behave again cannot lead out of.

use std::collections::BTreeSet;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::{collection, sample};

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Subscribe,
    Unsubscribe(usize),
    Take(usize),
    Publish,
    /// Answers one of the open requests for a signature, old ones included.
    Sign(usize, Option<Code>),
    Opened(usize),
    Closed(usize, u16),
    /// The JSON in it, if there is any, on one of the sockets so far.
    Frame(usize, Option<Json>),
    Elapse(Millis),
    Resume(Millis),
    Network(bool),
    IdentityChanged,
    End(bool),
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (0u32..30).prop_map(|id| Json::from(id.to_string())),
        ".{0,20}".prop_map(Json::from),
        "(1|\\[1\\]|\\{\"a\":1\\})".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            collection::vec((member(), inner), 0..4).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    let known = [
        "type",
        "id",
        "payload",
        "errors",
        "event",
        "successful",
        "failed",
        "index",
        "identifier",
        "errorType",
        "errorCode",
        "message",
        "connectionTimeoutMs",
    ];
    prop_oneof![4 => sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,5}"]
}

fn server_frame() -> impl Strategy<Value = Json> {
    let kinds = [
        "connection_ack",
        "connection_ack",
        "connection_ack",
        "connection_error",
        "ka",
        "start_ack",
        "start_ack",
        "subscribe_success",
        "subscribe_success",
        "data",
        "data",
        "error",
        "subscribe_error",
        "broadcast_error",
        "complete",
        "unsubscribe_success",
        "unsubscribe_error",
        "publish_success",
        "publish_error",
        "start",
        "?",
    ];
    let names = [
        "Unauthorized",
        "UnauthorizedException",
        "BadRequestException",
        "LimitExceededError",
        "ExpiredToken",
        "MaxSubscriptionsReachedError",
        "InternalFailure",
        "",
    ];
    let errors = (sample::select(names.to_vec()), sample::select(vec![0, 400, 401, 429, 500, 503]), any::<bool>());
    let errors = errors.prop_map(|(name, code, is_list)| {
        let error = json!({ "errorType": name, "errorCode": code, "message": "m" });
        if is_list { json!([error]) } else { error }
    });
    (sample::select(kinds.to_vec()), 0u32..40, errors, json_value(), 0u8..8).prop_map(
        |(kind, id, errors, value, form)| {
            let id = id.to_string();
            match form {
                0 => json!({ "type": kind, "id": id, "payload": value.clone(), "event": value, "errors": errors }),
                1 => json!({ "type": kind, "errors": errors, "connectionTimeoutMs": value }),
                _ => json!({ "type": kind, "id": id, "payload": { "errors": errors, "connectionTimeoutMs": 60_000 },
                "event": ["1", "{}"], "successful": [{ "identifier": "i", "index": 0 }] }),
            }
        },
    )
}

/// What a parser makes of it: valid, hostile or cut off.
fn text() -> impl Strategy<Value = Option<Json>> {
    prop_oneof![
        6 => server_frame().prop_map(Some),
        2 => json_value().prop_map(Some),
        1 => (server_frame(), any::<sample::Index>()).prop_map(|(frame, at)| {
            let text = frame.to_string();
            let end = (0..=at.index(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            serde_json::from_str(&text[..end]).ok()
        }),
        1 => ".*".prop_map(|text| serde_json::from_str(&text).ok()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let errors = [None, None, None, None, Some(Code::Network), Some(Code::Throttled), Some(Code::LoginExpired)];
    prop_oneof![
        4 => Just(Step::Subscribe),
        2 => (0usize..9).prop_map(Step::Unsubscribe),
        2 => (0usize..9).prop_map(Step::Take),
        2 => Just(Step::Publish),
        10 => (0usize..9, sample::select(errors.to_vec())).prop_map(|(index, error)| Step::Sign(index, error)),
        6 => (0usize..2).prop_map(Step::Opened),
        2 => (0usize..2, any::<u16>()).prop_map(|(back, code)| Step::Closed(back, code)),
        24 => (0usize..9, text()).prop_map(|(back, text)| Step::Frame(if back < 8 { 0 } else { 1 }, text)),
        8 => prop_oneof![Just(0), 1i64..3_000, 1i64..100_000, Just(86_400_000)].prop_map(Step::Elapse),
        1 => any::<i32>().prop_map(|time| Step::Resume(time.into())),
        2 => any::<bool>().prop_map(Step::Network),
        1 => Just(Step::IdentityChanged),
        1 => (0u8..8).prop_map(|end| Step::End(end > 0)),
    ]
}

/// Carries out what it is told, and checks what it is asked for.
struct World {
    protocol: Protocol,
    connection: Connection<JsonValue>,
    now: Millis,
    ids: Vec<SubscriptionId>,
    ready: BTreeSet<SubscriptionId>,
    tasks: Vec<Ticket>,
    sockets: Vec<SocketId>,
    /// Opened, and closed by nobody.
    usable: BTreeSet<SocketId>,
    /// What was sent since the last look.
    sent: Vec<Json>,
    publishes: usize,
}

impl World {
    fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            connection: connection(protocol).0,
            now: 0,
            ids: Vec::new(),
            ready: BTreeSet::new(),
            tasks: Vec::new(),
            sockets: Vec::new(),
            usable: BTreeSet::new(),
            sent: Vec::new(),
            publishes: 0,
        }
    }

    fn call<T>(&mut self, random: f64, call: impl FnOnce(&mut Connection<JsonValue>, Moment) -> T) -> T {
        let result = call(&mut self.connection, Moment { now: self.now, random });
        while let Some(action) = self.connection.next_action() {
            match action {
                Action::Sign(task) => self.tasks.push(task.ticket),
                Action::Open { socket, .. } => {
                    assert!(self.usable.is_empty(), "a second socket");
                    self.sockets.push(socket);
                    self.usable.insert(socket);
                }
                Action::Send { socket, text } => {
                    assert!(self.usable.contains(&socket), "a frame to a socket that is gone");
                    self.sent.push(serde_json::from_str(text.expose()).unwrap());
                }
                Action::Close { socket } => assert!(self.usable.remove(&socket), "closed twice"),
                Action::Ready(id) => {
                    self.ready.insert(id);
                }
                Action::Published { .. } => self.publishes -= 1,
                Action::Accepted { .. } | Action::Subscribed(_) | Action::State(_) | Action::Unusable(_) => {}
            }
        }
        for subscription in &self.connection.subscriptions {
            assert!(subscription.queue.is_empty() || self.ready.contains(&subscription.id), "nobody was told");
        }
        result
    }

    fn socket(&self, back: usize) -> Option<SocketId> {
        self.sockets.iter().rev().nth(back).copied()
    }

    fn take(&mut self, id: SubscriptionId) {
        while self.connection.take(id).is_some() {}
        self.ready.remove(&id);
    }

    fn elapse(&mut self, time: Millis, random: f64) {
        self.now += time;
        self.call(random, Connection::elapsed);
        assert!(self.connection.deadline().is_none_or(|deadline| deadline > self.now), "a busy loop");
    }

    fn apply(&mut self, step: Step, random: f64) {
        match step {
            Step::Subscribe => {
                let operation = operation(self.protocol);
                let limits = QueueLimits { messages: 4, size: 1_000 };
                let id = self.call(random, |connection, at| connection.subscribe(operation, limits, at));
                self.ids.push(id);
            }
            Step::Unsubscribe(index) if index < self.ids.len() => {
                let id = self.ids.swap_remove(index);
                self.call(random, |connection, at| connection.unsubscribe(id, at));
            }
            Step::Take(index) => {
                if let Some(id) = self.ids.get(index) {
                    self.take(*id);
                }
            }
            Step::Publish => {
                self.publishes += 1;
                if self.call(random, |connection, at| connection.publish(publish(), at)).is_err() {
                    self.publishes -= 1;
                }
            }
            Step::Sign(index, error) if index < self.tasks.len() => {
                let ticket = self.tasks.remove(index);
                let result = error.map_or(Ok(authorization(1)), |code| Err(Error::new(code, "x").into()));
                self.call(random, |connection, at| connection.signed(ticket, result, at));
            }
            Step::Opened(back) => {
                if let Some(socket) = self.socket(back) {
                    self.call(random, |connection, at| connection.opened(socket, at));
                }
            }
            Step::Closed(back, code) => {
                if let Some(socket) = self.socket(back) {
                    self.usable.remove(&socket);
                    self.call(random, |connection, at| connection.closed(socket, code, at));
                }
            }
            Step::Frame(back, frame) => {
                if let Some(socket) = self.socket(back) {
                    self.call(random, |connection, at| connection.received(socket, frame.map(JsonValue), 300, at));
                }
            }
            Step::Elapse(time) => self.elapse(time, random),
            Step::Resume(slept) => self.call(random, |connection, at| connection.resumed(slept, at)),
            Step::Network(is_online) => self.call(random, |connection, at| connection.network_changed(is_online, at)),
            Step::IdentityChanged => self.call(random, Connection::identity_changed),
            Step::End(is_error) => {
                let outcome = if is_error { Err(Error::new(Code::Refused, "signed out").into()) } else { Ok(()) };
                self.call(random, |connection, _| connection.end(outcome));
                assert!(self.connection.subscriptions() == 0 && self.publishes == 0 && self.usable.is_empty());
            }
            Step::Unsubscribe(_) | Step::Sign(..) => {}
        }
    }

    fn is_settled(&self) -> bool {
        let is_done = |s: &Subscription<_>| matches!(s.stage, Stage::Live { .. } | Stage::Ended);
        self.connection.subscriptions.iter().all(is_done) && self.publishes == 0
    }

    /// Lets everybody behave: what is asked for is done at once.
    fn behave(&mut self) {
        for _ in 0..10 {
            for ticket in std::mem::take(&mut self.tasks) {
                self.call(0.5, |connection, at| connection.signed(ticket, Ok(authorization(1)), at));
            }
            let Some(socket) = self.usable.first().copied() else { return };
            if matches!(self.connection.link, Link::Opening { .. }) {
                self.call(0.5, |connection, at| connection.opened(socket, at));
            }
            let mut answers = vec![json!({ "type": "ka" })];
            if matches!(self.connection.link, Link::Greeting { .. }) {
                answers.push(frame(self.protocol, "acknowledged", 0));
            }
            for message in std::mem::take(&mut self.sent) {
                let Some(id) = message["id"].as_str().map(|id| id.parse().unwrap()) else { continue };
                match message["type"].as_str().unwrap() {
                    "start" | "subscribe" => answers.push(frame(self.protocol, "started", id)),
                    "publish" => {
                        answers.push(json!({ "type": "publish_success", "id": id.to_string(), "successful": [] }))
                    }
                    _ => {}
                }
            }
            for answer in answers {
                if self.usable.contains(&socket) {
                    self.call(0.5, |connection, at| connection.received(socket, Some(JsonValue(answer)), 10, at));
                }
            }
        }
    }

    /// Whatever has happened, ten minutes are enough for everything that has not ended to run again.
    fn recover(&mut self) {
        self.call(0.5, |connection, at| connection.network_changed(true, at));
        for _ in 0..600 {
            self.behave();
            if self.is_settled() {
                break;
            }
            self.elapse(1_000, 0.5);
        }
        assert!(self.is_settled(), "stuck: {:?}", self.connection);
    }

    /// When all is given up, nothing is left.
    fn give_up(&mut self) {
        for id in std::mem::take(&mut self.ids) {
            self.call(0.5, |connection, at| connection.unsubscribe(id, at));
        }
        for _ in 0..8 {
            self.behave();
            self.elapse(5_000, 0.5);
        }
        assert!(self.connection.is_idle() && self.connection.abandoned.is_empty() && self.usable.is_empty());
        assert_eq!(self.connection.deadline(), None);
    }
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_shrink_iters: 2_000, ..Default::default() })]

    #[test]
    fn no_sequence_of_frames_and_calls_leads_astray(
        is_events: bool, steps in collection::vec((step(), 0.0f64..1.0), 0..150),
    ) {
        let mut world = World::new(BOTH[usize::from(is_events)]);
        for (step, random) in steps {
            world.apply(step, random);
        }
        world.recover();
        world.give_up();
    }
}
