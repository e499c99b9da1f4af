//! What a service answers, before the transport adds its part.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;

/// An HTTP answer and what to count it as.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `ok` or the name of the error, for the statistics.
    pub(crate) outcome: String,
}

impl Answer {
    /// A good answer with this body.
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into(), outcome: "ok".to_owned() }
    }

    /// A good answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut answer = Self::new(status, "text/plain", Bytes::new());
        answer.headers.clear();
        answer
    }

    /// A good JSON answer.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Counts this answer as a failure of that name.
    pub(crate) fn counted_as(mut self, outcome: impl Into<String>) -> Self {
        self.outcome = outcome.into();
        self
    }

    /// Adds a header. A value that is no legal header value is left out: some error texts hold characters that a
    /// header cannot carry, and AWS then sends the body alone.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}
