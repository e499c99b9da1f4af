//! AppSync: what an answer of GraphQL over HTTP means, and the machines of its real-time protocols, GraphQL subscriptions
//! ([`realtime`]) and Events ([`events`]), over one [`connection`].
//!
//! Of an answer over HTTP, data and GraphQL errors are the caller's; refusals are errors.

pub mod connection;
pub mod events;
pub mod realtime;

use crate::error::{Code, Error, ServiceFault};
use crate::http::{Document, Json, Reply, ServiceError};
use crate::retry::{self, ErrorKind};

/// Whether an answer is a GraphQL result, whatever errors it lists.
pub fn is_result(status: u16, has_data: bool, has_errors: bool) -> bool {
    status == 200 && (has_data || has_errors)
}

/// The error of an answer that is no GraphQL result: AppSync, or something before it, refuses the request as a whole.
pub fn refusal(reply: &Reply) -> Error {
    let ServiceError { name, message, request_id } = reply.error();
    let code = match reply.status {
        200 | 500.. => Code::ServiceFault,
        429 => Code::Throttled,
        _ if retry::is_throttling(name) || name.starts_with(TOO_MANY) => Code::Throttled,
        _ => Code::Refused,
    };
    let happened = if reply.status == 200 { "AppSync's answer cannot be read" } else { "AppSync refused the request" };
    let text = [happened, name, first_line(message)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    let fault = ServiceFault { status: reply.status, name: name.into(), request_id: request_id.into() };
    let error = Error::new(code, text).service(fault);
    match advice(name, message) {
        Some(advice) => error.advise(advice),
        None => error,
    }
}

/// How AWS's names for too many subscriptions on a socket begin, which other consumers may give up meanwhile.
const TOO_MANY: &str = "MaxSubscriptionsReached";

/// The first line of a message, at most 500 bytes of it: after a signature mismatch the others hold the canonical request
/// with its session token (aws-amplify/amplify-js#14001).
fn first_line(message: &str) -> &str {
    let line = message.split(['\n', '\r']).next().unwrap_or_default();
    (0..=line.len().min(500)).rev().find_map(|end| line.get(..end)).unwrap_or_default()
}

/// An error of a frame, as the answer over HTTP that would say the same. A frame without an error says nothing.
pub fn reply_of_frame(error: Option<Json>) -> Reply {
    let error = error.unwrap_or_default();
    let code = error.get("errorCode").and_then(Json::as_number).filter(|code| (400.0..600.0).contains(code));
    let errors = Json::Object(vec![("errors".into(), Json::Array(vec![error]))]);
    Reply { status: code.map_or(400, |code| code as u16), document: Document::Json(errors), ..Reply::default() }
}

/// Why a frame was refused.
pub fn kind_of_frame(reply: &Reply) -> ErrorKind {
    let name = reply.error().name;
    match ErrorKind::classify(reply) {
        ErrorKind::Final if name.starts_with(TOO_MANY) => ErrorKind::Throttled,
        // The name for all that is wrong with an authorization as a whole, expired credentials included; a field that
        // the role may not read gives `Unauthorized`.
        ErrorKind::Final if name == "UnauthorizedException" => ErrorKind::ExpiredCredentials,
        kind => kind,
    }
}

/// AppSync says little; what its few words mean is known.
fn advice(name: &str, message: &str) -> Option<&'static str> {
    match name {
        _ if message == "Permission denied" => {
            Some("Allow appsync:GraphQL on types/*/fields/* to the role that whoami() names.")
        }
        "UnauthorizedException" => {
            Some("Switch IAM authorization on for the API, and allow appsync:GraphQL to the role.")
        }
        "WAFForbiddenException" => Some("A WAF rule refuses the request."),
        _ => None,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::http::json_document;

    fn refused(status: u16, body: Value) -> Error {
        refusal(&Reply { status, request_id: "r".into(), document: json_document(&body), ..Reply::default() })
    }

    #[test]
    fn a_refusal_carries_appsyncs_name_text_and_a_next_step() {
        let body = json!({ "errors": [{ "errorType": "UnauthorizedException", "message": "Permission denied" }] });
        let error = refused(401, body);
        assert_eq!(error.code, Code::Refused);
        assert!(error.message.ends_with("UnauthorizedException: Permission denied"));
        assert!(error.advice().contains("appsync:GraphQL"));
    }

    #[test]
    fn what_is_no_result_is_a_fault() {
        for (status, code) in [(200, Code::ServiceFault), (503, Code::ServiceFault), (429, Code::Throttled)] {
            assert_eq!(refused(status, json!("<html>")).code, code);
        }
    }
}
