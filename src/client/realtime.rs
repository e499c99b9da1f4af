//! Lasting connections to AppSync: one for each endpoint and caller, shared by all subscriptions to it. The machine
//! ([`Connection`]) decides; here its actions are carried out over a [`SocketHost`].

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use futures_util::future::{FutureExt, LocalBoxFuture};

use super::clock_watch::ClockWatch;
use super::error::closed;
pub(crate) use super::error::signed_out;
use super::signal::{Giver, signal};
use crate::appsync::connection::{
    Action, Authorization, Connection, Delivery, Endpoint, Moment, Operation, PublishId, QueueLimits, Recovery,
    SigningTask, SocketId, State, SubscriptionId, Value,
};
use crate::appsync::events::{Publish, PublishReport};
use crate::error::Error;
use crate::secret::Secret;
use crate::time::Millis;

/// What lasting connections need of their surroundings. It is a trait of its own beside [`Host`](super::Host), so that
/// they can be compiled into a module that has no client and asks another one's for signatures.
pub trait SocketHost: 'static {
    /// JSON of the platform's own parser.
    type Payload: Value + 'static;
    /// A WebSocket. Dropping it closes it, and nothing more of it is reported.
    type Socket: 'static;
    /// Whoever subscribes, see [`Client::caller`](super::Client::caller).
    type Caller: 'static;

    /// The device's clock.
    fn now(&self) -> Millis;

    /// Milliseconds of a clock that nobody sets.
    fn monotonic(&self) -> Millis;

    /// A random number in [0, 1).
    fn random(&self) -> f64;

    /// Waits. Dropping it clears the timer.
    fn sleep(&self, duration: Millis) -> impl Future<Output = ()> + 'static;

    /// Runs work that nobody awaits.
    fn spawn(&self, work: LocalBoxFuture<'static, ()>);

    /// Opens a WebSocket; none if the platform refuses to. It reports later, never before this returns.
    fn open(
        &self,
        url: &str,
        subprotocols: [&str; 2],
        report: Box<dyn Fn(SocketEvent<Self::Payload>)>,
    ) -> Option<Self::Socket>;

    /// Sends a text frame.
    fn send(&self, socket: &Self::Socket, text: &str);

    /// Whether the client still belongs to that caller.
    fn is_current(&self, caller: &Self::Caller) -> bool;

    /// Signs, for that caller and with the credentials and the clock of this moment, a POST with these headers that is
    /// never sent.
    fn authorize(
        &self,
        caller: &Self::Caller,
        task: &SigningTask,
    ) -> impl Future<Output = Result<FrameSignature, Error>> + 'static;

    /// Tells the client what AppSync says of a signature, see
    /// [`Client::learn_from_socket`](super::Client::learn_from_socket).
    fn learn(&self, url: &str, access_key_id: &str, refused: Option<Recovery>);

    /// Tells listeners of what happens to a connection.
    fn emit(&self, endpoint: &Endpoint, happening: &Happening);
}

/// What signing adds to a request.
#[derive(Debug)]
pub struct FrameSignature {
    /// `authorization`.
    pub authorization: Secret,
    /// `x-amz-date`.
    pub amz_date: String,
    /// `x-amz-security-token`.
    pub security_token: Option<Secret>,
}

/// What a socket reports.
#[derive(Debug)]
pub enum SocketEvent<P> {
    /// It is open.
    Opened,
    /// A frame, and its length; none if it is no text or not JSON.
    Frame(Option<P>, usize),
    /// It was closed, or could not be opened, with this WebSocket close code.
    Closed(u16),
}

/// What happens to a connection.
#[derive(Debug)]
pub enum Happening {
    /// It has another state.
    State(State),
    /// A frame could not be used.
    Unusable(Error),
}

/// The connections of a client.
pub struct Realtime<S: SocketHost>(Rc<Shared<S>>);

struct Shared<S: SocketHost> {
    host: Rc<S>,
    lines: RefCell<Vec<Rc<Line<S>>>>,
    clock_watch: RefCell<ClockWatch>,
    is_closed: Cell<bool>,
    is_online: Cell<bool>,
}

