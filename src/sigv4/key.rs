//! The signing key, derived once per credentials, day, region and service. The only file that names aws-sigv4.

use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use zeroize::Zeroize;

use super::{Scope, SigningCredentials};
use crate::clock::Millis;

/// A page rarely signs for more than a handful of services.
const KEPT: usize = 8;

const DAY: Millis = 86_400_000;

struct Entry {
    access_key_id: String,
    day: Millis,
    scope: Scope,
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
    /// Signs `string_to_sign` with the key for these credentials, the day of `time` and this scope.
    pub fn signature(
        &mut self,
        credentials: &SigningCredentials,
        time: Millis,
        scope: &Scope,
        string_to_sign: &str,
    ) -> String {
        let day = time.div_euclid(DAY);
        let found = self.0.iter().position(|entry| {
            entry.day == day && entry.scope == *scope && entry.access_key_id == credentials.access_key_id
        });
        let at = found.unwrap_or_else(|| {
            let derived = generate_signing_key(
                credentials.secret_access_key.expose(),
                UNIX_EPOCH + Duration::from_millis(time.max(0).unsigned_abs()),
                &scope.region,
                &scope.service,
            );
            let mut key = [0; 32];
            for (to, from) in key.iter_mut().zip(derived.as_ref()) {
                *to = *from;
            }
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push(Entry { access_key_id: credentials.access_key_id.clone(), day, scope: scope.clone(), key });
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
