//! A lasting connection to an API of AppSync, shared by all subscriptions of one identity: a machine without I/O.
//!
//! Frames, time and chance come in as arguments; what is to be done comes out as [`Action`]s. After every call the host
//! carries out what [`Connection::next_action`] gives until it gives nothing, and calls [`Connection::elapsed`] when
//! [`Connection::deadline`] has come.
//!
//! - Every connect and every start is signed anew, with the credentials of that moment.
//! - A connection that is lost for whatever reason is made again after a growing, fully jittered delay, and everything
//!   is subscribed again. Each subscription that was cut off gets one [`Gap`], when messages are sure to arrive again:
//!   what is fetched then leaves no hole.
//! - A subscription that AppSync refuses ends alone. A refusal that fresh credentials, the right clock or time may help
//!   against is tried again first.
//! - Payloads are opaque: `P` is whatever the host's JSON parser makes ([`Value`]).

mod action;
mod backoff;
mod encoding;
mod endpoint;
mod failure;
mod frame;
mod link;
mod publishing;
mod queue;
mod receive;
mod refusal;
mod subscription;

use std::collections::VecDeque;
use std::rc::Rc;

pub use action::{
    Action, Authorization, Loss, Moment, PublishId, SigningTask, SocketId, State, SubscriptionId, Ticket,
};
pub use endpoint::{Endpoint, EndpointUrl, Protocol};
pub use failure::Failure;
pub use frame::{Member, Value};
pub use queue::{Delivery, Gap, QueueLimits};
pub use refusal::{Judge, Remedy, Verdict};

pub(crate) use encoding::authorization_subprotocol;
pub(super) use encoding::{JsonObject, decimal};
pub(super) use frame::{Frame, WireId, wire_id};
pub(super) use refusal::first_error;

pub(crate) use endpoint::SIGNED_HEADERS;
use frame::silence_limit;
use link::{LIFETIME, Link, Open};
use publishing::{PendingPublish, PublishStage};
use queue::Queue;
use subscription::{LASTING, Stage, Subscription};

use super::events::{check_socket_safe, message};
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::time::Millis;

/// Frames longer than this (as the host measures them) are not worth parsing: a message has at most 240 KB, a batch
/// of five has 1.2 MB (AWS General Reference, "AWS AppSync endpoints and quotas"), and escapes at most double that.
pub const FRAME_LIMIT: usize = 4 << 20;

/// How long a socket may take to open, AppSync to acknowledge a connection, and AppSync to acknowledge a subscription.
const ANSWER_TIMEOUT: Millis = 15_000;

/// How long a socket without use stays open: components are often unmounted and mounted again at once.
const LINGER: Millis = 5_000;

/// Subscriptions that are started at the same time. AppSync throttles sockets that start hundreds at once
/// (aws-amplify/aws-appsync-realtime-client-ios#67).
const STARTS: usize = 32;

/// Connects that may fail, while the device is online, before the first one succeeds. A wrong URL looks no different
/// from a network that is down; once there was a connection, it is tried forever.
const FIRST_CONNECTS: u32 = 8;

/// Connects in a row, once there was a connection, that AppSync may refuse for credentials or a clock that are then put
/// right, after growing delays. What it still refuses then, it means. A first connection has one such attempt: the role
/// most likely lacks a permission, which the developer wants to hear at once.
const RECOVERIES: u32 = 6;

/// What is subscribed to: made by [`super::realtime::subscription`] or [`super::events::Subscription::operation`], for a
/// connection of the same protocol.
#[derive(Clone, PartialEq, Eq)]
pub struct Operation {
    body: String,
}

impl Operation {
    pub(super) fn new(body: String) -> Self {
        Self { body }
    }

    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn body(&self) -> &str {
        &self.body
    }
}

/// Variables are the users' data and stay out of logs.
impl core::fmt::Debug for Operation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Operation(..)")
    }
}

/// The machine. See the [module](self).
pub struct Connection<P> {
    endpoint: Rc<Endpoint>,
    judge: Judge<P>,
    link: Link,
    subscriptions: Vec<Subscription<P>>,
    publishes: Vec<PendingPublish>,
    /// Starts that nobody wants any more and AppSync has not acknowledged: stopped when it does, or at that time.
    abandoned: Vec<(WireId, Millis)>,
    actions: VecDeque<Action<P>>,
    last_id: u32,
    /// Connects in a row that failed or did not last.
    failures: u32,
    has_connected: bool,
    is_online: bool,
    /// The access key of the last connect signature.
    key: Rc<str>,
    /// The access key that AppSync has accepted last.
    accepted: Option<Rc<str>>,
    /// Connect signatures in a row that AppSync refused for what can be put right.
    recoveries: u32,
}

