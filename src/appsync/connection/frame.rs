//! What AppSync sends, read from JSON that somebody else has parsed.

use super::refusal::first_error;
use crate::time::Millis;

/// A JSON value that the host's own parser made. A machine reads only the envelope of a frame with it and hands
/// payloads on untouched, so that in a page they stay the platform's own objects from `JSON.parse` to the consumer.
///
/// Nothing in here may fail or run code of the page: members are own members, and every other kind of value than the
/// one asked for is `None`.
pub trait Value: Clone {
    /// A member of an object.
    fn member(&self, member: Member) -> Option<Self>;
    /// An element of an array.
    fn item(&self, index: usize) -> Option<Self>;
    /// The text, if it is one.
    fn text(&self) -> Option<String>;
    /// The number, if it is one.
    fn number(&self) -> Option<f64>;
    /// The JSON value that this text holds, if it is a text and holds one.
    fn parse(&self) -> Option<Self>;
}

/// The members that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "see `Member::NAMES`")]
pub enum Member {
    ConnectionTimeoutMs,
    Errors,
    Event,
    Id,
    Payload,
    Successful,
    Type,
}

impl Member {
    /// The names, in the order of the variants.
    pub const NAMES: [&str; 7] = ["connectionTimeoutMs", "errors", "event", "id", "payload", "successful", "type"];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// The name by which a `start`, `subscribe` or `publish` is answered; unique on its socket.
pub(crate) type WireId = u32;

/// A frame from AppSync. Frames of both protocols that mean the same are one.
pub(crate) enum Frame<P> {
    /// `connection_ack`, with the milliseconds after which a silent connection is dead.
    ConnectionAck { timeout: Option<f64> },
    /// `connection_error`, with its first error.
    ConnectionError(Option<P>),
    /// `ka`.
    KeepAlive,
    /// `start_ack`, `subscribe_success`.
    Started(WireId),
    /// `data`: payloads in their order; `None` for one that cannot be read.
    Data { id: WireId, payloads: Vec<Option<P>> },
    /// `error`, `subscribe_error`, `publish_error`. AppSync names no id when it throttles a socket.
    Refused { id: Option<WireId>, error: Option<P> },
    /// `broadcast_error`: a message is lost, the subscription goes on.
    MessageLost(WireId),
    /// `complete`.
    Complete(WireId),
    /// `publish_success`, the whole frame: AppSync's report is handed on as it came.
    Published { id: WireId, report: P },
    /// What needs no answer: `unsubscribe_success`, `unsubscribe_error`.
    Nothing,
}

impl<P: Value> Frame<P> {
    /// Reads what both protocols share; `None` for a type that is not among it.
    pub(crate) fn read_common(kind: &str, value: &P) -> Option<Self> {
        Some(match kind {
            "ka" => Self::KeepAlive,
            "connection_ack" => {
                // GraphQL puts it into the payload, Events beside the type.
                let timeout = |value: &P| value.member(Member::ConnectionTimeoutMs)?.number();
                Self::ConnectionAck { timeout: timeout(value).or_else(|| timeout(&value.member(Member::Payload)?)) }
            }
            "connection_error" => Self::ConnectionError(first_error(value)),
            _ => return None,
        })
    }
}

/// The frame's `id`, if it is one of ours.
pub(crate) fn wire_id<V: Value>(value: &V) -> Option<WireId> {
    value.member(Member::Id)?.text()?.parse().ok()
}

/// How long a connection may be silent, from what the server says: at least a second, at most ten minutes; five
/// minutes if it says nothing usable ("Building a real-time WebSocket client", AppSync Developer Guide).
pub(super) fn silence_limit(timeout: Option<f64>) -> Millis {
    match timeout {
        Some(timeout) if timeout > 0.0 => timeout.clamp(1_000.0, 600_000.0) as Millis,
        _ => 300_000,
    }
}
