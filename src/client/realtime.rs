//! Lasting connections to AppSync: one for each endpoint and caller, shared by all subscriptions to it. The machine
//! ([`Connection`]) decides; here its actions are carried out over a [`SocketHost`].

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::clock_watch::ClockWatch;
use super::error::closed;
pub(crate) use super::error::signed_out;
use crate::appsync::connection::{
    Action, Authorization, Connection, Delivery, Endpoint, Failure, Moment, Operation, PublishId, QueueLimits,
    SigningTask, SocketId, State, SubscriptionId, Value, Verdict, authorization_subprotocol,
};
use crate::error::Error;
use crate::http::after;
use crate::secret::Secret;
use crate::time::Millis;

/// What lasting connections need of their surroundings. It is a trait of its own beside [`Host`](super::Host), so that
/// they can be compiled into a module that has no client and asks another one's for signatures. It takes functions to
/// call and gives no futures, so that such a module needs no executor either.
pub trait SocketHost: 'static {
    /// JSON of the platform's own parser.
    type Payload: Value + 'static;
    /// A WebSocket. Dropping it closes it, and nothing more of it is reported.
    type Socket: 'static;
    /// A timer. Dropping it clears it.
    type Timer: 'static;

    /// The device's clock.
    fn now(&self) -> Millis;

    /// Milliseconds of a clock that nobody sets.
    fn monotonic(&self) -> Millis;

    /// A random number in [0, 1).
    fn random(&self) -> f64;

    /// Calls `then` once, after so many milliseconds.
    fn wait(&self, duration: Millis, then: Box<dyn FnOnce()>) -> Self::Timer;

    /// Base64 of an ASCII text, in the standard alphabet.
    fn base64(&self, text: &str) -> String;

    /// Opens a WebSocket; none if the platform refuses to. It reports later, never before this returns.
    fn open(
        &self,
        url: &str,
        subprotocols: [&str; 2],
        report: Box<dyn Fn(SocketEvent<Self::Payload>)>,
    ) -> Option<Self::Socket>;

    /// Sends a text frame.
    fn send(&self, socket: &Self::Socket, text: &str);

    /// The number of the time in which one user uses the client, see [`Client::period`](super::Client::period).
    fn period(&self) -> u32;

    /// Signs, with the credentials and the clock of this moment, a POST that is never sent, and calls `done` with what
    /// came of it, later or at once. It ends with [`signed_out`] when the period does.
    fn authorize(&self, task: &SigningTask, done: SignatureReceiver<Self::Payload>);

    /// Tells the client that AppSync has accepted a signature of this access key, see
    /// [`Client::frame_accepted`](super::Client::frame_accepted).
    fn accepted(&self, access_key_id: &str);

    /// Judges a refusal of a signature for this URL by the first error of the frame, see
    /// [`Client::frame_refused`](super::Client::frame_refused).
    fn refused(&self, url: &str, access_key_id: Option<&str>, error: Option<&Self::Payload>) -> Verdict<Self::Payload>;

    /// Tells listeners of what happens to a connection.
    fn emit(&self, endpoint: &Endpoint, happening: Happening<Self::Payload>);
}

/// Takes a signature, or why there is none.
pub type SignatureReceiver<P> = Box<dyn FnOnce(Result<FrameSignature, Failure<P>>)>;

/// Takes AppSync's answer to a publish, or why there is none.
pub type PublishReceiver<P> = Box<dyn FnOnce(Result<P, Failure<P>>)>;

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

impl From<FrameSignature> for Authorization {
    fn from(FrameSignature { authorization, amz_date, security_token }: FrameSignature) -> Self {
        let credential = after(authorization.expose(), "Credential=").unwrap_or_default();
        let key = credential.split('/').next().unwrap_or_default().into();
        Self { authorization, amz_date, security_token, key }
    }
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
pub enum Happening<P> {
    /// It has another state.
    State(State),
    /// A frame could not be used.
    Unusable(Failure<P>),
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
    /// Whose it is.
    period: u32,
    state: RefCell<LineState<S>>,
}

struct LineState<S: SocketHost> {
    connection: Connection<S::Payload>,
    socket: Option<(SocketId, S::Socket)>,
    /// When it fires, and the timer.
    timer: Option<(Millis, S::Timer)>,
    consumers: Vec<Consumer>,
    publishes: Vec<(PublishId, PublishReceiver<S::Payload>)>,
}

struct Consumer {
    id: SubscriptionId,
    is_acknowledged: bool,
    /// Called when there is something new.
    waiting: Vec<Box<dyn FnOnce()>>,
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

    /// Subscribes for the user of this period over the connection to this endpoint.
    pub fn subscribe(
        &self,
        period: u32,
        endpoint: &Rc<Endpoint>,
        operation: Operation,
        limits: QueueLimits,
    ) -> Result<Subscription<S>, Error> {
        let line = self.line(period, endpoint)?;
        let id = line.act(|connection, at| connection.subscribe(operation, limits, at));
        line.state.borrow_mut().consumers.push(Consumer { id, is_acknowledged: false, waiting: Vec::new() });
        Ok(Subscription { line, id, is_over: Cell::new(false) })
    }

    /// Publishes for the user of this period over the connection to this endpoint. `body` is that of one of
    /// [`Publish::batches`](crate::appsync::events::Publish::batches); `done` is called later.
    pub fn publish(
        &self,
        period: u32,
        endpoint: &Rc<Endpoint>,
        body: String,
        done: PublishReceiver<S::Payload>,
    ) -> Result<(), Error> {
        let line = self.line(period, endpoint)?;
        let id = line.act(|connection, at| connection.publish(body, at))?;
        line.state.borrow_mut().publishes.push((id, done));
        Ok(())
    }

