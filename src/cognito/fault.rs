//! What a refusal of Cognito Identity means. Texts are not contractual, so fragments are matched and the class decides
//! where none fits.

use crate::error::{Code, Error, ServiceFault};
use crate::message::{HttpReply, error_name};
use crate::retry;
use crate::text::{concat, contains};

/// The code and text of a refusal, read from wherever Cognito puts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) fault: ServiceFault,
    pub(super) text: String,
}

/// Reads a refusal: the header comes with a trailing colon, `__type` may come with a namespace.
pub(super) fn read(reply: &HttpReply) -> Refusal {
    let either = |one, other| reply.document.text(one).or_else(|| reply.document.text(other)).unwrap_or_default();
    let written = if reply.error_type.is_empty() { either("__type", "code") } else { &reply.error_type };
    Refusal {
        fault: ServiceFault {
            status: reply.status,
            name: error_name(written).into(),
            request_id: reply.request_id.clone(),
        },
        text: either("message", "Message").into(),
    }
}

/// One line of the table: a fragment of "class: text", the code and, if there is a better one than the code's, the next
/// step.
type Line = (&'static str, Code, &'static str);

const ISSUER: &str = "The login key must be the token's issuer without https://, listed in the identity pool.";

/// The first line whose fragment occurs decides. Every text was seen in public reports or documented.
const LINES: &[Line] = &[
    ("Token expired", Code::LoginExpired, ""),
    ("Not a Cognito token", Code::LoginRejected, ISSUER),
    ("Issuer doesn't match", Code::LoginRejected, ISSUER),
    ("Logins don't match", Code::LoginRejected, ISSUER),
    ("not from a supported provider", Code::LoginRejected, ISSUER),
    ("Missing a required claim", Code::LoginRejected, "Send the ID token, not the access token."),
    ("Invalid login token", Code::LoginRejected, ""),
    ("Unauthenticated access", Code::GuestsNotAllowed, ""),
    ("Access to Identity", Code::IdentityLost, ""),
    ("ambiguous role mapping", Code::PoolMisconfigured, "No role mapping fits this token."),
    ("NotFoundException: Identity '", Code::IdentityLost, ""),
    ("ResourceNotFoundException", Code::PoolNotFound, ""),
    ("InvalidIdentityPoolConfiguration", Code::PoolMisconfigured, ""),
    ("ResourceConflict", Code::LoginRejected, "This login belongs to another identity; sign out first."),
    ("'identityPoolId'", Code::PoolNotFound, ""),
    ("InvalidParameter", Code::LoginRejected, ISSUER),
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
    let said = concat(&[&fault.name, ": ", &text]);
    let line = LINES.iter().find(|(fragment, ..)| contains(&said, fragment));
    let code = match line {
        Some((_, code, _)) => *code,
        None if fault.status == 429 || retry::is_throttling(&fault.name) => Code::Throttled,
        None if is_transient(&fault) => Code::ServiceFault,
        None => Code::Refused,
    };
    // Cognito echoes what it finds malformed.
    let shown = if contains(&said, "InvalidParameter") || contains(&said, "Validation") || is_secret(&text) {
        &fault.name
    } else {
        &said
    };
    let message = concat(&["Cognito refused ", operation, ": ", shown]);
    let error = Error::new(code, message).service(fault);
    match line {
        Some((.., advice)) if !advice.is_empty() => error.advise(advice),
        _ => error,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::message::tests::flat;

    fn refusal(name: &str, text: &str) -> Refusal {
        Refusal { fault: ServiceFault { status: 400, name: name.into(), request_id: "r".into() }, text: text.into() }
    }

    #[test]
    fn a_refusal_without_headers_is_read_from_the_body() {
        let reply = HttpReply {
            status: 400,
            error_type: String::new(),
            request_id: String::new(),
            document: flat(&serde_json::json!({ "__type": "x#TooManyRequestsException", "Message": "slow" })),
        };
        assert_eq!(read(&reply).fault.name, "TooManyRequestsException");
        assert_eq!(read(&reply).text, "slow");
    }

    #[test]
    fn every_documented_text_has_a_code_a_retry_decision_and_a_next_step() {
        use Code::*;
        let table = [
            (
                "NotAuthorizedException",
                "Invalid login token. Token expired: 1667365798 >= 1667235770",
                LoginExpired,
                false,
            ),
            ("NotAuthorizedException", "Invalid login token. Couldn't verify signed token.", LoginRejected, false),
            ("NotAuthorizedException", "Invalid login token. Not a Cognito token.", LoginRejected, false),
            ("NotAuthorizedException", "Invalid login token. Issuer doesn't match providerName", LoginRejected, false),
            ("NotAuthorizedException", "Invalid login token. Missing a required claim: aud", LoginRejected, false),
            (
                "NotAuthorizedException",
                "Token is not from a supported provider of this identity pool.",
                LoginRejected,
                false,
            ),
            (
                "NotAuthorizedException",
                "Unauthenticated access is not supported for this identity pool.",
                GuestsNotAllowed,
                false,
            ),
            ("NotAuthorizedException", "Access to Identity 'us-east-1:x' is forbidden.", IdentityLost, false),
            (
                "NotAuthorizedException",
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
                LoginRejected,
                false,
            ),
            (
                "NotAuthorizedException",
                "The ambiguous role mapping rules denied this request",
                PoolMisconfigured,
                false,
            ),
            (
                "InvalidIdentityPoolConfigurationException",
                "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
                PoolMisconfigured,
                false,
            ),
            ("ResourceNotFoundException", "IdentityPool 'us-east-1:x' not found.", PoolNotFound, false),
            ("ResourceNotFoundException", "Identity 'us-east-1:x' not found.", IdentityLost, false),
            (
                "ValidationException",
                "1 validation error detected: Value 'X' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
                PoolNotFound,
                false,
            ),
            ("InvalidParameterException", "Please provide a valid login", LoginRejected, false),
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
        let shown =
            error("GetId", refusal("NotAuthorizedException", "about eyJtoken"), |text| text.contains("eyJtoken"));
        assert!(!shown.message.contains("eyJtoken"));
        let echoed = error("GetId", refusal("ValidationException", "Value 'eyJ' at 'logins'"), |_| false);
        assert!(!echoed.message.contains("eyJ"));
    }
}
