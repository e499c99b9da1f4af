//! AppSync GraphQL over HTTP: what an answer means. Data and GraphQL errors are the caller's; refusals are errors.

use crate::error::{Code, Error, ServiceFault};
use crate::message::{HttpReply, error_name};
use crate::retry;

/// The error of an answer that is no GraphQL result: AppSync, or something before it, refuses the request as a whole.
/// An answer with `data` or `errors` and status 200 is a result, whatever errors it lists, and does not come here.
pub fn refusal(reply: &HttpReply) -> Error {
    let kind = reply.document.text("errors.0.errorType").unwrap_or_default();
    let text = reply.document.text("errors.0.message").unwrap_or_default();
    let written = if reply.error_type.is_empty() { kind } else { &reply.error_type };
    let name = error_name(written);
    let code = match reply.status {
        200 | 500.. => Code::ServiceFault,
        429 => Code::Throttled,
        _ if retry::is_throttling(name) => Code::Throttled,
        _ => Code::Refused,
    };
    let mut message = String::from(if reply.status == 200 {
        "AppSync's answer cannot be read"
    } else {
        "AppSync refused the request"
    });
    for part in [name, text] {
        if !part.is_empty() {
            message.push_str(": ");
            message.push_str(part);
        }
    }
    let fault = ServiceFault { status: reply.status, name: name.into(), request_id: reply.request_id.clone() };
    let error = Error::new(code, message).service(fault);
    match advice(name, text) {
        "" => error,
        advice => error.advise(advice),
    }
}

/// AppSync says little; what its few words mean is known.
fn advice(name: &str, text: &str) -> &'static str {
    if text == "Permission denied" {
        return "Allow appsync:GraphQL on types/*/fields/* to the role that whoami() names.";
    }
    match name {
        "UnauthorizedException" => "Switch IAM authorization on for the API, and allow appsync:GraphQL to the role.",
        "WAFForbiddenException" => "A WAF rule refuses the request.",
        _ => "",
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;

    fn refused(status: u16, body: Value) -> Error {
        refusal(&HttpReply { status, error_type: String::new(), request_id: "r".into(), document: flat(&body) })
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
