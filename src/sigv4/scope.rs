//! The credential scope, and the string to sign that it enters.

use crate::text::concat;

/// What a signature is good for, besides its day: one service in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The signing name, such as `execute-api`.
    pub service: String,
    /// The region, such as `eu-west-1`.
    pub region: String,
}

impl Scope {
    /// `YYYYMMDD/region/service/aws4_request`. The first eight characters of `amz_date` are the day.
    pub fn at(&self, amz_date: &str) -> String {
        let day = amz_date.get(..8).unwrap_or(amz_date);
        concat(&[day, "/", &self.region, "/", &self.service, "/aws4_request"])
    }
}

/// Whether `text` has the form of a signing name; all of AWS's have. It goes into a header and, with others, into one
/// text between slashes.
pub fn is_signing_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The string to sign: algorithm, time, scope and the hash of the canonical request.
pub fn string_to_sign(amz_date: &str, scope: &str, canonical_request: &str) -> String {
    let hash = super::sha256_hex(canonical_request.as_bytes());
    concat(&["AWS4-HMAC-SHA256\n", amz_date, "\n", scope, "\n", &hash])
}
