//! The signing key, derived once per credentials, day, region and service. The only file that names aws-sigv4.

use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use zeroize::Zeroize;

use super::{Scope, SigningCredentials};
use crate::clock::Millis;

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
    /// Signs `string_to_sign`. `credential` is access key id, day, region and service in one text: what a key is for.
    pub fn signature(
        &mut self,
        credential: &str,
        credentials: &SigningCredentials,
        time: Millis,
        scope: &Scope,
        string_to_sign: &str,
    ) -> String {
        let at = self.0.iter().position(|entry| entry.credential == credential).unwrap_or_else(|| {
            let derived = generate_signing_key(
                credentials.secret_access_key.expose(),
                UNIX_EPOCH + Duration::from_millis(time.max(0).unsigned_abs()),
                &scope.region,
                &scope.service,
            );
            let mut key = [0; 32];
            key.copy_from_slice(derived.as_ref());
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(Entry { credential: credential.into(), key });
            self.0.len() - 1
        });
        calculate_signature(self.0[at].key, string_to_sign.as_bytes())
    }

    /// Forgets every key: sign-out, or new credentials.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl core::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyCache(..)")
    }
}
