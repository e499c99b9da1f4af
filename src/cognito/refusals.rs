//! What a refusal of Cognito Identity or STS means. Texts are not contractual, so fragments are matched and the class decides
//! where none fits.

use crate::error::{Code, Error, ServiceFault};
use crate::http::{Reply, ServiceError, mentions};
use crate::retry;

/// A refusal: its status, and what is said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal<'a> {
    status: u16,
    said: ServiceError<'a>,
}

/// One line of the table: a fragment of "class: text", the code and, if there is a better one than the code's, the next
/// step; of an invalid option, its name.
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
    (
        "Basic (classic) flow",
        Code::PoolMisconfigured,
        "Switch basic (classic) flow on in the pool, or leave `classicFlow` out.",
    ),
    ("sts:AssumeRoleWithWebIdentity", Code::PoolMisconfigured, ""),
    ("IDPRejectedClaim", Code::PoolMisconfigured, ""),
    ("InvalidIdentityToken", Code::PoolMisconfigured, ""),
    ("RegionDisabled", Code::Refused, "Activate STS for that region in the account."),
    ("MalformedPolicyDocument", Code::InvalidOption, "options.classicFlow.policy"),
    ("PackedPolicyTooLarge", Code::InvalidOption, "options.classicFlow.policy"),
    ("DurationSeconds exceeds", Code::InvalidOption, "options.classicFlow.durationSeconds"),
    ("ResourceConflict", Code::LoginRejected, "This login belongs to another identity; sign out first."),
    ("'identityPoolId'", Code::PoolNotFound, ""),
    ("InvalidParameter", Code::LoginRejected, ISSUER),
];

/// Errors that pass by themselves, whatever their status.
const TRANSIENT: [&str; 5] = [
    "InternalErrorException",
    "ExternalServiceException",
    "RequestTimeoutException",
    "ConcurrentModificationException",
    "IDPCommunicationError",
];

/// What is said of an identity that cannot be used with these logins: it is gone, disabled, or somebody else's.
const ABOUT_IDENTITY: [&str; 4] =
    ["Access to Identity", "NotFoundException: Identity '", "Logins don't match", "ResourceConflict"];

impl<'a> Refusal<'a> {
    /// Reads a refusal.
    pub(super) fn of(reply: &'a Reply) -> Self {
        Self { status: reply.status, said: reply.error() }
    }

    /// Whether the same request may be sent again.
    pub(super) fn is_transient(&self) -> bool {
        // "Too many of a limited resource", not "too fast": GetId never recovers from it by itself.
        if self.said.name == "LimitExceededException" {
            return false;
        }
        self.status >= 500
            || self.status == 429
            || retry::is_throttling(self.said.name)
            || TRANSIENT.contains(&self.said.name)
    }

    /// Whether another identity may help: one that is asked for with the same logins.
    pub(super) fn is_about_identity(&self) -> bool {
        let text = self.text();
        ABOUT_IDENTITY.iter().any(|fragment| mentions(&text, fragment))
    }

    /// Whether another token of GetOpenIdToken may help (AWS STS API Reference: "Get a new identity token from the
    /// identity provider and then retry the request").
    pub(super) fn is_about_token(&self) -> bool {
        mentions(self.said.name, "ExpiredToken") || self.said.name == "InvalidIdentityToken"
    }

    /// "class: text", which the table is matched against.
    fn text(&self) -> String {
        format!("{}: {}", self.said.name, self.said.message)
    }

