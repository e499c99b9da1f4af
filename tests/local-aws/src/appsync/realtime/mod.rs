//! What the real-time endpoints of both kinds of API share: opening a WebSocket, connecting, frames and their signatures,
//! and the delivery of messages.
//!
//! A socket is opened for whoever asks in the right form. Whether its sender may connect is told in the first frame, as
//! AppSync tells it. What is asked for then is the [`Protocol`]'s.

mod authorization;
mod frame;
mod handshake;
mod outgoing;
mod session;
mod socket;
mod sockets;
mod subscribers;

use std::sync::Arc;

use hyper::upgrade::OnUpgrade;
use serde_json::Value;

use super::errors::ApiError;
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::faults::realtime::{FrameFault, Operation};
use crate::host::Service;
use crate::world::World;

use handshake::Handshake;

pub(super) use frame::Frame;
pub(super) use session::{Refused, Session};
pub(crate) use sockets::Sockets;
pub(crate) use subscribers::Subscribers;
pub(super) use subscribers::{Member, Subscriber};

/// The largest message that subscribers are sent, in bytes ("AWS AppSync endpoints and quotas").
pub(super) const MESSAGE_LIMIT: usize = 240 * 1024;
/// The largest frame that is read. The largest publish, 1.2 MB of events, fits, however much of it is escaped.
const FRAME_LIMIT: usize = 4 * 1024 * 1024;

/// What a kind of API speaks over its sockets.
pub(super) trait Protocol: 'static {
    /// The name under which it is counted and made to fail.
    const SERVICE: Service;
    /// The name in `Sec-WebSocket-Protocol`.
    const SUBPROTOCOL: &'static str;
    /// The path of the API's real-time host.
    const PATH: &'static str;
    /// The path of a custom domain, which has one host for everything.
    const CUSTOM_DOMAIN_PATH: &'static str;
    /// The path that the signature of a connection is for.
    const CONNECT_PATH: &'static str;

    /// Whether the sender of this request, which stands for the connection, may connect.
    fn check_connect(world: &World, request: &Arrived) -> Result<(), ApiError>;

    /// `connection_ack`.
    fn acknowledgement(timeout_ms: u64) -> Value;

    /// `connection_error`.
    fn connection_error(error: &ApiError) -> Value;

    /// What is answered to a frame that cannot be read.
    fn error(error: &ApiError) -> Value;

    /// A frame has come over an acknowledged connection.
    fn received(session: &mut Session, frame: &Frame) -> impl Future<Output = ()> + Send;
}

/// How a connection is answered.
#[derive(Debug)]
enum Greeting {
    Acknowledge,
    Refuse(ApiError),
    /// Not at all.
    Silence,
}

/// Answers a request for a socket.
pub(super) fn answer<P: Protocol>(world: &Arc<World>, request: &Arrived, upgrade: Option<OnUpgrade>) -> Answer {
    let handshake = match Handshake::read::<P>(request) {
        Ok(handshake) => handshake,
        Err(error) => return error.to_answer(),
    };
    let Some(upgrade) = upgrade else { return handshake::not_a_websocket().to_answer() };
    let fault = world.faults.lock().realtime.take_for(P::SERVICE, Operation::Connect);
    let greeting = match fault {
        Some(FrameFault::Ignore) => Greeting::Silence,
        Some(FrameFault::Refuse { status: Some(status), error_type, message, .. }) => {
            return ApiError::new(status, error_type, message).to_answer();
        }
        Some(FrameFault::Refuse { error_type, message, error_code, .. }) => {
            Greeting::Refuse(ApiError::new(error_code, error_type, message))
        }
        None => match check_connect::<P>(world, &handshake) {
            Ok(()) => Greeting::Acknowledge,
            Err(error) => Greeting::Refuse(error),
        },
    };
    let outcome = match &greeting {
        Greeting::Acknowledge => "ok".to_owned(),
        Greeting::Refuse(error) => error.name().to_owned(),
        Greeting::Silence => "ignored".to_owned(),
    };
    let answer = handshake.accept::<P>().counted_as(outcome);
    let world = Arc::clone(world);
    tokio::spawn(async move {
        // An error means that the client went away first.
        if let Ok(upgraded) = upgrade.await {
            socket::run::<P>(world, upgraded, handshake.http_host, greeting).await;
        }
    });
    answer
}

fn check_connect<P: Protocol>(world: &World, handshake: &Handshake) -> Result<(), ApiError> {
    let authorization = handshake.authorization.as_ref().ok_or_else(super::access::not_authorized)?;
    let now = world.now_at(P::SERVICE);
    P::check_connect(world, &authorization.to_request(&handshake.http_host, P::CONNECT_PATH, "{}", now)?)
}
