//! The hash of the body, which is the last line of the canonical request.

use sha2::{Digest, Sha256};

use super::PathRule;

/// Stands for the hash of a body that is not signed: S3 over https only.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The lower-case hex SHA-256 of an empty body.
pub const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The hash to sign: the caller's own `x-amz-content-sha256`, because the service believes that header, or else `hash`.
pub fn effective_payload_hash<'a>(headers: &[(&str, &'a str)], hash: &'a str) -> &'a str {
    headers.iter().find(|(name, _)| *name == "x-amz-content-sha256").map_or(hash, |(_, value)| value)
}

/// Whether a service accepts [`UNSIGNED_PAYLOAD`] in place of the body's hash (S3 API Reference, "Authenticating
/// requests"). Other services hash the body themselves and would refuse the signature.
pub(crate) fn takes_unsigned_payload(service: &str) -> bool {
    PathRule::for_service(service) == PathRule::S3
}

/// The lower-case hex SHA-256 of some bytes.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The SHA-256 of a body that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct PayloadHash(Sha256);

impl PayloadHash {
    /// Adds the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The lower-case hex SHA-256 of all the pieces.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_like_the_whole() {
        let mut hash = PayloadHash::default();
        assert_eq!(hash.clone().finish(), EMPTY_HASH);
        hash.update(b"Action=");
        hash.update(b"ListUsers");
        assert_eq!(hash.finish(), sha256_hex(b"Action=ListUsers"));
    }

    #[test]
    fn the_callers_own_hash_header_is_what_is_signed() {
        assert_eq!(effective_payload_hash(&[("accept", "*/*")], "hash"), "hash");
        assert_eq!(effective_payload_hash(&[("x-amz-content-sha256", UNSIGNED_PAYLOAD)], "hash"), UNSIGNED_PAYLOAD);
    }
}