    /// Takes in that another user may have the client. Connections of a user who is gone end with `SIGNED_OUT`; those of
    /// a guest who signed in are made anew as the user.
    pub fn identity_changed(&self) {
        for line in self.0.all() {
            if self.0.host.period() == line.period {
                line.act(Connection::identity_changed);
            } else {
                line.act(|connection, _| connection.end(Err(signed_out().into())));
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

    /// Refuses to go on after the end of the period, when somebody has signed out.
    pub fn check(&self, period: u32) -> Result<(), Error> {
        if self.0.is_closed.get() {
            return Err(closed());
        }
        if self.0.host.period() == period { Ok(()) } else { Err(signed_out()) }
    }

    fn line(&self, period: u32, endpoint: &Rc<Endpoint>) -> Result<Rc<Line<S>>, Error> {
        self.check(period)?;
        let shared = &self.0;
        let is_same =
            |line: &&Rc<Line<S>>| line.period == period && line.state.borrow().connection.endpoint() == endpoint;
        if let Some(line) = shared.lines.borrow().iter().find(is_same) {
            return Ok(line.clone());
        }
        let (host, url) = (shared.host.clone(), endpoint.http_url().to_owned());
        let judge = move |error: Option<&S::Payload>, key: Option<&str>| host.refused(&url, key, error);
        let state = LineState {
            connection: Connection::new(endpoint.clone(), Box::new(judge)),
            socket: None,
            timer: None,
            consumers: Vec::new(),
            publishes: Vec::new(),
        };
        let line = Rc::new(Line {
            host: shared.host.clone(),
            shared: Rc::downgrade(shared),
            period,
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

    fn carry_out_one(self: &Rc<Self>, action: Action<S::Payload>) {
        match action {
            Action::Sign(task) => {
                let (ticket, line) = (task.ticket, Rc::downgrade(self));
                let done = move |result: Result<FrameSignature, Failure<S::Payload>>| {
                    if let Some(line) = line.upgrade() {
                        line.act(|connection, at| connection.signed(ticket, result.map(Authorization::from), at));
                    }
                };
                // Whose period is over is not asked for: the connection ends.
                if self.host.period() == self.period {
                    self.host.authorize(&task, Box::new(done));
                }
            }
            Action::Open { socket, url, subprotocol, authorization } => {
                let line = Rc::downgrade(self);
                let report = move |event| {
                    if let Some(line) = line.upgrade() {
                        line.report(socket, event);
                    }
                };
                let base64 = Secret::new(self.host.base64(authorization.expose()));
                let authorization = Secret::new(authorization_subprotocol(base64.expose()));
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
            Action::Accepted { key } => self.host.accepted(&key),
            Action::Ready(id) => self.wake(id, false),
            Action::Subscribed(id) => self.wake(id, true),
            Action::Published { publish, result } => {
                let mut state = self.state.borrow_mut();
                let at = state.publishes.iter().position(|(id, _)| *id == publish);
                let done = at.map(|at| state.publishes.swap_remove(at).1);
                drop(state);
                if let Some(done) = done {
                    done(result);
                }
            }
            Action::State(state) => self.emit(Happening::State(state)),
            Action::Unusable(error) => self.emit(Happening::Unusable(error)),
        }
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
        let waiting = std::mem::take(&mut consumer.waiting);
        drop(state);
        waiting.into_iter().for_each(|tell| tell());
    }

    fn emit(&self, happening: Happening<S::Payload>) {
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
        let line = Rc::downgrade(self);
        let then = move || {
            if let Some(line) = line.upgrade() {
                line.elapsed();
            }
        };
        let timer = self.host.wait((deadline - self.host.monotonic()).max(0), Box::new(then));
        state.timer = Some((deadline, timer));
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
    /// What its connection runs on.
    pub fn host(&self) -> &S {
        &self.line.host
    }

    /// Takes what is next; none if there is nothing for now, or nothing any more.
    pub fn take(&self) -> Option<Delivery<S::Payload>> {
        let delivery = self.line.state.borrow_mut().connection.take(self.id)?;
        if matches!(delivery, Delivery::End | Delivery::Failed(_)) {
            self.is_over.set(true);
            self.line.carry_out();
        }
        Some(delivery)
    }

    /// Whether the last delivery was taken.
    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Whether AppSync has acknowledged it, so that messages that are published from then on arrive; none while it may
    /// still do so.
    pub fn is_acknowledged(&self) -> Option<bool> {
        let state = self.line.state.borrow();
        let consumer = state.consumers.iter().find(|consumer| consumer.id == self.id);
        match consumer {
            Some(consumer) if consumer.is_acknowledged => Some(true),
            _ => state.connection.has_ended(self.id).then_some(false),
        }
    }

    /// Calls `tell` once, when there is something to take that there was not before, or it is acknowledged or dropped.
    pub fn on_change(&self, tell: Box<dyn FnOnce()>) {
        let mut state = self.line.state.borrow_mut();
        if let Some(consumer) = state.consumers.iter_mut().find(|consumer| consumer.id == self.id) {
            consumer.waiting.push(tell);
        }
    }
}

impl<S: SocketHost> Drop for Subscription<S> {
    fn drop(&mut self) {
        let id = self.id;
        let mut state = self.line.state.borrow_mut();
        let at = state.consumers.iter().position(|consumer| consumer.id == id);
        let waiting = at.map(|at| state.consumers.swap_remove(at).waiting).unwrap_or_default();
        drop(state);
        self.line.act(|connection, at| connection.unsubscribe(id, at));
        // Whoever waits hears that nothing more comes.
        waiting.into_iter().for_each(|tell| tell());
    }
}