/// One connection.
struct Line<S: SocketHost> {
    host: Rc<S>,
    shared: Weak<Shared<S>>,
    caller: S::Caller,
    state: RefCell<LineState<S>>,
}

struct LineState<S: SocketHost> {
    connection: Connection<S::Payload>,
    socket: Option<(SocketId, S::Socket)>,
    /// When it fires, and what clears it when it is dropped.
    timer: Option<(Millis, Giver<()>)>,
    /// The access keys that signed for it, by their stamps.
    keys: Vec<String>,
    consumers: Vec<Consumer>,
    publishes: Vec<(PublishId, Giver<Result<PublishReport, Error>>)>,
}

struct Consumer {
    id: SubscriptionId,
    is_acknowledged: bool,
    wakers: Vec<Waker>,
}

impl<S: SocketHost> std::fmt::Debug for Realtime<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Realtime(..)")
    }
}

impl<S: SocketHost> Realtime<S> {
    /// What the connections run on.
    pub fn host(&self) -> &S {
        &self.0.host
    }

    /// No connection yet.
    pub fn new(host: S) -> Self {
        let clock_watch = RefCell::new(ClockWatch::new(host.now(), host.monotonic()));
        Self(Rc::new(Shared {
            host: Rc::new(host),
            lines: RefCell::default(),
            clock_watch,
            is_closed: Cell::new(false),
            is_online: Cell::new(true),
        }))
    }

    /// Subscribes for this caller over the connection to this endpoint.
    pub fn subscribe(
        &self,
        caller: S::Caller,
        endpoint: &Endpoint,
        operation: Operation,
        limits: QueueLimits,
    ) -> Result<Subscription<S>, Error> {
        let line = self.line(caller, endpoint)?;
        let id = line.act(|connection, at| connection.subscribe(operation, limits, at));
        line.state.borrow_mut().consumers.push(Consumer { id, is_acknowledged: false, wakers: Vec::new() });
        Ok(Subscription { line, id, is_over: Cell::new(false) })
    }

    /// Publishes for this caller over the connection to this endpoint.
    pub async fn publish(
        &self,
        caller: S::Caller,
        endpoint: &Endpoint,
        publish: Publish,
    ) -> Result<PublishReport, Error> {
        let line = self.line(caller, endpoint)?;
        let (giver, answer) = signal();
        let id = line.act(|connection, at| connection.publish(publish, at))?;
        line.state.borrow_mut().publishes.push((id, giver));
        answer.await.unwrap_or_else(|| Err(closed()))
    }

    /// Takes in that another user may have the client. Connections of a user who is gone end with `SIGNED_OUT`; those of
    /// a guest who signed in are made anew as the user.
    pub fn identity_changed(&self) {
        for line in self.0.all() {
            if self.0.host.is_current(&line.caller) {
                line.act(Connection::identity_changed);
            } else {
                line.act(|connection, _| connection.end(Err(signed_out())));
                self.0.forget(&line);
            }
        }
    }

    /// Looks after the connections, as the device may have slept.
    pub fn wake(&self) {
        let slept = self.0.slept();
        for line in self.0.all() {
            line.act(|connection, at| connection.resumed(slept, at));
        }
    }

    /// Takes in that the device went offline or online.
    pub fn network_changed(&self, is_online: bool) {
        self.0.is_online.set(is_online);
        for line in self.0.all() {
            line.act(|connection, at| connection.network_changed(is_online, at));
        }
    }

    /// Ends all subscriptions and closes the sockets.
    pub fn close(&self) {
        self.0.is_closed.set(true);
        for line in self.0.all() {
            line.act(|connection, _| connection.end(Ok(())));
            self.0.forget(&line);
        }
    }

    /// How many connections are in use, or were a moment ago.
    pub fn connections(&self) -> usize {
        self.0.lines.borrow().len()
    }

