//! What a client tells whoever listens to it. Details are built field by field, so that no token, key, signature, header
//! or query can get into one.

use serde::Serialize;

use crate::error::Code;
use crate::retry::ErrorKind;
use crate::time::{ClockSource, Millis};

/// An event of a client; it serializes as its detail alone, as `api.d.ts` describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// A refresh of the credentials has ended.
    Credentials(CredentialsDetail),
    /// The client has another Cognito identity, or none any more.
    IdentityChange(IdentityChangeDetail),
    /// An attempt of a call is over.
    Request(RequestDetail),
    /// A call is about to be tried again.
    Retry(RetryDetail),
    /// The client has learnt how far the device's clock is off.
    Clock(ClockDetail),
}

impl Event {
    /// The event's name in JavaScript.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Credentials(_) => "credentials",
            Self::IdentityChange(_) => "identitychange",
            Self::Request(_) => "request",
            Self::Retry(_) => "retry",
            Self::Clock(_) => "clock",
        }
    }
}

/// How a refresh of the credentials has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CredentialsDetail {
    /// There are new credentials.
    Renewed {
        /// The Cognito identity that they belong to.
        #[serde(skip_serializing_if = "Option::is_none")]
        identity_id: Option<String>,
        /// When they expire, in milliseconds by the server's clock; JavaScript gets a `Date`.
        #[serde(skip_serializing_if = "Option::is_none")]
        expiration: Option<Millis>,
    },
    /// There are no new credentials. The current set serves until it expires.
    Failed {
        /// Why.
        code: Code,
    },
}

/// Another Cognito identity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentityChangeDetail {
    /// The one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The one now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
}

/// An attempt that is over.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestDetail {
    /// The HTTP method.
    pub method: String,
    /// The URL without query and fragment.
    pub url: String,
    /// Counted from 1 for each call.
    pub attempt: u32,
    /// Milliseconds until the answer's headers were there, or until it failed.
    pub duration_ms: Millis,
    /// The HTTP status; none if there was no answer that the page may see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// An attempt that is about to be made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryDetail {
    /// The HTTP method.
    pub method: String,
    /// The URL without query and fragment.
    pub url: String,
    /// The number of the attempt that follows.
    pub attempt: u32,
    /// Why.
    pub reason: ErrorKind,
    /// Milliseconds until then.
    pub wait_ms: Millis,
}

/// What is known of the device's clock.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockDetail {
    /// Milliseconds, the server's time minus the device's.
    pub offset: Millis,
    /// Where that was learnt.
    pub from: ClockSource,
}

/// A URL as events show it: without query and fragment, which may hold a signature.
pub fn without_query(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url[..end].to_owned()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_those_of_the_public_types() {
        let detail = |event: Event| (event.name(), serde_json::to_value(&event).unwrap());
        let renewed = CredentialsDetail::Renewed { identity_id: Some("i".into()), expiration: Some(5) };
        assert_eq!(
            detail(Event::Credentials(renewed)),
            ("credentials", json!({ "outcome": "renewed", "identityId": "i", "expiration": 5 }))
        );
        let failed = CredentialsDetail::Failed { code: Code::Network };
        assert_eq!(
            detail(Event::Credentials(failed)),
            ("credentials", json!({ "outcome": "failed", "code": "NETWORK" }))
        );
        let request =
            RequestDetail { method: "GET".into(), url: "https://a/".into(), attempt: 1, duration_ms: 2, status: None };
        assert_eq!(
            detail(Event::Request(request)),
            ("request", json!({ "method": "GET", "url": "https://a/", "attempt": 1, "durationMs": 2 }))
        );
    }

    #[test]
    fn a_url_is_shown_without_query_and_fragment() {
        for url in ["https://a/b?X-Amz-Signature=s", "https://a/b#f?", "https://a/b"] {
            assert_eq!(without_query(url), "https://a/b");
        }
    }
}
