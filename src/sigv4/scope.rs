//! The credential scope, and the string to sign, which names it.

use super::{ALGORITHM, sha256_hex};
use crate::time::{Millis, amz_date};

/// What a signature is valid for: one service in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The signing name, such as `execute-api`.
    pub service: String,
    /// The region, such as `eu-west-1`.
    pub region: String,
}

impl Scope {
    /// The scope of a signature that is made at `time`, in server time.
    pub fn at(&self, time: Millis) -> DatedScope<'_> {
        let amz_date = amz_date(time);
        let day = amz_date.get(..8).unwrap_or(&amz_date);
        let credential_scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        DatedScope { scope: self, time, amz_date, credential_scope }
    }
}

/// A scope at the moment of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedScope<'a> {
    /// Service and region.
    pub(super) scope: &'a Scope,
    /// The moment, in server time.
    pub(super) time: Millis,
    /// The moment as `x-amz-date` has it: `YYYYMMDDTHHMMSSZ`.
    pub amz_date: String,
    /// `YYYYMMDD/region/service/aws4_request`.
    pub credential_scope: String,
}

impl DatedScope<'_> {
    /// The string to sign for a canonical request.
    pub fn string_to_sign(&self, canonical_request: &str) -> String {
        let hash = sha256_hex(canonical_request.as_bytes());
        [ALGORITHM, &self.amz_date, &self.credential_scope, &hash].join("\n")
    }
}

/// Whether `text` has the form of a signing name. It is written into a header and between the slashes of the credential
/// scope, so no other characters than those of AWS's own names may be in it.
pub(crate) fn is_signing_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
