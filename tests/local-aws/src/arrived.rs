//! A request as it came over the wire.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

/// A request with its whole body, before any service has looked at it.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) method: Method,
    /// The request target, byte for byte: signatures are computed over it.
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What this answer is known by, as `x-amzn-requestid`.
    pub(crate) request_id: String,
    /// When it arrived, by the clock of the service that it is for.
    pub(crate) now: SystemTime,
}

impl Arrived {
    /// The header's value, if it was sent and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `Host` header as sent, with its port.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    /// The request target as it went over the wire: path and query.
    pub(crate) fn target(&self) -> &str {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// The path as it went over the wire, still encoded.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query as it went over the wire, without the question mark.
    pub(crate) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// A browser's question whether it may send the real request.
    pub(crate) fn is_preflight(&self) -> bool {
        self.method == Method::OPTIONS && self.headers.contains_key("access-control-request-method")
    }
}
