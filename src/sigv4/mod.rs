//! Signature Version 4: takes a request, a scope and credentials, and gives the headers or the query to add.
//!
//! The signing key and the signature come from aws-sigv4 (`key.rs` is the only file that names it). Its request signer,
//! `http_request`, would more than double the download, so the canonical request is built here, and the tests compare
//! it with that signer. Rules: IAM User Guide, "Create a signed AWS API request", and AWS's official test suite.

mod authorization;
mod canonical;
mod encoding;
mod evidence;
mod header_rules;
mod key;
mod lifetime;
mod payload;
mod presign;
mod scope;

pub use authorization::{SignedHeaders, sign_headers};
pub use canonical::{Canonical, CanonicalInput, PathEncoding, PathRule, Segments, canonical_request};
pub(crate) use encoding::percent_encode;
pub use evidence::{Evidence, evidence};
pub use header_rules::{check_headers, is_signed};
pub use key::KeyCache;
pub use lifetime::RemainingLifetime;
pub(crate) use lifetime::{Lifetime, lifetime};
pub(crate) use payload::takes_unsigned_payload;
pub use payload::{EMPTY_HASH, PayloadHash, UNSIGNED_PAYLOAD, effective_payload_hash, sha256_hex};
pub(crate) use presign::is_presigned;
pub use presign::{TokenPlacement, presign};
pub(crate) use scope::is_signing_name;
pub use scope::{DatedScope, Scope};

use crate::secret::Secret;

/// The name of the algorithm, in headers, queries and strings to sign.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An access key, its secret and, for temporary credentials, the session token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningCredentials {
    /// The access key id, which is public.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
}

/// The request to sign, as AWS will receive it.
#[derive(Clone, Copy)]
pub struct SigningRequest<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The value of the `host` header: the port is part of it unless it is the scheme's default.
    pub host: &'a str,
    /// The percent-encoded path; empty means `/`.
    pub path: &'a str,
    /// The percent-encoded query, without `?`.
    pub query: &'a str,
    /// The request's headers, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The lower-case hex SHA-256 of the body, or [`UNSIGNED_PAYLOAD`].
    pub payload_hash: &'a str,
}

impl core::fmt::Debug for SigningRequest<'_> {
    /// Leaves out the query and the headers, which may hold secrets of the caller.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SigningRequest")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
