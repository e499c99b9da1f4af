//! The signing key, derived once per credentials, day, region and service.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

use super::SigningCredentials;
use super::encoding::hex;
use crate::secret::Secret;
use crate::text::{concat, next_piece};

/// A page rarely signs for more than a handful of services.
const KEPT: usize = 8;

struct Entry {
    credential: String,
    /// With the key taken in, which is a third of the work. It wipes itself.
    mac: Hmac<Sha256>,
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
            let mac = signing_key(&credentials.secret_access_key, scope);
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(Entry { credential: credential.into(), mac });
            self.0.len() - 1
        });
        hex(&finish(self.0[at].mac.clone(), string_to_sign))
    }

    /// Forgets every key: sign-out, or new credentials.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// HMAC over HMAC: day, region, service and a fixed text, each with the key before it, the secret first (AWS: Create a
/// signed AWS API request).
fn signing_key(secret: &Secret, scope: &str) -> Hmac<Sha256> {
    let first = Secret::new(concat(&["AWS4", secret.expose()]));
    let mut mac = keyed(first.expose().as_bytes());
    let mut rest = Some(scope);
    while let Some(piece) = next_piece(&mut rest, b'/') {
        let mut key = finish(mac, piece);
        mac = keyed(&key);
        key.zeroize();
    }
    mac
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let Ok(mac) = Hmac::new_from_slice(key) else { unreachable!("HMAC takes keys of every length") };
    mac
}

fn finish(mut mac: Hmac<Sha256>, text: &str) -> [u8; 32] {
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

impl core::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyCache(..)")
    }
}
