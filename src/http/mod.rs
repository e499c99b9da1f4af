//! HTTP as the pure rooms see it: URLs in parts, replies with what matters of their headers, and their documents.

mod document;
mod json;
mod reply;
mod text;
mod url;

pub use document::Document;
pub use json::{Json, MAX_DEPTH};
pub use reply::{Reply, RetryAfter, ServiceError};
pub use text::{after, mentions};
pub use url::Url;

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) use document::tests::{json_document, xml_document};

/// The most that is read of an answer of Cognito or STS, and of any refusal, in bytes. Theirs have a few thousand; what is
/// longer is not theirs, and parsing it would block the page. Whoever reads an answer stops here.
pub const MAX_BODY: usize = 64 * 1024;
