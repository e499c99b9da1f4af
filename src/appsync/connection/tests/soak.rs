//! Half an hour of virtual time with a fault every few seconds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::*;

const SUBSCRIPTIONS: usize = 100;
const DURATION: Millis = 30 * 60_000;
/// Without faults, at the end: enough for the longest delay and everything after it.
const CALM: Millis = 3 * 60_000;
const KEEP_ALIVE: Millis = 6_000;
const TIMEOUT: Millis = 20_000;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit as u64) as i64
    }

    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

enum Event {
    Signed {
        ticket: Ticket,
        stamp: u64,
    },
    Opened(SocketId),
    Closed(SocketId),
    ToClient(SocketId, Json),
    ToServer(SocketId, Json),
    KeepAlive(SocketId),
    Broadcast,
    Fault,
    BackOnline,
    /// A page mounts a component whose subscription is forbidden, and one that is gone at once.
    Churn,
}

/// The server's side of a socket.
#[derive(Default)]
struct Session {
    is_cut: bool,
    is_acknowledged: bool,
    /// Wire id to the number of the subscription.
    starts: BTreeMap<WireId, usize>,
    /// When the last frame in each direction arrives: frames do not overtake each other.
    last_arrival: [Millis; 2],
}

#[derive(Default, Debug)]
struct Counts {
    faults: u32,
    sockets: u32,
    credentials: u64,
    sent: u64,
    delivered: u64,
    lost_on_the_wire: u64,
    gaps: u32,
    ended_alone: u32,
    unsubscribed_early: u32,
}

/// What a consumer saw of a subscription, and what the server knows of it.
#[derive(Default)]
struct Record {
    next: u64,
    /// Sent, and not on a wire that was cut.
    expected: Vec<u64>,
    received: Vec<u64>,
    /// Whether messages may be missing before the next one.
    is_after_gap: bool,
    gaps: u32,
    /// Acknowledged starts that reached the client.
    spells: u32,
}

struct Soak {
    protocol: Protocol,
    connection: Connection<JsonValue>,
    refused_keys: RefusedKeys,
    random: Random,
    /// The server's clock.
    now: Millis,
    /// How much less the client's clock shows, because it stood still in sleep.
    stood_still: Millis,
    events: BinaryHeap<Reverse<(Millis, u64)>>,
    bodies: BTreeMap<u64, Event>,
    last_event: u64,
    sessions: BTreeMap<SocketId, Session>,
    ids: Vec<SubscriptionId>,
    /// Forbidden ones.
    forbidden: BTreeSet<SubscriptionId>,
    records: Vec<Record>,
    /// The client's credentials, and the oldest that the server takes.
    stamp: u64,
    oldest_valid: u64,
    refreshed: Millis,
    failing_connects: u32,
    failing_starts: u32,
    is_offline: bool,
    counts: Counts,
}

impl Soak {
    fn new(protocol: Protocol, seed: u64) -> Self {
        let (connection, refused_keys) = connection(protocol);
        Self {
            protocol,
            connection,
            refused_keys,
            random: Random(seed),
            now: 0,
            stood_still: 0,
            events: BinaryHeap::new(),
            bodies: BTreeMap::new(),
            last_event: 0,
            sessions: BTreeMap::new(),
            ids: Vec::new(),
            forbidden: BTreeSet::new(),
            records: (0..SUBSCRIPTIONS).map(|_| Record::default()).collect(),
            stamp: 1,
            oldest_valid: 1,
            refreshed: 0,
            failing_connects: 0,
            failing_starts: 0,
            is_offline: false,
            counts: Counts::default(),
        }
    }

    fn schedule(&mut self, at: Millis, event: Event) {
        self.last_event += 1;
        self.events.push(Reverse((at, self.last_event)));
        self.bodies.insert(self.last_event, event);
    }

    fn after(&mut self, least: Millis, most: Millis, event: Event) {
        let at = self.now + least + self.random.below(most - least + 1);
        self.schedule(at, event);
    }

    /// The operation of a subscription, which tells the server which one it is.
    fn operation(&self, name: &str) -> Operation {
        match self.protocol {
            Protocol::GraphQl => {
                let query = format!("subscription S{name} {{ a }}");
                realtime::subscription(json!({ "query": query }).to_string())
            }
            Protocol::Events => events::Subscription::parse(&format!("/n/S{name}")).unwrap().operation(),
        }
    }

