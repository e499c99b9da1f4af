//! Random identifiers and secrets.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Fills an array with random bytes.
///
/// Without randomness nothing here may be issued, and the operating system's source does not fail once it is up,
/// so a failure ends the process.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if rand::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// An access key id of the temporary kind: `ASIA` and 16 characters.
pub(crate) fn access_key_id() -> String {
    let tail = bytes::<16>().map(|byte| char::from(BASE32[usize::from(byte % 32)]));
    "ASIA".chars().chain(tail).collect()
}

/// A secret access key: 40 characters.
pub(crate) fn secret_access_key() -> String {
    STANDARD.encode(bytes::<30>())
}

/// A session token of the length that Cognito's have (about 1,200 characters), with the `+` and `/` that show up
/// mistakes in encoding.
pub(crate) fn session_token() -> String {
    format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode(bytes::<888>()))
}

/// An opaque token, used for refresh tokens.
pub(crate) fn opaque_token() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes::<96>())
}

/// A random UUID.
pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_lengths_of_aws() {
        assert_eq!(access_key_id().len(), 20);
        assert_eq!(secret_access_key().len(), 40);
        assert_eq!(session_token().len(), 1200);
        assert_ne!(session_token(), session_token());
    }
}
