//! A request as its caller wants it, and what signing adds to it.

use crate::routing::Overrides;
use crate::secret::Secret;
use crate::sigv4::sha256_hex;
use crate::time::Millis;

/// What is judged and signed of a call: the same that is sent.
#[derive(Clone, Debug, Default)]
pub struct CapturedRequest {
    /// The absolute URL as the platform's parser writes it.
    pub url: String,
    /// The method, upper case.
    pub method: String,
    /// Headers, names in lower case, values as `Headers` writes them.
    pub headers: Vec<(String, String)>,
    /// The signing name, in place of what the host or its declaration says.
    pub service: Option<String>,
    /// The region, in place of what the host or its declaration says.
    pub region: Option<String>,
    /// What to sign for, in place of what is sent to.
    pub sign_as: Option<String>,
    /// Whether the body is left out of the signature.
    pub unsigned_payload: bool,
    /// Attempts in all, in place of the client's.
    pub attempts: Option<u32>,
    /// Milliseconds within which another attempt may begin, in place of the client's.
    pub budget: Option<Millis>,
    /// Whether it only reads, whatever its method says.
    pub is_read: bool,
}

impl CapturedRequest {
    pub(super) fn overrides(&self) -> Overrides<'_> {
        Overrides {
            service: self.service.as_deref(),
            region: self.region.as_deref(),
            sign_as: self.sign_as.as_deref(),
            unsigned_payload: self.unsigned_payload,
        }
    }

    pub(super) fn header_pairs(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// The body of a call that is signed at once.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// No body, or one that is not hashed.
    None,
    /// A body that is hashed at once.
    Bytes(&'a [u8]),
    /// The lower-case hex SHA-256 of the body.
    Hash(&'a str),
}

impl Payload<'_> {
    /// The lower-case hex SHA-256; none if there is nothing to hash.
    pub fn hash(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Bytes(bytes) => Some(sha256_hex(bytes)),
            Self::Hash(hash) => Some(hash.into()),
        }
    }
}

/// The headers that signing adds.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `x-amz-date`.
    pub amz_date: String,
    /// `authorization`.
    pub authorization: String,
    /// `x-amz-content-sha256`, where the service demands it.
    pub content_sha256: Option<String>,
    /// `x-amz-security-token`, for temporary credentials.
    pub session_token: Option<Secret>,
    /// The access key id that signed.
    pub access_key_id: String,
    /// The time that was signed, by the server's clock.
    pub signed_at: Millis,
}
