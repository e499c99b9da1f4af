//! The signing key, derived once per credentials, day, region and service. The only file that names aws-sigv4.

use aws_sigv4::sign::v4::calculate_signature;
use zeroize::Zeroize;

use super::SigningCredentials;
use super::encoding::hex_value;
use crate::secret::Secret;
use crate::text::{concat, next_piece};

/// A page rarely signs for more than a handful of services.
const KEPT: usize = 8;

struct Entry {
    credential: String,
    key: [u8; 32],
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// The signing keys in use, newest last.
#[derive(Default)]
pub struct KeyCache(Vec<Entry>);

impl KeyCache {
    /// Signs `string_to_sign`. `credential` is the access key id and `scope`, as [`Scope::at`](super::Scope::at) writes
    /// it, in one text: what a key is for.
    pub fn signature(
        &mut self,
        credential: &str,
        credentials: &SigningCredentials,
        scope: &str,
        string_to_sign: &str,
    ) -> String {
        let at = self.0.iter().position(|entry| entry.credential == credential).unwrap_or_else(|| {
            let key = signing_key(&credentials.secret_access_key, scope);
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(Entry { credential: credential.into(), key });
            self.0.len() - 1
        });
        calculate_signature(self.0[at].key.as_slice(), string_to_sign.as_bytes())
    }

    /// Forgets every key: sign-out, or new credentials.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// HMAC over HMAC: day, region, service and a fixed text, each with the key before it, the secret first (AWS: Create a
/// signed AWS API request). aws-sigv4's `generate_signing_key` does the same, but leaves the keys on the way in memory,
/// and brings along two libraries to write the day: 2 kB of the download.
fn signing_key(secret: &Secret, scope: &str) -> [u8; 32] {
    let first = Secret::new(concat(&["AWS4", secret.expose()]));
    let mut key = [0; 32];
    let mut rest = Some(scope);
    let mut is_first = true;
    while let Some(piece) = next_piece(&mut rest, b'/') {
        let next = hmac(if is_first { first.expose().as_bytes() } else { &key }, piece);
        key.zeroize();
        key = next;
        is_first = false;
    }
    key
}

/// HMAC-SHA-256, which is what a signature is, in bytes instead of hex digits.
fn hmac(key: &[u8], text: &str) -> [u8; 32] {
    let digits = Secret::new(calculate_signature(key, text.as_bytes()));
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.expose().as_bytes().chunks_exact(2)) {
        *byte = hex_value(pair.first()).unwrap_or(0) << 4 | hex_value(pair.last()).unwrap_or(0);
    }
    bytes
}

impl core::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyCache(..)")
    }
}
