//! What AppSync says over a socket when it refuses something, and what is to be done about it.

use super::frame::Value;
use crate::appsync::advice;
use crate::error::{Code, Error, ServiceFault};
use crate::http::{Document, Json, Reply, bare_name};
use crate::retry::ErrorKind;

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

/// What helps against a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Signing again: with other credentials, or by the right clock, which the client knows of by now.
    Recover,
    /// Trying again later. Why, as a code: AWS throttles, or fails.
    Wait(Code),
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

    /// As the answer over HTTP that would say the same.
    pub(crate) fn to_reply(&self) -> Reply {
        let message = Json::Object(vec![("message".into(), Json::Text(self.message.clone()))]);
        Reply {
            status: if self.code == 0 { 400 } else { self.code },
            error_type: self.name.clone(),
            document: Document::Json(message),
            ..Reply::default()
        }
    }

    /// Why something was refused.
    pub(crate) fn kind(&self) -> ErrorKind {
        match ErrorKind::classify(&self.to_reply()) {
            // AWS's names for too many subscriptions on a socket, which other consumers may give up meanwhile.
            ErrorKind::Final if self.name.starts_with("MaxSubscriptionsReached") => ErrorKind::Throttled,
            // The name for all that is wrong with an authorization as a whole, expired credentials included; a field
            // that the role may not read gives `Unauthorized`.
            ErrorKind::Final if self.name == "UnauthorizedException" => ErrorKind::ExpiredCredentials,
            kind => kind,
        }
    }

    /// The error for the caller. `what` is what AppSync refused, such as "the subscription".
    pub(super) fn to_error(&self, remedy: Remedy, what: &str) -> Error {
        let code = match remedy {
            Remedy::Wait(code) => code,
            Remedy::Recover | Remedy::Nothing => Code::Refused,
        };
        let mut text = ["AppSync refused ", what].concat();
        for part in [&self.name, &self.message].into_iter().filter(|part| !part.is_empty()) {
            text += ": ";
            text += part;
        }
        let fault = ServiceFault { status: self.code, name: self.name.clone(), request_id: String::new() };
        let error = Error::new(code, text).service(fault);
        match advice(&self.name, &self.message) {
            Some(advice) => error.advise(advice),
            None => error,
        }
    }
}

impl Remedy {
    /// The remedy in one word, to be told to another module; empty if there is none.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Recover => RECOVER,
            Self::Wait(code) => code.name(),
            Self::Nothing => "",
        }
    }

    /// The remedy of that name.
    #[cfg(any(test, feature = "npm-realtime"))]
    pub(crate) fn named(name: &str) -> Self {
        if name == RECOVER {
            return Self::Recover;
        }
        [Self::Wait(Code::Throttled), Self::Wait(Code::ServiceFault)]
            .into_iter()
            .find(|remedy| remedy.name() == name)
            .unwrap_or(Self::Nothing)
    }

    /// What helps against this.
    pub(crate) fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ExpiredCredentials | ErrorKind::DeniedRole | ErrorKind::ClockSkew(_) => Self::Recover,
            ErrorKind::Throttled => Self::Wait(Code::Throttled),
            ErrorKind::ServerFault | ErrorKind::Network => Self::Wait(Code::ServiceFault),
            ErrorKind::Final => Self::Nothing,
        }
    }
}

const RECOVER: &str = "RECOVER";

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn every_remedy_has_a_name_of_its_own() {
        for remedy in
            [Remedy::Recover, Remedy::Wait(Code::Throttled), Remedy::Wait(Code::ServiceFault), Remedy::Nothing]
        {
            assert_eq!(Remedy::named(remedy.name()), remedy);
        }
    }
}
