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

/// The string to sign: algorithm, time, scope and the hash of the canonical request.
pub fn string_to_sign(amz_date: &str, scope: &str, canonical_request: &str) -> String {
    let hash = super::sha256_hex(canonical_request.as_bytes());
    concat(&["AWS4-HMAC-SHA256\n", amz_date, "\n", scope, "\n", &hash])
}
