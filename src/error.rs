//! The one error type. A stable code, a sentence that names the field and never a value, and what to do next.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// What went wrong, as a stable code that programs can switch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// An option is missing, of the wrong kind or malformed.
    InvalidOption,
    /// A part of the request cannot be signed or sent.
    InvalidRequest,
    /// The host is neither AWS's nor declared, or does not say service and region.
    UnknownEndpoint,
    /// Credentials would travel over plain http.
    InsecureUrl,
    /// A synchronous method was called before there were credentials.
    NotReady,
    /// A `logins` or `identity` function failed or gave something else than it should.
    LoginsFailed,
    /// The `credentials` function failed or gave no credentials.
    ProviderFailed,
    /// The login token has expired.
    LoginExpired,
    /// Cognito refuses the login token.
    LoginRejected,
    /// The identity pool allows no guests.
    GuestsNotAllowed,
    /// The identity pool does not exist in that region.
    PoolNotFound,
    /// The identity pool has no usable role.
    PoolMisconfigured,
    /// The identity is gone, disabled or somebody else's.
    IdentityLost,
    /// AWS refuses the request for another reason.
    Refused,
    /// AWS throttles.
    Throttled,
    /// AWS fails, or answers what cannot be read.
    ServiceFault,
    /// The network failed, or CORS hides the answer.
    Network,
    /// No answer in time.
    Timeout,
    /// The client signed out, or another user signed in, while the call waited.
    SignedOut,
    /// The client was closed.
    Closed,
}

impl Code {
    /// Every code, for the tests that hold types and documentation against it.
    pub const ALL: &'static [Self] = &[
        Self::InvalidOption,
        Self::InvalidRequest,
        Self::UnknownEndpoint,
        Self::InsecureUrl,
        Self::NotReady,
        Self::LoginsFailed,
        Self::ProviderFailed,
        Self::LoginExpired,
        Self::LoginRejected,
        Self::GuestsNotAllowed,
        Self::PoolNotFound,
        Self::PoolMisconfigured,
        Self::IdentityLost,
        Self::Refused,
        Self::Throttled,
        Self::ServiceFault,
        Self::Network,
        Self::Timeout,
        Self::SignedOut,
        Self::Closed,
    ];

    /// The code as JavaScript sees it.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::NotReady | Self::Throttled | Self::ServiceFault | Self::Network | Self::Timeout)
    }

    /// What to do next, where the place that failed knows nothing better.
    fn advice(self) -> &'static str {
        self.facts().1
    }

    /// Name and next step.
    fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidOption => ("INVALID_OPTION", CORRECT),
            Self::InvalidRequest => ("INVALID_REQUEST", CORRECT),
            Self::UnknownEndpoint => ("UNKNOWN_ENDPOINT", "Declare it in `endpoints`."),
            Self::InsecureUrl => ("INSECURE_URL", "Use https; http is for loopback hosts only."),
            Self::NotReady => ("NOT_READY", "Await credentials() first, or call the method without Sync."),
            Self::LoginsFailed => ("LOGINS_FAILED", CORRECT),
            Self::ProviderFailed => ("PROVIDER_FAILED", CORRECT),
            Self::LoginExpired => ("LOGIN_EXPIRED", "Return a fresh ID token from the `logins` function."),
            Self::LoginRejected => ("LOGIN_REJECTED", "Send an ID token of a provider that the pool lists."),
            Self::GuestsNotAllowed => ("GUESTS_NOT_ALLOWED", "Give `logins`, or switch the pool's guest access on."),
            Self::PoolNotFound => ("POOL_NOT_FOUND", "Check the identity pool id, its region included."),
            Self::PoolMisconfigured => {
                ("POOL_MISCONFIGURED", "Check the pool's roles and their trust policies (aud, amr).")
            }
            Self::IdentityLost => ("IDENTITY_LOST", "Call signOut() to start with a new identity."),
            Self::Refused => ("REFUSED", "The message has AWS's reason."),
            Self::Throttled => ("THROTTLED", "Try again later; share one client."),
            Self::ServiceFault => ("SERVICE_FAULT", "Try again later; quote `requestId` to AWS support."),
            Self::Network => ("NETWORK", "Check the connection and the URL."),
            Self::Timeout => ("TIMEOUT", "Try again, or raise `timeoutMs`."),
            Self::SignedOut => ("SIGNED_OUT", "Call again for the new identity."),
            Self::Closed => ("CLOSED", "Create a new client."),
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

const CORRECT: &str = "Correct the named field.";

/// What an AWS service said when it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFault {
    /// The HTTP status.
    pub status: u16,
    /// AWS's name of the error, such as `NotAuthorizedException`; empty if it gave none.
    pub name: String,
    /// The request id, for AWS support; empty if unreadable.
    pub request_id: String,
}

/// An error: code, sentence, next step, and the field or the service's own words where there are any. Boxed, because
/// results that carry it are moved far more often than it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Facts>);

/// What an [`Error`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The stable code.
    pub code: Code,
    /// A sentence without secret or user-given values.
    pub message: String,
    /// The option or argument it is about, such as `options.identityPoolId`.
    pub field: Option<Cow<'static, str>>,
    /// What AWS said.
    pub service: Option<ServiceFault>,
    advice: Option<&'static str>,
}

impl Error {
    /// An error of this code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Facts { code, message: message.into(), field: None, service: None, advice: None }))
    }

    /// An error about an option or argument: the message begins with its name. The value is never shown, as it may be a
    /// secret in the wrong place.
    pub fn about(code: Code, field: impl Into<Cow<'static, str>>, what: &str) -> Self {
        let field = field.into();
        Self::new(code, [&field, " ", what].concat()).field(field)
    }

    /// A malformed option, such as `options.region`.
    pub fn option(field: impl Into<Cow<'static, str>>, what: &str) -> Self {
        Self::about(Code::InvalidOption, field, what)
    }

    /// A malformed part of a request, such as `init.body`.
    pub fn request(field: impl Into<Cow<'static, str>>, what: &str) -> Self {
        Self::about(Code::InvalidRequest, field, what)
    }

    /// Names the option or argument it is about.
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Adds what AWS said.
    pub fn service(mut self, fault: ServiceFault) -> Self {
        self.0.service = Some(fault);
        self
    }

    /// Gives a better next step than the code's own.
    pub fn advise(mut self, advice: &'static str) -> Self {
        self.0.advice = Some(advice);
        self
    }

    /// What to do next.
    pub fn advice(&self) -> &'static str {
        self.0.advice.unwrap_or_else(|| self.0.code.advice())
    }
}

impl core::ops::Deref for Error {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_name_and_a_next_step() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.advice().ends_with('.')));
    }
}
