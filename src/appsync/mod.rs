//! AppSync: what an answer of GraphQL over HTTP means, and the machines of its real-time protocols, GraphQL subscriptions
//! ([`realtime`]) and Events ([`events`]), over one [`connection`].
//!
//! Of an answer over HTTP, data and GraphQL errors are the caller's; refusals are errors.

pub mod connection;
pub mod events;
pub mod realtime;

use crate::error::{Code, Error, ServiceFault};
use crate::http::{Reply, ServiceError};
use crate::retry;

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
        _ if retry::is_throttling(name) => Code::Throttled,
        _ => Code::Refused,
    };
    let happened = if reply.status == 200 { "AppSync's answer cannot be read" } else { "AppSync refused the request" };
    let text = [happened, name, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let fault = ServiceFault { status: reply.status, name: name.into(), request_id: request_id.into() };
    let error = Error::new(code, text).service(fault);
    match advice(name, message) {
        Some(advice) => error.advise(advice),
        None => error,
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