    /// Refuses to go on for somebody who has signed out since.
    pub fn check(&self, caller: &S::Caller) -> Result<(), Error> {
        if self.0.is_closed.get() {
            return Err(closed());
        }
        if self.0.host.is_current(caller) { Ok(()) } else { Err(signed_out()) }
    }

    fn line(&self, caller: S::Caller, endpoint: &Endpoint) -> Result<Rc<Line<S>>, Error> {
        self.check(&caller)?;
        let shared = &self.0;
        let is_same = |line: &&Rc<Line<S>>| {
            shared.host.is_current(&line.caller) && line.state.borrow().connection.endpoint() == endpoint
        };
        if let Some(line) = shared.lines.borrow().iter().find(is_same) {
            return Ok(line.clone());
        }
        let state = LineState {
            connection: Connection::new(endpoint.clone()),
            socket: None,
            timer: None,
            keys: Vec::new(),
            consumers: Vec::new(),
            publishes: Vec::new(),
        };
        let line = Rc::new(Line {
            host: shared.host.clone(),
            shared: Rc::downgrade(shared),
            caller,
            state: RefCell::new(state),
        });
        shared.lines.borrow_mut().push(line.clone());
        // Not by `act`: a line without subscriptions would be forgotten.
        let at = Moment { now: shared.host.monotonic(), random: shared.host.random() };
        line.state.borrow_mut().connection.network_changed(shared.is_online.get(), at);
        Ok(line)
    }
}

impl<S: SocketHost> Shared<S> {
    fn all(&self) -> Vec<Rc<Line<S>>> {
        self.lines.borrow().clone()
    }

    fn forget(&self, line: &Rc<Line<S>>) {
        self.lines.borrow_mut().retain(|known| !Rc::ptr_eq(known, line));
    }

    /// How long the device slept since the last look, as far as monotonic time does not show it.
    fn slept(&self) -> Millis {
        let jump = self.clock_watch.borrow_mut().jump(self.host.now(), self.host.monotonic());
        jump.unwrap_or_default().max(0)
    }
}

impl<S: SocketHost> Drop for Shared<S> {
    fn drop(&mut self) {
        for line in self.lines.get_mut() {
            line.act(|connection, _| connection.end(Ok(())));
        }
    }
}

impl<S: SocketHost> Line<S> {
    /// Calls the machine, and does what it wants.
    fn act<T>(self: &Rc<Self>, call: impl FnOnce(&mut Connection<S::Payload>, Moment) -> T) -> T {
        let at = Moment { now: self.host.monotonic(), random: self.host.random() };
        let result = call(&mut self.state.borrow_mut().connection, at);
        self.carry_out();
        result
    }

    #[inline(never)]
    fn carry_out(self: &Rc<Self>) {
        loop {
            let action = self.state.borrow_mut().connection.next_action();
            match action {
                None => break,
                Some(action) => self.carry_out_one(action),
            }
        }
        self.set_timer();
        if self.state.borrow().connection.is_idle()
            && let Some(shared) = self.shared.upgrade()
        {
            shared.forget(self);
        }
    }

