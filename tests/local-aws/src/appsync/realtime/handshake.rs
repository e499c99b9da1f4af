//! The request that a WebSocket begins with (RFC 6455, section 4.2).

use http::{Method, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Protocol;
use super::authorization::Authorization;
use crate::answer::Answer;
use crate::appsync::errors::{ApiError, unknown_operation};
use crate::arrived::Arrived;

/// A request for a socket, in the right form.
#[derive(Debug)]
pub(super) struct Handshake {
    accept_key: String,
    /// None if there is none that can be read.
    pub(super) authorization: Option<Authorization>,
    /// The host of the API's HTTP endpoint, which signatures are for.
    pub(super) http_host: String,
}

impl Handshake {
    pub(super) fn read<P: Protocol>(request: &Arrived) -> Result<Self, ApiError> {
        let http_host = request.host().replacen(".appsync-realtime-api.", ".appsync-api.", 1);
        let path = if http_host == request.host() { P::CUSTOM_DOMAIN_PATH } else { P::PATH };
        if request.path() != path {
            return Err(unknown_operation());
        }
        let has = |name, token: &str| tokens(request, name).any(|value| value.eq_ignore_ascii_case(token));
        let key = request.header("sec-websocket-key").filter(|_| {
            request.method == Method::GET
                && has("connection", "upgrade")
                && has("upgrade", "websocket")
                && request.header("sec-websocket-version") == Some("13")
        });
        let key = key.ok_or_else(not_a_websocket)?;
        if !has("sec-websocket-protocol", P::SUBPROTOCOL) {
            return Err(ApiError::bad_request(format!("The subprotocol must be {}.", P::SUBPROTOCOL)));
        }
        let authorization =
            tokens(request, "sec-websocket-protocol").find_map(Authorization::from_subprotocol).or_else(|| {
                let parameter = |name: &str| {
                    let mut pairs = form_urlencoded::parse(request.query().as_bytes());
                    pairs.find(|(key, _)| key == name).map(|(_, value)| value)
                };
                // The payload of a connection is always `{}`.
                parameter("payload").filter(|payload| payload == "e30=")?;
                Authorization::from_parameter(&parameter("header")?)
            });
        Ok(Self { accept_key: derive_accept_key(key.as_bytes()), authorization, http_host })
    }

    /// Opens the socket.
    pub(super) fn accept<P: Protocol>(&self) -> Answer {
        Answer::empty(StatusCode::SWITCHING_PROTOCOLS)
            .with_header("connection", "upgrade")
            .with_header("upgrade", "websocket")
            .with_header("sec-websocket-accept", &self.accept_key)
            .with_header("sec-websocket-protocol", P::SUBPROTOCOL)
    }
}

/// The real-time endpoint was asked for something else than a socket.
pub(super) fn not_a_websocket() -> ApiError {
    ApiError::bad_request("A WebSocket handshake is expected.")
}

/// The parts of headers whose values are lists.
fn tokens<'a>(request: &'a Arrived, name: &str) -> impl Iterator<Item = &'a str> {
    let values = request.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}