    fn call<T>(&mut self, call: impl FnOnce(&mut Connection<JsonValue>, Moment) -> T) -> T {
        let at = Moment { now: self.now - self.stood_still, random: self.random.fraction() };
        let result = call(&mut self.connection, at);
        self.carry_out();
        result
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.connection.next_action() {
            match action {
                Action::Sign(task) => {
                    // As a client does: refresh, unless there are newer credentials than the refused ones.
                    if self.refused_keys.take().contains(&self.stamp.to_string()) {
                        self.stamp = self.stamp.max(self.oldest_valid) + 1;
                        self.refreshed = self.now;
                        self.counts.credentials += 1;
                    }
                    let stamp = self.stamp;
                    self.after(0, 20, Event::Signed { ticket: task.ticket, stamp });
                }
                Action::Open { socket, .. } => {
                    self.counts.sockets += 1;
                    let is_failing = self.is_offline || self.failing_connects > 0;
                    self.failing_connects = self.failing_connects.saturating_sub(1);
                    if is_failing {
                        self.after(5, 300, Event::Closed(socket));
                    } else {
                        self.sessions.insert(socket, Session::default());
                        self.after(5, 150, Event::Opened(socket));
                    }
                }
                Action::Send { socket, text } => {
                    let frame = serde_json::from_str(text.expose()).unwrap();
                    self.transmit(socket, 0, Event::ToServer(socket, frame));
                }
                Action::Close { socket } => self.cut(socket),
                Action::Ready(id) => self.consume(id),
                Action::Accepted { .. } | Action::Subscribed(_) | Action::State(_) | Action::Unusable(_) => {}
                Action::Published { .. } => panic!("nothing was published"),
            }
        }
        // What lies in queues is taken at once, so that nothing may pile up anywhere.
        assert!(self.connection.subscriptions.iter().all(|subscription| subscription.queue.is_empty()));
        assert!(self.connection.subscriptions.len() <= SUBSCRIPTIONS + 2 && self.connection.abandoned.len() < 500);
    }

    fn transmit(&mut self, socket: SocketId, direction: usize, event: Event) {
        let at = self.now + 2 + self.random.below(60);
        let Some(session) = self.sessions.get_mut(&socket).filter(|session| !session.is_cut) else { return };
        let at = at.max(session.last_arrival[direction]);
        session.last_arrival[direction] = at;
        self.schedule(at, event);
    }

    /// Nothing gets through any more, in either direction. What was on its way is lost.
    fn cut(&mut self, socket: SocketId) {
        if let Some(session) = self.sessions.get_mut(&socket) {
            session.is_cut = true;
            session.starts.clear();
        }
        let lost: Vec<u64> = self
            .bodies
            .iter()
            .filter(|(_, event)| matches!(event, Event::ToClient(own, _) | Event::ToServer(own, _) if *own == socket))
            .map(|(number, _)| *number)
            .collect();
        for number in lost {
            if let Some(Event::ToClient(_, frame)) = self.bodies.remove(&number)
                && frame["type"] == "data"
            {
                let (index, message) = self.addressee(&frame);
                let expected = &mut self.records[index].expected;
                let place = expected.iter().rposition(|own| *own == message).unwrap();
                expected.remove(place);
                self.counts.lost_on_the_wire += 1;
            }
        }
    }

    fn live_socket(&self) -> Option<SocketId> {
        self.sessions.iter().rev().find(|(_, session)| !session.is_cut).map(|(socket, _)| *socket)
    }

    /// Messages carry the number of their subscription, to prove that none reaches another one.
    fn addressee(&self, frame: &Json) -> (usize, u64) {
        let number = match self.protocol {
            Protocol::GraphQl => frame["payload"]["data"]["n"].as_u64().unwrap(),
            Protocol::Events => frame["event"][0].as_str().unwrap().parse().unwrap(),
        };
        ((number % SUBSCRIPTIONS as u64) as usize, number / SUBSCRIPTIONS as u64)
    }