    fn carry_out_one(self: &Rc<Self>, action: Action) {
        match action {
            Action::Sign(task) => {
                self.learn(&task.url, task.accepted, None);
                if let Some(refused) = task.refused {
                    self.learn(&task.url, Some(refused.stamp), Some(refused.recovery));
                }
                let (ticket, line) = (task.ticket, Rc::downgrade(self));
                let signed = self.host.authorize(&self.caller, &task);
                let work = async move {
                    let result = signed.await;
                    if let Some(line) = line.upgrade() {
                        let result = result.map(|signature| line.stamped(signature));
                        line.act(|connection, at| connection.signed(ticket, result, at));
                    }
                };
                self.host.spawn(work.boxed_local());
            }
            Action::Open { socket, url, subprotocol, authorization } => {
                let line = Rc::downgrade(self);
                let report = move |event| {
                    if let Some(line) = line.upgrade() {
                        line.report(socket, event);
                    }
                };
                let opened = self.host.open(&url, [subprotocol, authorization.expose()], Box::new(report));
                let is_open = opened.is_some();
                self.state.borrow_mut().socket = opened.map(|opened| (socket, opened));
                if !is_open {
                    self.report(socket, SocketEvent::Closed(NEVER_OPENED));
                }
            }
            Action::Send { socket, text } => {
                if let Some((own, opened)) = &self.state.borrow().socket
                    && *own == socket
                {
                    self.host.send(opened, text.expose());
                }
            }
            Action::Close { socket } => self.drop_socket(socket),
            Action::Ready(id) => self.wake(id, false),
            Action::Subscribed(id) => self.wake(id, true),
            Action::Published { publish, result } => {
                let mut state = self.state.borrow_mut();
                let at = state.publishes.iter().position(|(id, _)| *id == publish);
                let giver = at.map(|at| state.publishes.swap_remove(at).1);
                drop(state);
                if let Some(giver) = giver {
                    giver.give(result);
                }
            }
            Action::State(state) => self.emit(&Happening::State(state)),
            Action::Unusable(error) => self.emit(&Happening::Unusable(error)),
        }
    }

    fn learn(&self, url: &str, stamp: Option<u64>, refused: Option<Recovery>) {
        let state = self.state.borrow();
        let key = stamp.and_then(|stamp| state.keys.get(stamp as usize)).cloned();
        drop(state);
        if let Some(key) = key {
            self.host.learn(url, &key, refused);
        }
    }

    /// A signature with the stamp of its access key.
    fn stamped(&self, signature: FrameSignature) -> Authorization {
        let FrameSignature { authorization, amz_date, security_token } = signature;
        let credential = authorization.expose().split_once("Credential=").map_or("", |(_, credential)| credential);
        let key = credential.split('/').next().unwrap_or_default();
        let keys = &mut self.state.borrow_mut().keys;
        let known = keys.iter().position(|known| known == key);
        let stamp = known.unwrap_or_else(|| {
            keys.push(key.to_owned());
            keys.len() - 1
        }) as u64;
        Authorization { authorization, amz_date, security_token, stamp }
    }

    fn report(self: &Rc<Self>, socket: SocketId, event: SocketEvent<S::Payload>) {
        match event {
            SocketEvent::Opened => self.act(|connection, at| connection.opened(socket, at)),
            SocketEvent::Frame(frame, size) => {
                self.act(|connection, at| connection.received(socket, frame, size, at));
            }
            SocketEvent::Closed(code) => {
                self.drop_socket(socket);
                self.act(|connection, at| connection.closed(socket, code, at));
            }
        }
    }

    fn drop_socket(&self, socket: SocketId) {
        let dropped = self.state.borrow_mut().socket.take_if(|(own, _)| *own == socket);
        drop(dropped);
    }

    fn wake(&self, id: SubscriptionId, is_acknowledged: bool) {
        let mut state = self.state.borrow_mut();
        let Some(consumer) = state.consumers.iter_mut().find(|consumer| consumer.id == id) else { return };
        consumer.is_acknowledged |= is_acknowledged;
        let wakers = std::mem::take(&mut consumer.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn emit(&self, happening: &Happening) {
        let endpoint = self.state.borrow().connection.endpoint().clone();
        self.host.emit(&endpoint, happening);
    }

    fn set_timer(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        let deadline = state.connection.deadline();
        // One that fires too early looks again, so that a frame does not cost a timer.
        if let (Some((due, _)), Some(deadline)) = (&state.timer, deadline)
            && *due <= deadline
        {
            return;
        }
        state.timer = None;
        let Some(deadline) = deadline else { return };
        let sleep = self.host.sleep((deadline - self.host.monotonic()).max(0));
        let line = Rc::downgrade(self);
        let (timer, cancelled) = signal();
        state.timer = Some((deadline, timer));
        drop(state);
        let work = async move {
            if cancelled.unless_over(sleep).await.is_some()
                && let Some(line) = line.upgrade()
            {
                line.elapsed();
            }
        };
        self.host.spawn(work.boxed_local());
    }

    fn elapsed(self: &Rc<Self>) {
        self.state.borrow_mut().timer = None;
        let slept = self.shared.upgrade().map_or(0, |shared| shared.slept());
        if slept > 0 {
            self.act(|connection, at| connection.resumed(slept, at));
        } else {
            self.act(Connection::elapsed);
        }
    }
}

/// What browsers report of a socket that could not be opened (RFC 6455, section 7.4.1).
const NEVER_OPENED: u16 = 1006;

/// A subscription. Dropping it ends it.
pub struct Subscription<S: SocketHost> {
    line: Rc<Line<S>>,
    id: SubscriptionId,
    is_over: Cell<bool>,
}

impl<S: SocketHost> std::fmt::Debug for Subscription<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(..)")
    }
}