impl<P> core::fmt::Debug for Connection<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut debug = f.debug_struct("Connection");
        debug.field("endpoint", &self.endpoint).field("subscriptions", &self.subscriptions.len());
        debug.finish_non_exhaustive()
    }
}

impl<P: Clone> Connection<P> {
    /// A connection that is made when it is first needed.
    pub fn new(endpoint: Rc<Endpoint>, judge: Judge<P>) -> Self {
        Self {
            endpoint,
            judge,
            link: Link::Idle,
            subscriptions: Vec::new(),
            publishes: Vec::new(),
            abandoned: Vec::new(),
            actions: VecDeque::new(),
            last_id: 0,
            failures: 0,
            has_connected: false,
            is_online: true,
            key: "".into(),
            accepted: None,
            recoveries: 0,
        }
    }

    /// Where it goes.
    pub fn endpoint(&self) -> &Rc<Endpoint> {
        &self.endpoint
    }

    /// What the host has to do next.
    pub fn next_action(&mut self) -> Option<Action<P>> {
        self.actions.pop_front()
    }

    /// When the host has to call [`Self::elapsed`]. Messages only ever move it to later.
    pub fn deadline(&self) -> Option<Millis> {
        let link = match &self.link {
            Link::Idle | Link::Signing { .. } => None,
            Link::Waiting { until } | Link::Opening { until, .. } | Link::Greeting { until, .. } => Some(*until),
            Link::Open(open) => Some(open.deadline()),
        };
        let is_open = matches!(self.link, Link::Open(_));
        // Beyond that many, one starts when another one is done.
        let may_start = is_open && self.starts_in_flight() < STARTS;
        let starts = self.subscriptions.iter().filter_map(|subscription| match subscription.stage {
            Stage::Waiting { until } if may_start => Some(until),
            Stage::Starting { until, .. } => Some(until),
            _ => None,
        });
        let publishes = self.publishes.iter().map(|pending| match pending.stage {
            PublishStage::Waiting { until } if is_open => until.min(pending.until),
            _ => pending.until,
        });
        let abandoned = self.abandoned.iter().map(|(_, until)| *until);
        link.into_iter().chain(starts).chain(publishes).chain(abandoned).min()
    }

    /// Subscriptions that have not ended. AppSync takes 200 on a connection, unless the account's quota was raised.
    pub fn subscriptions(&self) -> usize {
        self.subscriptions.iter().filter(|subscription| subscription.stage != Stage::Ended).count()
    }

    /// Whether nothing more will come for a subscription, but for what is in its queue.
    pub fn has_ended(&self, id: SubscriptionId) -> bool {
        let is_going_on = |own: &Subscription<P>| own.id == id && own.stage != Stage::Ended;
        !self.subscriptions.iter().any(is_going_on)
    }

    /// Whether there is neither a socket nor anything to be done or taken, so that the host may drop it.
    pub fn is_idle(&self) -> bool {
        matches!(self.link, Link::Idle) && self.subscriptions.is_empty() && self.publishes.is_empty()
    }

    /// Subscribes. What comes is taken with [`Self::take`].
    pub fn subscribe(&mut self, operation: Operation, limits: QueueLimits, at: Moment) -> SubscriptionId {
        let id = SubscriptionId(self.next_id());
        self.subscriptions.push(Subscription::new(id, operation.body, Queue::new(limits), at.now));
        self.advance(at);
        id
    }

    /// Takes what is next for a subscription's consumer; `None` if there is nothing for now, or nothing any more.
    pub fn take(&mut self, id: SubscriptionId) -> Option<Delivery<P>> {
        let index = self.index_of(id)?;
        let delivery = self.subscriptions.get_mut(index)?.queue.take()?;
        if matches!(delivery, Delivery::End | Delivery::Failed(_)) {
            self.subscriptions.remove(index);
        }
        Some(delivery)
    }