    fn consume(&mut self, id: SubscriptionId) {
        let index = self.ids.iter().position(|own| *own == id);
        while let Some(delivery) = self.connection.take(id) {
            match (index, delivery) {
                (Some(index), Delivery::Message(payload)) => {
                    let number = message_of(self.protocol, &payload);
                    assert_eq!((number % SUBSCRIPTIONS as u64) as usize, index, "another subscription's message");
                    let message = number / SUBSCRIPTIONS as u64;
                    let record = &mut self.records[index];
                    let next = record.received.last().map_or(message, |last| last + 1);
                    assert!(message >= next, "twice or out of order");
                    assert!(message == next || record.is_after_gap, "a hole that nobody was told of");
                    record.is_after_gap = false;
                    record.received.push(message);
                    self.counts.delivered += 1;
                }
                (Some(index), Delivery::Gap(gap)) => {
                    assert_eq!((gap.disconnections, gap.overflowed, gap.unreadable), (1, 0, 0));
                    let record = &mut self.records[index];
                    record.is_after_gap = true;
                    record.gaps += 1;
                    self.counts.gaps += 1;
                }
                (None, Delivery::Failed(Failure::Coded(error))) => {
                    assert_eq!(error.code, Code::Refused);
                    assert!(self.forbidden.remove(&id));
                    self.counts.ended_alone += 1;
                }
                (_, other) => panic!("{other:?}"),
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Signed { ticket, stamp } => {
                self.call(|connection, at| connection.signed(ticket, Ok(authorization(stamp)), at));
            }
            Event::Opened(socket) => {
                if self.sessions.get(&socket).is_some_and(|session| !session.is_cut) {
                    self.call(|connection, at| connection.opened(socket, at));
                }
            }
            Event::Closed(socket) => self.call(|connection, at| connection.closed(socket, 1006, at)),
            Event::ToClient(socket, frame) => {
                let started = matches!(frame["type"].as_str(), Some("start_ack" | "subscribe_success"));
                if started && self.connection.socket() == Some(socket) {
                    let wire: WireId = frame["id"].as_str().unwrap().parse().unwrap();
                    if let Some(index) = self.sessions.get(&socket).and_then(|session| session.starts.get(&wire)) {
                        let is_wanted = self.connection.subscriptions.iter().any(|s| s.wire() == Some(wire));
                        self.records[*index].spells += u32::from(is_wanted);
                    }
                }
                self.call(|connection, at| connection.received(socket, Some(JsonValue(frame)), 100, at));
            }
            Event::ToServer(socket, frame) => self.serve(socket, &frame),
            Event::KeepAlive(socket) => {
                if self.sessions.get(&socket).is_some_and(|session| !session.is_cut) {
                    self.transmit(socket, 1, Event::ToClient(socket, json!({ "type": "ka" })));
                    self.after(KEEP_ALIVE, KEEP_ALIVE, Event::KeepAlive(socket));
                }
            }
            Event::Broadcast => {
                self.broadcast();
                self.after(900, 1_100, Event::Broadcast);
            }
            Event::Fault => {
                if self.now < DURATION {
                    self.fault();
                    self.after(1_000, 6_000, Event::Fault);
                }
            }
            Event::BackOnline => {
                self.is_offline = false;
                self.call(|connection, at| connection.network_changed(true, at));
            }
            Event::Churn => {
                if self.now < DURATION {
                    for old in std::mem::take(&mut self.forbidden) {
                        self.call(|connection, at| connection.unsubscribe(old, at));
                    }
                    let operation = self.operation("Forbidden");
                    let id = self.call(|c, at| c.subscribe(operation.clone(), QueueLimits::default(), at));
                    self.forbidden.insert(id);
                    let early = self.call(|c, at| c.subscribe(operation, QueueLimits::default(), at));
                    self.call(|connection, at| connection.unsubscribe(early, at));
                    self.counts.unsubscribed_early += 1;
                    self.after(5_000, 30_000, Event::Churn);
                }
            }
        }
    }

    fn broadcast(&mut self) {
        for index in 0..SUBSCRIPTIONS {
            let message = self.records[index].next;
            self.records[index].next += 1;
            let Some(socket) = self.live_socket() else { continue };
            let wire = self.sessions[&socket].starts.iter().find(|(_, own)| **own == index).map(|(wire, _)| *wire);
            if let Some(wire) = wire {
                let frame = data(self.protocol, wire, message * SUBSCRIPTIONS as u64 + index as u64);
                self.records[index].expected.push(message);
                self.counts.sent += 1;
                self.transmit(socket, 1, Event::ToClient(socket, frame));
            }
        }
    }

    /// What AppSync does with a frame.
    fn serve(&mut self, socket: SocketId, frame: &Json) {
        if self.sessions.get(&socket).is_none_or(|session| session.is_cut) {
            return;
        }
        let text = frame.to_string();
        let stamp = |text: &str| text.split_once("SIGNATURE")?.1.split('"').next()?.parse::<u64>().ok();
        let answer = match frame["type"].as_str().unwrap() {
            "connection_init" => {
                // The signature of the connection was in the subprotocol; the credentials now are near enough.
                if self.stamp < self.oldest_valid {
                    let errors = json!([{ "errorType": "UnauthorizedException", "errorCode": 401 }]);
                    let error =
                        json!({ "type": "connection_error", "errors": errors, "payload": { "errors": errors } });
                    self.transmit(socket, 1, Event::ToClient(socket, error));
                    return;
                }
                self.sessions.get_mut(&socket).unwrap().is_acknowledged = true;
                self.after(KEEP_ALIVE, KEEP_ALIVE, Event::KeepAlive(socket));
                json!({ "type": "connection_ack", "connectionTimeoutMs": TIMEOUT,
                    "payload": { "connectionTimeoutMs": TIMEOUT } })
            }
            "start" | "subscribe" => {
                assert!(self.sessions[&socket].is_acknowledged, "started before the acknowledgement");
                let wire: WireId = frame["id"].as_str().unwrap().parse().unwrap();
                assert!(!self.sessions[&socket].starts.contains_key(&wire), "an id twice");
                if stamp(&text).unwrap() < self.oldest_valid {
                    refused(self.protocol, Some(wire), "UnauthorizedException", "")
                } else if self.failing_starts > 0 {
                    self.failing_starts -= 1;
                    // Every other time without an id, as AppSync does when it throttles a socket.
                    let id = self.failing_starts.is_multiple_of(2).then_some(wire);
                    refused(self.protocol, id, "LimitExceededError", "Rate limit exceeded")
                } else if text.contains("SForbidden") {
                    refused(
                        self.protocol,
                        Some(wire),
                        "Unauthorized",
                        "Not Authorized to access a on type Subscription",
                    )
                } else {
                    let marker = text.split_once("/S").or_else(|| text.split_once("subscription S")).unwrap().1;
                    let digits: String = marker.chars().take_while(char::is_ascii_digit).collect();
                    let session = self.sessions.get_mut(&socket).unwrap();
                    session.starts.insert(wire, digits.parse().unwrap());
                    assert!(session.starts.len() <= SUBSCRIPTIONS + 3);
                    super::frame(self.protocol, "started", wire)
                }
            }
            "stop" | "unsubscribe" => {
                let wire: WireId = frame["id"].as_str().unwrap().parse().unwrap();
                self.sessions.get_mut(&socket).unwrap().starts.remove(&wire);
                return;
            }
            other => panic!("{other}"),
        };
        self.transmit(socket, 1, Event::ToClient(socket, answer));
    }

    fn fault(&mut self) {
        self.counts.faults += 1;
        let socket = self.live_socket();
        match (self.random.below(20), socket) {
            // Closed by the server or the network.
            (0..=3, Some(socket)) => {
                self.cut(socket);
                self.after(0, 50, Event::Closed(socket));
            }
            // Dead without a word.
            (4, Some(socket)) => self.cut(socket),
            // Expired credentials: nothing happens until something is signed.
            (5..=9, _) if self.now - self.refreshed > 30_000 => self.oldest_valid = self.stamp + 1,
            (10 | 11, _) if !self.is_offline => {
                self.is_offline = true;
                if let Some(socket) = socket {
                    self.cut(socket);
                    self.after(0, 50, Event::Closed(socket));
                }
                self.call(|connection, at| connection.network_changed(false, at));
                self.after(500, 8_000, Event::BackOnline);
            }
            (12, _) => self.sleep(),
            (13 | 14, _) => self.failing_connects = 1 + self.random.below(3) as u32,
            (15 | 16, _) => self.failing_starts = 1 + self.random.below(20) as u32,
            (_, Some(socket)) => {
                for garbage in [json!(null), json!({ "type": "data", "id": "x" }), json!({ "type": "?" })] {
                    self.transmit(socket, 1, Event::ToClient(socket, garbage));
                }
            }
            _ => {}
        }
    }

    /// Nothing runs on the device; the server goes on, and the socket dies. Half of the clocks stand still.
    fn sleep(&mut self) {
        let slept = 5_000 + self.random.below(85_000);
        if let Some(socket) = self.live_socket() {
            self.cut(socket);
        }
        let end = self.now + slept;
        while let Some(Reverse((at, number))) = self.events.peek().copied().filter(|Reverse((at, _))| *at < end) {
            self.events.pop();
            // The device's own events come late, all at once.
            match self.bodies.remove(&number) {
                Some(Event::Broadcast) => {
                    self.now = at;
                    self.broadcast();
                    self.after(900, 1_100, Event::Broadcast);
                }
                Some(event) => self.schedule(end, event),
                None => {}
            }
        }
        self.now = end;
        let shown = if self.random.below(2) == 0 { slept } else { 0 };
        self.stood_still += slept - shown;
        self.call(|connection, at| connection.resumed(slept - shown, at));
    }

    fn elapse(&mut self, deadline: Millis) {
        self.now = self.now.max(deadline);
        self.call(Connection::elapsed);
        let next = self.connection.deadline();
        assert!(next.is_none_or(|next| next + self.stood_still > self.now), "a busy loop");
    }

    fn run(mut self) -> Counts {
        for index in 0..SUBSCRIPTIONS {
            let operation = self.operation(&index.to_string());
            let id = self.call(|connection, at| connection.subscribe(operation, QueueLimits::default(), at));
            self.ids.push(id);
        }
        self.schedule(1_000, Event::Broadcast);
        self.schedule(5_000, Event::Fault);
        self.schedule(7_000, Event::Churn);
        while self.now < DURATION + CALM {
            let next = self.events.peek().map_or(Millis::MAX, |Reverse((at, _))| *at);
            let deadline = self.connection.deadline().map_or(Millis::MAX, |deadline| deadline + self.stood_still);
            if deadline <= next {
                self.elapse(deadline);
            } else {
                let Some(Reverse((at, number))) = self.events.pop() else { break };
                self.now = self.now.max(at);
                if let Some(event) = self.bodies.remove(&number) {
                    self.handle(event);
                }
            }
        }
        self.check()
    }

    fn check(mut self) -> Counts {
        let socket = self.live_socket().unwrap();
        assert_eq!(self.sessions[&socket].starts.len(), SUBSCRIPTIONS, "all are subscribed, once each");
        // The last messages are still on their way.
        self.cut(socket);
        for record in &self.records {
            assert_eq!(record.received, record.expected, "every message sent while connected, once and in order");
            assert_eq!(record.gaps, record.spells - 1, "one gap for every disconnection");
        }
        for id in self.ids.clone().into_iter().chain(self.forbidden.clone()) {
            self.call(|connection, at| connection.unsubscribe(id, at));
        }
        while let Some(deadline) = self.connection.deadline() {
            self.elapse(deadline + self.stood_still);
        }
        assert!(self.connection.is_idle() && self.connection.abandoned.is_empty());
        assert_eq!(self.sessions.values().filter(|session| !session.is_cut).count(), 0, "a socket is left open");
        self.counts
    }
}

#[test]
fn half_an_hour_of_faults_loses_nothing_unnoticed() {
    for protocol in BOTH {
        for seed in 1..=3 {
            let counts = Soak::new(protocol, seed).run();
            // The test would show nothing if little had happened.
            assert!(counts.faults > 250 && counts.sockets > 150 && counts.credentials > 10, "{counts:?}");
            assert!(counts.delivered > 30_000 && counts.lost_on_the_wire > 100 && counts.gaps > 2_000, "{counts:?}");
            assert!(counts.ended_alone > 10 && counts.unsubscribed_early > 50, "{counts:?}");
            // Connects and refreshes stay in proportion to what went wrong.
            assert!(counts.sockets < 2 * counts.faults && counts.credentials <= u64::from(counts.faults), "{counts:?}");
        }
    }
}
