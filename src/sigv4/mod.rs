//! Signature Version 4: a request, a scope and credentials in; the headers or query to add out.
//!
//! aws-sigv4's request signer would more than double the download, and its functions for key and signature take the key
//! in anew for every signature; so it only judges, in the tests. Rules: the official test suite, and AWS's "Create a
//! signed AWS API request".

mod canonical;
mod encoding;
mod header;
mod headers;
mod key;
mod presign;
mod scope;

pub use canonical::{Canonical, CanonicalInput, PathEncoding, PathRule, Segments, canonical_request};
pub use encoding::encode as percent_encode;
pub use header::{SignedHeaders, sign_headers};
pub use headers::{check_headers, is_signed, may_be_given, parse_headers};
pub use key::KeyCache;
pub use presign::{TokenPlacement, is_presigned, presign};
pub use scope::{Scope, is_signing_name, string_to_sign};

use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// The hash that stands for a body that is not hashed: S3 over https only.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// What enters the canonical request for the body: what the caller's own `x-amz-content-sha256` says, because a service
/// believes that header; else what it is hashed to.
pub fn payload_of<'a>(headers: &[(&str, &'a str)], hash: &'a str) -> &'a str {
    let own = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
    own.map_or(hash, |(_, value)| value)
}

/// Whether a service takes [`UNSIGNED_PAYLOAD`] in place of the body's hash (S3 API Reference, "Authenticating
/// requests"). Others compute the hash themselves and would refuse.
pub fn takes_unsigned_payload(service: &str) -> bool {
    PathRule::of(service) == PathRule::S3
}

/// The SHA-256 of no bytes.
pub const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What signs: an access key, its secret and, for temporary credentials, the session token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningCredentials {
    /// The access key id, public.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token that goes with temporary credentials.
    pub session_token: Option<Secret>,
}

/// The request to sign, as it goes on the wire.
#[derive(Clone, Copy, Debug)]
pub struct SigningRequest<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// Host, with the port if it is not the scheme's own.
    pub host: &'a str,
    /// The path as on the wire, percent-encoded; empty means `/`.
    pub path: &'a str,
    /// The query as on the wire, without `?`.
    pub query: &'a str,
    /// The headers that go along, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// Lower-case hex SHA-256 of the body, or [`UNSIGNED_PAYLOAD`].
    pub payload_hash: &'a str,
}

/// The lower-case hex SHA-256 of some bytes.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut hash = PayloadHash::default();
    hash.update(bytes);
    hash.finish()
}

/// The hash of a body that comes in pieces.
#[derive(Clone, Debug, Default)]
pub struct PayloadHash(Sha256);

impl PayloadHash {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The lower-case hex SHA-256 of all pieces.
    pub fn finish(self) -> String {
        encoding::hex(&self.0.finalize())
    }
}
