//! What AppSync says over a socket when it refuses something, and what is to be done about it.

use super::frame::Value;
use crate::appsync::advice;
use crate::error::{Code, Error, ServiceFault};
use crate::http::{Document, Json, Reply, bare_name};
use crate::retry::ErrorKind;
use crate::time::Millis;

/// The first of a frame's errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's bare name of the error, empty if it gave none.
    pub name: String,
    /// AWS's words, empty if it gave none. Only the first line, at most 500 characters: after a signature mismatch the
    /// others hold the canonical request with its session token (aws-amplify/amplify-js#14001).
    pub message: String,
    /// AWS's error code, which is an HTTP status; 0 if it gave none.
    pub code: u16,
}

/// What is to be put right before the same thing is signed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Fresh credentials are needed.
    Credentials,
    /// The clock is wrong; the server's time, if AWS named it (milliseconds since 1970).
    Clock(Option<Millis>),
}

/// What helps against a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Sign again after a recovery.
    Recover(Recovery),
    /// Try again later.
    Wait,
    /// Nothing.
    Nothing,
}

impl Refusal {
    /// Reads `errors`, which stands at the top level or inside `payload`, and is an array or, in the wild, an object
    /// (aws-amplify/aws-appsync-realtime-client-ios#67).
    pub(in crate::appsync) fn read<V: Value>(frame: &V) -> Self {
        let errors = |value: &V| value.member("errors");
        let list = errors(frame).or_else(|| errors(&frame.member("payload")?));
        let Some(first) = list.and_then(|list| list.item(0).or(Some(list))) else { return Self::default() };
        let text = |name| first.member(name).and_then(|value| value.text()).unwrap_or_default();
        let code = first.member("errorCode").and_then(|value| value.number());
        Self {
            name: bare_name(&text("errorType")).chars().take(100).collect(),
            message: text("message").lines().next().unwrap_or_default().chars().take(500).collect(),
            code: code.filter(|code| (0.0..1_000.0).contains(code)).unwrap_or_default() as u16,
        }
    }

    pub(super) fn remedy(&self) -> Remedy {
        // AWS's names for too many subscriptions on a socket, which other consumers may give up meanwhile.
        if self.name.starts_with("MaxSubscriptionsReached") {
            return Remedy::Wait;
        }
        match self.kind() {
            ErrorKind::ExpiredCredentials | ErrorKind::DeniedRole => Remedy::Recover(Recovery::Credentials),
            ErrorKind::ClockSkew(server) => Remedy::Recover(Recovery::Clock(server)),
            ErrorKind::Throttled | ErrorKind::ServerFault | ErrorKind::Network => Remedy::Wait,
            // The name for all that is wrong with an authorization as a whole, expired credentials included; a field
            // that the role may not read gives `Unauthorized`.
            ErrorKind::Final if self.name == "UnauthorizedException" => Remedy::Recover(Recovery::Credentials),
            ErrorKind::Final => Remedy::Nothing,
        }
    }

    fn kind(&self) -> ErrorKind {
        let message = Json::Object(vec![("message".into(), Json::Text(self.message.clone()))]);
        ErrorKind::classify(&Reply {
            status: if self.code == 0 { 400 } else { self.code },
            error_type: self.name.clone(),
            document: Document::Json(message),
            ..Reply::default()
        })
    }

    /// The error for the caller. `what` is what AppSync refused, such as "the subscription".
    pub(in crate::appsync) fn into_error(self, what: &str) -> Error {
        let code = match self.remedy() {
            Remedy::Wait if self.kind() == ErrorKind::ServerFault => Code::ServiceFault,
            Remedy::Wait => Code::Throttled,
            _ => Code::Refused,
        };
        let refused = format!("AppSync refused {what}");
        let parts = [refused.as_str(), &self.name, &self.message];
        let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        let advice = advice(&self.name, &self.message);
        let error = Error::new(code, text);
        let error = error.service(ServiceFault { status: self.code, name: self.name, request_id: String::new() });
        match advice {
            Some(advice) => error.advise(advice),
            None => error,
        }
    }
}
