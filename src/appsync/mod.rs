//! AppSync GraphQL over HTTP: what an answer means. Data and GraphQL errors are the caller's; refusals are errors.

use crate::error::{Code, Error, ServiceFault};
use crate::message::{Document, HttpReply, error_name};
use crate::retry;

/// Decides whether an answer is a GraphQL result. A 200 with `data` or `errors` is one, whatever errors it lists;
/// anything else is AppSync, or something before it, refusing the request as a whole.
pub fn check_result<D: Document>(reply: &HttpReply<D>) -> Result<(), Error> {
    let document = reply.document.as_ref();
    let has = |name| document.is_some_and(|document| document.has(&[name]));
    if reply.status == 200 && (has("data") || has("errors")) {
        return Ok(());
    }
    let first = |name| document.and_then(|document| document.text(&["errors", "0", name])).unwrap_or_default();
    let (kind, text) = (first("errorType"), first("message"));
    let written = if reply.error_type.is_empty() { kind.as_str() } else { reply.error_type.as_str() };
    let name = error_name(written).to_owned();
    let code = match reply.status {
        200 => Code::ServiceFault,
        429 => Code::Throttled,
        500.. => Code::ServiceFault,
        _ if retry::is_throttling(&name) => Code::Throttled,
        _ => Code::Refused,
    };
    let mut message = String::from(if reply.status == 200 {
        "AppSync's answer cannot be read"
    } else {
        "AppSync refused the request"
    });
    for part in [name.as_str(), text.as_str()] {
        if !part.is_empty() {
            message.push_str(": ");
            message.push_str(part);
        }
    }
    let advice = advice(&name, &text);
    let fault = ServiceFault { status: reply.status, name, request_id: reply.request_id.clone() };
    let error = Error::new(code, message).service(fault);
    Err(match advice {
        Some(advice) => error.advise(advice),
        None => error,
    })
}

/// AppSync says little; what its few words mean is known.
fn advice(name: &str, text: &str) -> Option<&'static str> {
    Some(match (name, text) {
        (_, "Permission denied") => {
            "Allow appsync:GraphQL on the API's types/*/fields/* for the role that whoami() names."
        }
        (_, text) if text.starts_with("Unable to parse JWT") => {
            "Switch IAM authorization on for this API: it expects another kind of token."
        }
        ("UnauthorizedException", _) => {
            "Switch IAM authorization on for this API, and allow appsync:GraphQL to the role."
        }
        ("WAFForbiddenException", _) => "A WAF rule in front of the API refuses the request.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(status: u16, body: Value) -> Result<(), Error> {
        check_result(&HttpReply { status, error_type: String::new(), request_id: "r".into(), document: Some(body) })
    }

    #[test]
    fn a_result_with_field_errors_is_a_result() {
        let body =
            json!({ "data": { "a": null }, "errors": [{ "errorType": "Unauthorized", "message": "Not Authorized" }] });
        assert!(check(200, body).is_ok());
        assert!(check(200, json!({ "data": null })).is_ok());
    }

    #[test]
    fn a_refusal_carries_appsyncs_name_text_and_a_next_step() {
        let body = json!({ "errors": [{ "errorType": "UnauthorizedException", "message": "Permission denied" }] });
        let error = check(401, body).unwrap_err();
        assert_eq!(error.code, Code::Refused);
        assert!(error.message.ends_with("UnauthorizedException: Permission denied"));
        assert!(error.advice().contains("appsync:GraphQL"));
    }

    #[test]
    fn what_is_no_result_is_a_fault() {
        for (status, code) in [(200, Code::ServiceFault), (503, Code::ServiceFault), (429, Code::Throttled)] {
            assert_eq!(check(status, json!("<html>")).unwrap_err().code, code);
        }
    }
}
