//! What goes in and out of a connection besides frames.

use std::rc::Rc;

use super::failure::Failure;
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::time::Millis;

/// When something happens, and chance for what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds of a clock that is never set and never goes back, from any origin.
    pub now: Millis,
    /// A random number in [0, 1), drawn anew for each moment.
    pub random: f64,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) u32);
    };
}

id!(
    /// A subscription of a connection.
    SubscriptionId
);
id!(
    /// A publish over a connection.
    PublishId
);
id!(
    /// One of the sockets that a connection opens in its life.
    SocketId
);
id!(
    /// A request for a signature.
    Ticket
);

/// What the host has to do, in this order.
#[derive(Debug)]
pub enum Action<P> {
    /// Sign a request that is not sent, and answer with [`super::Connection::signed`]. The host bounds how long that
    /// takes.
    Sign(SigningTask),
    /// Open a WebSocket, and report [`super::Connection::opened`] and [`super::Connection::closed`].
    Open {
        /// Its name from now on.
        socket: SocketId,
        /// The URL, without secrets.
        url: String,
        /// The first subprotocol, the protocol's name.
        subprotocol: &'static str,
        /// What authorizes it: JSON in ASCII, which the second subprotocol carries, see [`super::authorization_subprotocol`].
        authorization: Secret,
    },
    /// Send a text frame.
    Send {
        /// Where.
        socket: SocketId,
        /// The frame; it may hold a signature.
        text: Secret,
    },
    /// Close a WebSocket with code 1000. Nothing more of it is listened to.
    Close {
        /// Which.
        socket: SocketId,
    },
    /// AppSync has accepted signatures of this access key.
    Accepted {
        /// Its id.
        key: Rc<str>,
    },
    /// [`super::Connection::take`] has something for a subscription that had nothing before.
    Ready(SubscriptionId),
    /// AppSync has acknowledged a subscription for the first time.
    Subscribed(SubscriptionId),
    /// What became of a publish.
    Published {
        /// Which.
        publish: PublishId,
        /// AppSync's answer, a `publish_success`, or why there is none.
        result: Result<P, Failure<P>>,
    },
    /// The connection's state has changed.
    State(State),
    /// A frame, or an answer to none of our requests, that cannot be used. The connection goes on.
    Unusable(Failure<P>),
}

/// A request to sign: a POST that is never sent, whose signed headers authorize a frame.
pub struct SigningTask {
    /// What the answer refers to.
    pub ticket: Ticket,
    /// The URL to sign for.
    pub url: String,
    /// The body to hash.
    pub body: String,
    /// What the headers besides host, date and token have to be.
    pub headers: &'static [(&'static str, &'static str)],
}

/// The body holds the users' variables, which stay out of logs.
impl core::fmt::Debug for SigningTask {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut debug = f.debug_struct("SigningTask");
        debug.field("ticket", &self.ticket).field("url", &self.url).finish_non_exhaustive()
    }
}

/// What signing adds to a request.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// `authorization`.
    pub authorization: Secret,
    /// `x-amz-date`.
    pub amz_date: String,
    /// `x-amz-security-token`.
    pub security_token: Option<Secret>,
    /// The id of the access key that signed.
    pub key: Rc<str>,
}

/// How a connection is, for people and for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no socket and no need of one.
    Idle,
    /// A socket is being opened.
    Connecting,
    /// AppSync has acknowledged the connection.
    Connected,
    /// The connection is lost, or could not be made, and will be tried again.
    Waiting {
        /// After so many milliseconds.
        delay: Millis,
        /// Connects in a row that failed or did not last.
        failures: u32,
        /// Why.
        loss: Loss,
    },
}

/// Why there is no connection (any more).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The socket was closed, or could not be opened; the WebSocket close code.
    Closed(u16),
    /// It took too long to open the socket, or for AppSync to acknowledge the connection.
    ConnectTimeout,
    /// Keep-alive frames are missing.
    Silent,
    /// AppSync refused the connection.
    Refused,
    /// The request for the connection could not be signed.
    Unsigned,
    /// The device slept too long for the socket to be trusted.
    Slept,
    /// The network went away and came back.
    NetworkChanged,
    /// AppSync ends every connection after 24 hours.
    Aged,
    /// The user has changed.
    IdentityChanged,
}

impl Loss {
    /// The error of those who wait for a connection that is given up.
    pub(super) fn to_error(&self) -> Error {
        match self {
            Self::ConnectTimeout => Error::new(Code::Timeout, "AppSync has not acknowledged the connection in time"),
            _ => Error::new(Code::Network, "no connection to AppSync"),
        }
    }
}