    /// Ends a subscription that its consumer has given up. It may be called in every state, and more than once.
    pub fn unsubscribe(&mut self, id: SubscriptionId, at: Moment) {
        let Some(index) = self.index_of(id) else { return };
        match self.subscriptions.remove(index).stage {
            Stage::Live { wire, .. } => self.send_stop(wire),
            Stage::Starting { wire, until, .. } => self.abandoned.push((wire, until)),
            _ => {}
        }
        self.advance(at);
    }

    /// Publishes over the socket, which need not be open yet. The answer is an [`Action::Published`], after 30 s at the
    /// latest. What was sent is not sent again when the connection is lost: AppSync may have published it.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`] about `endpoint` if it is none of Events, and about `events` if AppSync would not find the
    /// signature right, see [`Publish::batches`](super::events::Publish::batches), which makes `body`.
    pub fn publish(&mut self, body: String, at: Moment) -> Result<PublishId, Error> {
        if self.endpoint.protocol() != Protocol::Events {
            return Err(Error::request("endpoint", "takes no events"));
        }
        check_socket_safe(&body)?;
        let id = PublishId(self.next_id());
        self.publishes.push(PendingPublish::new(id, body, at.now));
        self.advance(at);
        Ok(id)
    }

    /// Takes the answer to an [`Action::Sign`]. An error that is retryable is tried again later; every other one ends
    /// what it was for, and that of a connect ends everything.
    pub fn signed(&mut self, ticket: Ticket, result: Result<Authorization, Failure<P>>, at: Moment) {
        match self.link {
            Link::Signing { ticket: own } if own == ticket => self.connect_signed(result, at),
            Link::Open(ref open) => {
                let socket = open.socket;
                self.operation_signed(ticket, socket, result, at);
            }
            _ => {}
        }
        self.advance(at);
    }