    /// The error. `is_secret` says whether a text holds something that must not be shown: AWS echoes what it finds
    /// malformed.
    pub(super) fn error(&self, service: &str, operation: &str, is_secret: &dyn Fn(&str) -> bool) -> Error {
        let text = self.text();
        let line = LINES.iter().find(|(fragment, ..)| mentions(&text, fragment));
        let code = match line {
            Some((_, code, _)) => *code,
            None if self.status == 429 || retry::is_throttling(self.said.name) => Code::Throttled,
            None if self.is_transient() || self.status < 400 => Code::ServiceFault,
            None => Code::Refused,
        };
        let public = |text: &'a str| if is_secret(text) { "" } else { text };
        let name = public(self.said.name);
        let is_echo = mentions(&text, "InvalidParameter") || mentions(&text, "Validation");
        let shown = if is_echo || is_secret(&text) { name } else { &text };
        let error = Error::new(code, format!("{service} refused {operation}: {shown}")).service(ServiceFault {
            status: self.status,
            name: name.into(),
            request_id: public(self.said.request_id).into(),
        });
        match line {
            Some((_, Code::InvalidOption, field)) => error.field(*field),
            Some((.., advice)) if !advice.is_empty() => error.advise(advice),
            _ => error,
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::http::json_document;

    fn refusal<'a>(name: &'a str, message: &'a str) -> Refusal<'a> {
        Refusal { status: 400, said: ServiceError { name, message, request_id: "r" } }
    }

    #[test]
    fn a_refusal_without_headers_is_read_from_the_body() {
        let body = serde_json::json!({ "__type": "x#TooManyRequestsException", "Message": "slow" });
        let reply = Reply { status: 400, document: json_document(&body), ..Reply::default() };
        assert_eq!(Refusal::of(&reply).text(), "TooManyRequestsException: slow");
    }

    /// What may help, beside waiting for the user.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Help {
        Nothing,
        /// The same request, later.
        Later,
        /// Another identity, if this one was remembered.
        Identity,
        /// Another token of GetOpenIdToken, if there was one.
        Token,
    }

    #[track_caller]
    fn check(status: u16, name: &str, text: &str, code: Code, help: Help) {
        let refusal = Refusal { status, ..refusal(name, text) };
        let found = match () {
            () if refusal.is_transient() => Help::Later,
            () if refusal.is_about_identity() => Help::Identity,
            () if refusal.is_about_token() => Help::Token,
            () => Help::Nothing,
        };
        assert_eq!(found, help, "{name} {text}");
        let error = refusal.error("Cognito", "GetId", &|_| false);
        assert_eq!(error.code, code, "{name} {text}");
        assert!(error.advice().ends_with('.') && error.advice().len() > 20, "{name} {text}");
        assert_eq!(error.field.is_some(), code == InvalidOption, "{name} {text}");
        let service = error.service.as_ref().unwrap();
        assert_eq!((service.request_id.as_str(), service.name.as_str(), service.status), ("r", name, status));
    }

    use Code::{
        GuestsNotAllowed, IdentityLost, InvalidOption, LoginExpired, LoginRejected, PoolMisconfigured, PoolNotFound,
        Refused, Throttled,
    };
    use Help::{Identity, Later, Nothing, Token};
    const FAULT: Code = Code::ServiceFault;

    #[test]
    fn every_text_of_not_authorized_has_a_code_a_retry_decision_and_a_next_step() {
        for (text, code, help) in [
            ("Invalid login token. Token expired: 1667365798 >= 1667235770", LoginExpired, Nothing),
            ("Invalid login token. Couldn't verify signed token.", LoginRejected, Nothing),
            ("Invalid login token. Not a Cognito token.", LoginRejected, Nothing),
            ("Invalid login token. Issuer doesn't match providerName", LoginRejected, Nothing),
            ("Invalid login token. Missing a required claim: aud", LoginRejected, Nothing),
            ("Token is not from a supported provider of this identity pool.", LoginRejected, Nothing),
            ("Unauthenticated access is not supported for this identity pool.", GuestsNotAllowed, Nothing),
            ("Access to Identity 'us-east-1:x' is forbidden.", IdentityLost, Identity),
            (
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
                LoginRejected,
                Identity,
            ),
            ("The ambiguous role mapping rules denied this request", PoolMisconfigured, Nothing),
            ("Words that nobody has seen yet", Refused, Nothing),
        ] {
            check(400, "NotAuthorizedException", text, code, help);
        }
    }

    #[test]
    fn every_error_of_cognito_has_a_code_a_retry_decision_and_a_next_step() {
        const PATTERN: &str = "1 validation error detected: Value 'X' at 'identityPoolId' failed to satisfy constraint: \
                               Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+";
        const DENIED: &str = "User: anonymous is not authorized to perform: cognito-identity:GetId on resource: * with \
                              an explicit deny in a resource control policy";
        const CLASSIC: &str = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
        const ROLES: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
        for (status, name, text, code, help) in [
            (400, "InvalidParameterException", "Please provide a valid login", LoginRejected, Nothing),
            (400, "InvalidParameterException", CLASSIC, PoolMisconfigured, Nothing),
            (400, "ResourceNotFoundException", "IdentityPool 'us-east-1:x' not found.", PoolNotFound, Nothing),
            (400, "ResourceNotFoundException", "Identity 'us-east-1:x' not found.", IdentityLost, Identity),
            (400, "ResourceConflictException", "Logins already linked", LoginRejected, Identity),
            (400, "TooManyRequestsException", "Rate exceeded", Throttled, Later),
            (429, "", "", Throttled, Later),
            (500, "InternalErrorException", "", FAULT, Later),
            (400, "ExternalServiceException", "", FAULT, Later),
            (400, "LimitExceededException", "", Throttled, Nothing),
            (400, "InvalidIdentityPoolConfigurationException", ROLES, PoolMisconfigured, Nothing),
            (400, "ConcurrentModificationException", "", FAULT, Later),
            (400, "ValidationException", PATTERN, PoolNotFound, Nothing),
            (400, "ValidationException", "Value 'X' at 'logins'", Refused, Nothing),
            (400, "AccessDeniedException", DENIED, Refused, Nothing),
            (403, "AccessDeniedException", DENIED, Refused, Nothing),
            (400, "ThrottlingException", "", Throttled, Later),
            (408, "RequestTimeoutException", "", FAULT, Later),
            (413, "RequestEntityTooLargeException", "", Refused, Nothing),
            (404, "UnknownOperationException", "", Refused, Nothing),
            (503, "ServiceUnavailable", "", FAULT, Later),
            (502, "", "", FAULT, Later),
        ] {
            check(status, name, text, code, help);
        }
    }

    #[test]
    fn every_error_of_sts_has_a_code_a_retry_decision_and_a_next_step() {
        const TRUST: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        const DURATION: &str = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        for (status, name, text, code, help) in [
            (400, "ExpiredTokenException", "Token too old: 1", Refused, Token),
            (400, "IDPCommunicationError", "", FAULT, Later),
            (403, "IDPRejectedClaim", "", PoolMisconfigured, Nothing),
            (400, "InvalidIdentityToken", "", PoolMisconfigured, Token),
            (400, "MalformedPolicyDocument", "", InvalidOption, Nothing),
            (400, "PackedPolicyTooLarge", "", InvalidOption, Nothing),
            (403, "RegionDisabledException", "", Refused, Nothing),
            (403, "AccessDenied", TRUST, PoolMisconfigured, Nothing),
            (403, "AccessDeniedException", TRUST, PoolMisconfigured, Nothing),
            (400, "ValidationError", DURATION, InvalidOption, Nothing),
            (400, "ValidationError", "Value 'X' at 'roleArn'", Refused, Nothing),
            // Of the caller's identity, which is asked for with a signature.
            (403, "InvalidClientTokenId", "The security token included in the request is invalid", Refused, Nothing),
            (403, "ExpiredToken", "The security token included in the request is expired", Refused, Token),
            (403, "SignatureDoesNotMatch", "Signature expired: 20220127T001427Z", Refused, Nothing),
            (403, "AccessDenied", "User: x is not authorized to perform: y", Refused, Nothing),
            (400, "IncompleteSignature", "", Refused, Nothing),
            (403, "MissingAuthenticationToken", "", Refused, Nothing),
            (400, "RequestExpired", "", Refused, Nothing),
            (403, "UnrecognizedClientException", "", Refused, Nothing),
            (400, "Throttling", "Rate exceeded", Throttled, Later),
            (503, "ServiceUnavailable", "", FAULT, Later),
        ] {
            check(status, name, text, code, help);
        }
    }

    #[test]
    fn an_option_that_sts_refuses_is_named() {
        let error = refusal("PackedPolicyTooLarge", "108%").error("STS", "AssumeRoleWithWebIdentity", &|_| false);
        assert_eq!(error.field.as_deref(), Some("options.classicFlow.policy"));
        assert_eq!(error.message, "STS refused AssumeRoleWithWebIdentity: PackedPolicyTooLarge: 108%");
    }

    #[test]
    fn a_text_that_holds_a_secret_or_echoes_input_is_not_shown() {
        let shown =
            refusal("NotAuthorizedException", "about eyJtoken").error("Cognito", "GetId", &|text| text.contains("eyJ"));
        assert_eq!(shown.message, "Cognito refused GetId: NotAuthorizedException");
        let named = refusal("eyJtoken", "text").error("Cognito", "GetId", &|text| text.contains("eyJ"));
        assert!(!format!("{named:?}").contains("eyJ"));
        let echoed = refusal("ValidationException", "Value 'eyJ' at 'logins'").error("Cognito", "GetId", &|_| false);
        assert!(!echoed.message.contains("eyJ"));
    }
}
