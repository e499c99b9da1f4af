//! Where a connection stands.

use super::action::{SocketId, Ticket};
use crate::time::Millis;

/// Keep-alive frames come every 60 s. When there is reason to doubt a socket, one missing is enough.
const DOUBTFUL_SILENCE: Millis = 70_000;

/// AppSync ends every connection at that age ("Building a real-time WebSocket client", AppSync Developer Guide).
pub(super) const LIFETIME: Millis = 24 * 3_600_000;

pub(super) enum Link {
    /// There is none and no need of one.
    Idle,
    /// To be made at that time.
    Waiting { until: Millis },
    /// Its request is being signed.
    Signing { ticket: Ticket },
    /// The socket is being opened.
    Opening { socket: SocketId, until: Millis },
    /// AppSync has yet to acknowledge it.
    Greeting { socket: SocketId, until: Millis },
    /// AppSync has acknowledged it.
    Open(Open),
}

pub(super) struct Open {
    pub(super) socket: SocketId,
    pub(super) since: Millis,
    /// When the last frame came.
    pub(super) heard: Millis,
    pub(super) silence_limit: Millis,
    /// Whether the device slept since then.
    pub(super) is_doubtful: bool,
    /// When it is closed, if nobody needs it until then.
    pub(super) close_at: Option<Millis>,
}

impl Open {
    /// When it is dead, if nothing more comes.
    pub(super) fn silent_at(&self) -> Millis {
        self.heard + if self.is_doubtful { self.silence_limit.min(DOUBTFUL_SILENCE) } else { self.silence_limit }
    }

    pub(super) fn deadline(&self) -> Millis {
        self.silent_at().min(self.since + LIFETIME).min(self.close_at.unwrap_or(Millis::MAX))
    }
}