impl<S: SocketHost> Subscription<S> {
    /// Waits for what is next; none after [`Delivery::End`] and [`Delivery::Failed`].
    pub async fn next(&self) -> Option<Delivery<S::Payload>> {
        poll_fn(|context| self.poll_next(context.waker())).await
    }

    /// As [`next`](Self::next), without keeping the subscription; none when it was dropped.
    pub async fn next_of(subscription: &Weak<Self>) -> Option<Delivery<S::Payload>> {
        poll_fn(|context| match subscription.upgrade() {
            Some(subscription) => subscription.poll_next(context.waker()),
            None => Poll::Ready(None),
        })
        .await
    }

    /// Waits until AppSync has acknowledged it, or it has ended: messages that are published from then on arrive.
    pub async fn acknowledged(&self) {
        poll_fn(|context| self.poll_acknowledged(context.waker())).await;
    }

    /// As [`acknowledged`](Self::acknowledged), without keeping the subscription.
    pub async fn acknowledged_of(subscription: &Weak<Self>) {
        poll_fn(|context| match subscription.upgrade() {
            Some(subscription) => subscription.poll_acknowledged(context.waker()),
            None => Poll::Ready(()),
        })
        .await;
    }

    fn poll_next(&self, waker: &Waker) -> Poll<Option<Delivery<S::Payload>>> {
        if self.is_over.get() {
            return Poll::Ready(None);
        }
        match self.take() {
            Some(delivery) => Poll::Ready(Some(delivery)),
            None => {
                self.wait(waker);
                Poll::Pending
            }
        }
    }

    fn poll_acknowledged(&self, waker: &Waker) -> Poll<()> {
        let state = self.line.state.borrow();
        let is_waiting = |consumer: &Consumer| consumer.id == self.id && !consumer.is_acknowledged;
        if !state.consumers.iter().any(is_waiting) || state.connection.has_ended(self.id) {
            return Poll::Ready(());
        }
        drop(state);
        self.wait(waker);
        Poll::Pending
    }

    fn take(&self) -> Option<Delivery<S::Payload>> {
        let delivery = self.line.state.borrow_mut().connection.take(self.id)?;
        if matches!(delivery, Delivery::End | Delivery::Failed(_)) {
            self.is_over.set(true);
            self.line.carry_out();
        }
        Some(delivery)
    }

    fn wait(&self, waker: &Waker) {
        let mut state = self.line.state.borrow_mut();
        if let Some(consumer) = state.consumers.iter_mut().find(|consumer| consumer.id == self.id)
            && !consumer.wakers.iter().any(|known| known.will_wake(waker))
        {
            consumer.wakers.push(waker.clone());
        }
    }
}

impl<S: SocketHost> Drop for Subscription<S> {
    fn drop(&mut self) {
        let id = self.id;
        let mut state = self.line.state.borrow_mut();
        let at = state.consumers.iter().position(|consumer| consumer.id == id);
        let wakers = at.map(|at| state.consumers.swap_remove(at).wakers).unwrap_or_default();
        drop(state);
        self.line.act(|connection, at| connection.unsubscribe(id, at));
        // Whoever waits hears that nothing more comes.
        wakers.into_iter().for_each(Waker::wake);
    }
}