    /// The socket is open.
    pub fn opened(&mut self, socket: SocketId, at: Moment) {
        if matches!(self.link, Link::Opening { socket: own, .. } if own == socket) {
            self.link = Link::Greeting { socket, until: at.now + ANSWER_TIMEOUT };
            self.send(r#"{"type":"connection_init"}"#.into());
        }
        self.advance(at);
    }

    /// The socket was closed, or could not be opened; `code` is the WebSocket close code.
    pub fn closed(&mut self, socket: SocketId, code: u16, at: Moment) {
        if self.socket() == Some(socket) {
            self.lose(Loss::Closed(code), at);
        }
        self.advance(at);
    }

    /// The deadline has come.
    pub fn elapsed(&mut self, at: Moment) {
        self.advance(at);
    }

    /// The device was asleep, for about so many milliseconds that [`Moment::now`] does not show; 0 if it shows them all,
    /// or if there is only a reason to look, such as a page that is visible again. Sockets often die in sleep without
    /// a word.
    pub fn resumed(&mut self, slept: Millis, at: Moment) {
        match &mut self.link {
            Link::Open(open) => {
                open.heard = open.heard.saturating_sub(slept.max(0));
                open.since = open.since.saturating_sub(slept.max(0));
                open.is_doubtful = true;
                if at.now >= open.silent_at() {
                    self.lose(Loss::Slept, at);
                }
            }
            Link::Waiting { until } => {
                *until = at.now;
                self.failures = 0;
            }
            _ => {}
        }
        self.advance(at);
    }

    /// The device has gone offline or online; a connection begins online. A socket that survived cannot be told from
    /// one that did not, so a new one is opened.
    pub fn network_changed(&mut self, is_online: bool, at: Moment) {
        let was_online = std::mem::replace(&mut self.is_online, is_online);
        if is_online && !was_online {
            self.reconnect(Loss::NetworkChanged, at);
        }
        self.advance(at);
    }

    /// The identity goes on as another one, as a guest's does when the guest signs in: everything is connected,
    /// signed and subscribed again with the new credentials.
    pub fn identity_changed(&mut self, at: Moment) {
        self.recoveries = 0;
        self.subscriptions.iter_mut().for_each(Subscription::reset);
        self.reconnect(Loss::IdentityChanged, at);
        self.advance(at);
    }

    /// Closes the socket and ends everything: with an error when the user has signed out or changed, without one when
    /// the client is closed.
    pub fn end(&mut self, outcome: Result<(), Failure<P>>) {
        self.close_socket();
        if !matches!(self.link, Link::Idle) {
            self.actions.push_back(Action::State(State::Idle));
        }
        self.link = Link::Idle;
        self.abandoned.clear();
        self.failures = 0;
        self.recoveries = 0;
        for subscription in &mut self.subscriptions {
            if subscription.stage != Stage::Ended {
                change(&mut self.actions, subscription, |subscription| subscription.end(outcome.clone()));
            }
        }
        let failure = outcome.err().unwrap_or_else(|| Error::new(Code::Network, "the connection was closed").into());
        for pending in self.publishes.drain(..) {
            self.actions.push_back(Action::Published { publish: pending.id, result: Err(failure.clone()) });
        }
    }

    // Signatures

    fn sign(&mut self, url: String, body: String) -> Ticket {
        let ticket = Ticket(self.next_id());
        self.actions.push_back(Action::Sign(SigningTask { ticket, url, body, headers: &SIGNED_HEADERS }));
        ticket
    }

    /// Takes in that AppSync has accepted a signature.
    fn accept(&mut self, key: Rc<str>) {
        if self.accepted.as_ref() != Some(&key) {
            self.accepted = Some(key.clone());
            self.actions.push_back(Action::Accepted { key });
        }
    }

    fn connect_signed(&mut self, result: Result<Authorization, Failure<P>>, at: Moment) {
        match result {
            _ if !self.is_needed() => self.become_idle(),
            Ok(authorization) => {
                self.key = authorization.key.clone();
                let socket = SocketId(self.next_id());
                self.link = Link::Opening { socket, until: at.now + ANSWER_TIMEOUT };
                self.actions.push_back(Action::Open {
                    socket,
                    url: self.endpoint.socket_url().into(),
                    subprotocol: self.endpoint.protocol().subprotocol(),
                    authorization: Secret::new(self.endpoint.authorization_json(&authorization)),
                });
            }
            Err(failure) if failure.is_retryable() => self.lose_with(Loss::Unsigned, false, failure, at),
            Err(failure) => self.end(Err(failure)),
        }
    }

    fn operation_signed(
        &mut self,
        ticket: Ticket,
        socket: SocketId,
        result: Result<Authorization, Failure<P>>,
        at: Moment,
    ) {
        let wire = self.next_id();
        let signed = result.map(|authorization| (self.endpoint.authorization_json(&authorization), authorization.key));
        if let Some(subscription) = self.subscriptions.iter_mut().find(|s| s.stage == Stage::Signing { ticket }) {
            match signed {
                Ok((json, key)) => {
                    subscription.key = key;
                    let until = at.now + ANSWER_TIMEOUT;
                    subscription.stage = Stage::Starting { wire, sent: at.now, until };
                    let text = self.endpoint.protocol().subscribe_message(wire, &subscription.body, &json);
                    self.actions.push_back(Action::Send { socket, text: Secret::new(text) });
                }
                Err(failure) => change(&mut self.actions, subscription, |subscription| {
                    if failure.is_retryable() {
                        subscription.retry(failure, at);
                    } else {
                        subscription.end(Err(failure));
                    }
                }),
            }
        } else if let Some(index) = self.publishes.iter().position(|p| p.stage == PublishStage::Signing { ticket }) {
            match signed {
                Ok((json, key)) => {
                    let pending = &mut self.publishes[index];
                    pending.key = key;
                    pending.stage = PublishStage::Sent { wire };
                    let text = message("publish", wire, &pending.body, &json);
                    self.actions.push_back(Action::Send { socket, text: Secret::new(text) });
                }
                Err(failure) => self.finish_publish(index, Err(failure)),
            }
        }
    }

    // The connection

    fn socket(&self) -> Option<SocketId> {
        match self.link {
            Link::Opening { socket, .. } | Link::Greeting { socket, .. } | Link::Open(Open { socket, .. }) => {
                Some(socket)
            }
            _ => None,
        }
    }

    fn close_socket(&mut self) {
        if let Some(socket) = self.socket() {
            self.actions.push_back(Action::Close { socket });
        }
    }

    fn become_idle(&mut self) {
        self.close_socket();
        self.link = Link::Idle;
        self.abandoned.clear();
        self.actions.push_back(Action::State(State::Idle));
    }

    fn connect(&mut self) {
        let ticket = self.sign(self.endpoint.connect_url(), "{}".into());
        self.link = Link::Signing { ticket };
        self.actions.push_back(Action::State(State::Connecting));
    }

    fn connected(&mut self, socket: SocketId, timeout: Option<f64>, at: Moment) {
        self.link = Link::Open(Open {
            socket,
            since: at.now,
            heard: at.now,
            silence_limit: silence_limit(timeout),
            is_doubtful: false,
            close_at: None,
        });
        self.has_connected = true;
        self.recoveries = 0;
        self.accept(self.key.clone());
        self.actions.push_back(Action::State(State::Connected));
    }

    /// Failures before a connection that has lasted do not count.
    fn forgive_failures(&mut self, now: Millis) {
        if matches!(&self.link, Link::Open(open) if now - open.since >= LASTING) {
            self.failures = 0;
        }
    }

    fn refuse_connection(&mut self, error: Option<&P>, at: Moment) {
        self.forgive_failures(at.now);
        let may_recover = self.recoveries < if self.has_connected { RECOVERIES } else { 1 };
        let Verdict { remedy, failure } = (self.judge)(error, may_recover.then_some(&*self.key));
        match remedy {
            Remedy::Recover if may_recover => {
                self.recoveries += 1;
                // Only once and before the acknowledgement, so that a server that takes and drops each connection is not
                // overrun.
                let is_at_once = self.recoveries == 1 && matches!(self.link, Link::Greeting { .. });
                self.lose_with(Loss::Refused, is_at_once, failure, at);
            }
            Remedy::Wait => self.lose_with(Loss::Refused, false, failure, at),
            _ => self.end(Err(failure)),
        }
    }

    /// Connects anew because of something that this side knows.
    fn reconnect(&mut self, loss: Loss, at: Moment) {
        match &mut self.link {
            Link::Idle => {}
            Link::Waiting { until } => {
                *until = at.now;
                self.failures = 0;
            }
            _ => self.lose(loss, at),
        }
    }

    fn lose(&mut self, loss: Loss, at: Moment) {
        let is_expected = matches!(loss, Loss::Slept | Loss::NetworkChanged | Loss::Aged | Loss::IdentityChanged);
        if is_expected {
            self.failures = 0;
        }
        let error = loss.to_error();
        self.lose_with(loss, is_expected, error.into(), at);
    }

    /// Loses the connection, and connects again at once or after a delay. `failure` is what it is given up for if there
    /// is no hope.
    fn lose_with(&mut self, loss: Loss, is_at_once: bool, failure: Failure<P>, at: Moment) {
        self.forgive_failures(at.now);
        let delay = if is_at_once { 0 } else { backoff::delay(self.failures, at.random) };
        self.failures += 1;
        if !matches!(loss, Loss::Closed(_)) {
            self.close_socket();
        }
        let heard = match &self.link {
            Link::Open(open) => open.heard,
            _ => at.now,
        };
        self.link = Link::Waiting { until: at.now + delay };
        self.abandoned.clear();
        self.subscriptions.iter_mut().for_each(|subscription| subscription.disconnect(heard));
        self.disconnect_publishes();
        let is_hopeless = !self.has_connected && self.is_online && self.failures >= FIRST_CONNECTS;
        self.actions.push_back(Action::State(State::Waiting { delay, failures: self.failures, loss }));
        if is_hopeless {
            self.end(Err(failure));
        }
    }

    fn disconnect_publishes(&mut self) {
        for mut pending in std::mem::take(&mut self.publishes) {
            match pending.disconnect() {
                Ok(()) => self.publishes.push(pending),
                Err(error) => {
                    self.actions.push_back(Action::Published { publish: pending.id, result: Err(error.into()) });
                }
            }
        }
    }

    fn is_needed(&self) -> bool {
        !self.publishes.is_empty() || self.subscriptions.iter().any(|subscription| subscription.stage != Stage::Ended)
    }

    // Time

    /// Does everything whose time has come.
    fn advance(&mut self, at: Moment) {
        self.end_overdue_connection(at);
        self.end_overdue_answers(at);
        let is_needed = self.is_needed();
        match &mut self.link {
            Link::Idle if is_needed => self.connect(),
            Link::Waiting { .. } if !is_needed => self.become_idle(),
            Link::Waiting { until } if *until <= at.now => self.connect(),
            Link::Open(open) if is_needed => open.close_at = None,
            Link::Open(open) => {
                let close_at = *open.close_at.get_or_insert(at.now + LINGER);
                if close_at <= at.now {
                    self.become_idle();
                }
            }
            // One that is being made is not broken off: it may be needed again as soon as it is there.
            _ => {}
        }
        if matches!(self.link, Link::Open(_)) {
            self.start_due(at);
        }
    }

    fn end_overdue_connection(&mut self, at: Moment) {
        let loss = match &self.link {
            Link::Opening { until, .. } | Link::Greeting { until, .. } if *until <= at.now => Loss::ConnectTimeout,
            Link::Open(open) if open.silent_at() <= at.now => Loss::Silent,
            Link::Open(open) if open.since + LIFETIME <= at.now => Loss::Aged,
            _ => return,
        };
        self.lose(loss, at);
    }

    fn end_overdue_answers(&mut self, at: Moment) {
        while let Some(index) = self.publishes.iter().position(|pending| pending.until <= at.now) {
            let error = self.publishes[index].timeout();
            self.finish_publish(index, Err(error.into()));
        }
        let Link::Open(open) = &self.link else { return };
        let heard = open.heard;
        while let Some(index) = self.abandoned.iter().position(|(_, until)| *until <= at.now) {
            let (wire, _) = self.abandoned.swap_remove(index);
            self.send_stop(wire);
        }
        // Nothing at all has come since: the socket is dead, not the start.
        let is_dead = |s: &Subscription<P>| matches!(s.stage, Stage::Starting { sent, until, .. } if until <= at.now && heard < sent);
        if self.subscriptions.iter().any(is_dead) {
            return self.lose(Loss::Silent, at);
        }
        for subscription in &mut self.subscriptions {
            if let Stage::Starting { wire, until, .. } = subscription.stage
                && until <= at.now
            {
                self.abandoned.push((wire, at.now + ANSWER_TIMEOUT));
                change(&mut self.actions, subscription, |subscription| {
                    let error = Error::new(Code::Timeout, "AppSync has not acknowledged the subscription in time");
                    subscription.retry(error.into(), at);
                });
            }
        }
    }

    fn starts_in_flight(&self) -> usize {
        self.subscriptions.iter().filter(|subscription| subscription.is_in_flight()).count()
    }

    fn start_due(&mut self, at: Moment) {
        let url = self.endpoint.http_url().to_owned();
        for index in 0..self.publishes.len() {
            let pending = &mut self.publishes[index];
            if matches!(pending.stage, PublishStage::Waiting { until } if until <= at.now) {
                let body = pending.body.clone();
                let ticket = self.sign(url.clone(), body);
                self.publishes[index].stage = PublishStage::Signing { ticket };
            }
        }
        let mut in_flight = self.starts_in_flight();
        for index in 0..self.subscriptions.len() {
            let subscription = &mut self.subscriptions[index];
            if in_flight < STARTS && matches!(subscription.stage, Stage::Waiting { until } if until <= at.now) {
                let body = subscription.body.clone();
                let ticket = self.sign(url.clone(), body);
                self.subscriptions[index].stage = Stage::Signing { ticket };
                in_flight += 1;
            }
        }
    }

    // Small things

    fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    fn index_of(&self, id: SubscriptionId) -> Option<usize> {
        self.subscriptions.iter().position(|subscription| subscription.id == id)
    }

    fn send(&mut self, text: String) {
        if let Some(socket) = self.socket() {
            self.actions.push_back(Action::Send { socket, text: Secret::new(text) });
        }
    }

    fn send_stop(&mut self, wire: WireId) {
        self.send(self.endpoint.protocol().unsubscribe_message(wire));
    }

    fn finish_publish(&mut self, index: usize, result: Result<P, Failure<P>>) {
        let publish = self.publishes.remove(index).id;
        self.actions.push_back(Action::Published { publish, result });
    }

    fn refuse_publish(&mut self, index: usize, error: Option<&P>, at: Moment) {
        let pending = &mut self.publishes[index];
        let verdict = (self.judge)(error, pending.recoverable_key());
        if let Err(failure) = pending.refuse(verdict, at) {
            self.finish_publish(index, Err(failure));
        }
    }
}

/// Changes a subscription, and tells its consumer if there is something to take that there was not before.
fn change<P: Clone>(
    actions: &mut VecDeque<Action<P>>,
    subscription: &mut Subscription<P>,
    change: impl FnOnce(&mut Subscription<P>),
) {
    let was_empty = subscription.queue.is_empty();
    change(subscription);
    if was_empty && !subscription.queue.is_empty() {
        actions.push_back(Action::Ready(subscription.id));
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests;
