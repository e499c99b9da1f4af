//! What a refusal of Cognito Identity means. Texts are not contractual, so fragments are matched and the class decides
//! where none fits.

use crate::error::{Code, Error, ServiceFault};
use crate::message::{Document, HttpReply, error_name};
use crate::retry;
use crate::text::{concat, contains};

/// The code and text of a refusal, read from wherever Cognito puts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) fault: ServiceFault,
    pub(super) text: String,
}

/// Reads a refusal: the header comes with a trailing colon, `__type` may come with a namespace.
pub(super) fn read<D: Document>(reply: &HttpReply<D>) -> Refusal {
    let text =
        |names: &[&str]| names.iter().find_map(|name| reply.document.as_ref()?.text(&[name])).unwrap_or_default();
    let written = if reply.error_type.is_empty() { text(&["__type", "code"]) } else { reply.error_type.clone() };
    Refusal {
        fault: ServiceFault {
            status: reply.status,
            name: error_name(&written).into(),
            request_id: reply.request_id.clone(),
        },
        text: text(&["message", "Message"]),
    }
}

/// One line of the table of texts: class, fragment, code, next step.
type Line = (&'static str, &'static str, Code, &'static str);

const NOT_AUTHORIZED: &str = "NotAuthorizedException";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// The first line whose class and fragment fit decides. Every text was seen in public reports or documented.
const TEXTS: &[Line] = &[
    (NOT_AUTHORIZED, "Token expired", Code::LoginExpired, ""),
    (
        NOT_AUTHORIZED,
        "Not a Cognito token",
        Code::LoginRejected,
        "Use the key of the token's issuer: this token is not from the user pool that the key names.",
    ),
    (
        NOT_AUTHORIZED,
        "Issuer doesn't match",
        Code::LoginRejected,
        "The login key must equal the token's `iss` without https://; check region and pool id.",
    ),
    (NOT_AUTHORIZED, "Missing a required claim", Code::LoginRejected, "Send the ID token, not the access token."),
    (
        NOT_AUTHORIZED,
        "not from a supported provider",
        Code::LoginRejected,
        "Attach the user pool and app client to the identity pool, and check the region in the key.",
    ),
    (
        NOT_AUTHORIZED,
        "verify signed token",
        Code::LoginRejected,
        "The token was altered, is from another pool, or its provider changed keys minutes ago.",
    ),
    (NOT_AUTHORIZED, "Invalid login token", Code::LoginRejected, ""),
    (NOT_AUTHORIZED, "Unauthenticated access", Code::GuestsNotAllowed, ""),
    (NOT_AUTHORIZED, "Access to Identity", Code::IdentityLost, ""),
    (
        NOT_AUTHORIZED,
        "Logins don't match",
        Code::LoginRejected,
        "Check that the pool lists this provider and that the key matches the token's issuer.",
    ),
    (
        NOT_AUTHORIZED,
        "ambiguous role mapping",
        Code::PoolMisconfigured,
        "No role mapping rule fits this token; change the rules or their default.",
    ),
    (NOT_FOUND, "Identity '", Code::IdentityLost, ""),
    (NOT_FOUND, "", Code::PoolNotFound, ""),
    ("InvalidIdentityPoolConfigurationException", "", Code::PoolMisconfigured, ""),
    ("ResourceConflictException", "", Code::LoginRejected, "This login belongs to another identity; sign out first."),
    (
        "ValidationException",
        "identityPoolId",
        Code::InvalidOption,
        "Give the identity pool id, not the user pool id or an ARN.",
    ),
    ("InvalidParameterException", "", Code::InvalidOption, "Check the keys and values of `logins`."),
];

/// Whether the same request may be sent again.
pub(super) fn is_transient(fault: &ServiceFault) -> bool {
    // "Too many of a limited resource", not "too fast": GetId never recovers from it by itself.
    if fault.name == "LimitExceededException" {
        return false;
    }
    fault.status >= 500
        || fault.status == 429
        || retry::is_throttling(&fault.name)
        || matches!(
            fault.name.as_str(),
            "InternalErrorException" | "ExternalServiceException" | "RequestTimeoutException"
        )
}

/// Turns a refusal into an error. `is_secret` tells whether a text holds something that must not be shown: Cognito
/// echoes malformed values.
pub(super) fn error(operation: &str, refusal: Refusal, is_secret: impl Fn(&str) -> bool) -> Error {
    let Refusal { fault, text } = refusal;
    let line = TEXTS.iter().find(|(class, part, ..)| fault.name == *class && contains(&text, part));
    let code = match line {
        Some((.., code, _)) => *code,
        None if fault.status == 429 || retry::is_throttling(&fault.name) => Code::Throttled,
        None if is_transient(&fault) => Code::ServiceFault,
        None => Code::Refused,
    };
    let mut message = concat(&["Cognito refused ", operation]);
    let echoes = matches!(fault.name.as_str(), "ValidationException" | "InvalidParameterException");
    if !fault.name.is_empty() {
        message.push_str(": ");
        message.push_str(&fault.name);
    }
    if !text.is_empty() && !echoes && !is_secret(&text) {
        message.push_str(": ");
        message.push_str(&text);
    }
    let error = Error::new(code, message).service(fault);
    match line {
        Some((.., advice)) if !advice.is_empty() => error.advise(advice),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, text: &str) -> Refusal {
        Refusal { fault: ServiceFault { status: 400, name: name.into(), request_id: "r".into() }, text: text.into() }
    }

    #[test]
    fn a_refusal_without_headers_is_read_from_the_body() {
        let reply = HttpReply {
            status: 400,
            error_type: String::new(),
            request_id: String::new(),
            document: Some(serde_json::json!({ "__type": "x#TooManyRequestsException", "Message": "slow" })),
        };
        assert_eq!(read(&reply).fault.name, "TooManyRequestsException");
        assert_eq!(read(&reply).text, "slow");
    }

    #[test]
    fn every_documented_text_has_a_code_a_retry_decision_and_a_next_step() {
        use Code::*;
        let table = [
            (NOT_AUTHORIZED, "Invalid login token. Token expired: 1667365798 >= 1667235770", LoginExpired, false),
            (NOT_AUTHORIZED, "Invalid login token. Couldn't verify signed token.", LoginRejected, false),
            (NOT_AUTHORIZED, "Invalid login token. Not a Cognito token.", LoginRejected, false),
            (NOT_AUTHORIZED, "Invalid login token. Issuer doesn't match providerName", LoginRejected, false),
            (NOT_AUTHORIZED, "Invalid login token. Missing a required claim: aud", LoginRejected, false),
            (NOT_AUTHORIZED, "Token is not from a supported provider of this identity pool.", LoginRejected, false),
            (
                NOT_AUTHORIZED,
                "Unauthenticated access is not supported for this identity pool.",
                GuestsNotAllowed,
                false,
            ),
            (NOT_AUTHORIZED, "Access to Identity 'us-east-1:x' is forbidden.", IdentityLost, false),
            (
                NOT_AUTHORIZED,
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
                LoginRejected,
                false,
            ),
            (NOT_AUTHORIZED, "The ambiguous role mapping rules denied this request", PoolMisconfigured, false),
            (
                "InvalidIdentityPoolConfigurationException",
                "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
                PoolMisconfigured,
                false,
            ),
            (NOT_FOUND, "IdentityPool 'us-east-1:x' not found.", PoolNotFound, false),
            (NOT_FOUND, "Identity 'us-east-1:x' not found.", IdentityLost, false),
            (
                "ValidationException",
                "1 validation error detected: Value 'X' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
                InvalidOption,
                false,
            ),
            ("InvalidParameterException", "Please provide a valid login", InvalidOption, false),
            ("ResourceConflictException", "Logins already linked", LoginRejected, false),
            ("TooManyRequestsException", "Rate exceeded", Throttled, true),
            ("InternalErrorException", "", ServiceFault, true),
            ("ExternalServiceException", "", ServiceFault, true),
            ("LimitExceededException", "", Throttled, false),
            (
                "AccessDeniedException",
                "User: anonymous is not authorized to perform: cognito-identity:GetId on resource: * with an explicit deny in a resource control policy",
                Refused,
                false,
            ),
        ];
        for (name, text, code, retried) in table {
            let refusal = refusal(name, text);
            assert_eq!(is_transient(&refusal.fault), retried, "{name} {text}");
            let error = error("GetId", refusal, |_| false);
            assert_eq!(error.code, code, "{name} {text}");
            assert!(error.advice().ends_with('.'));
            assert_eq!(error.service.as_ref().unwrap().request_id, "r");
        }
    }

    #[test]
    fn a_text_that_holds_a_secret_or_echoes_input_is_not_shown() {
        let shown = error("GetId", refusal(NOT_AUTHORIZED, "about eyJtoken"), |text| text.contains("eyJtoken"));
        assert!(!shown.message.contains("eyJtoken"));
        let echoed = error("GetId", refusal("ValidationException", "Value 'eyJ' at 'logins'"), |_| false);
        assert!(!echoed.message.contains("eyJ"));
    }
}
