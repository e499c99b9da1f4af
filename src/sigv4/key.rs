//! Signing keys and signatures, from aws-sigv4. A key is derived once for each access key, day, region and service.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use zeroize::{Zeroize, Zeroizing};

use super::{DatedScope, SigningCredentials};
use crate::time::Millis;

/// How many keys are kept. A page rarely signs for more than a handful of services.
const CAPACITY: usize = 8;

/// The last millisecond of the year 9999, after which aws-sigv4's calendar panics.
const LAST_MOMENT: Millis = 253_402_300_799_999;

struct SigningKey {
    access_key_id: String,
    credential_scope: String,
    bytes: Zeroizing<Vec<u8>>,
}

/// The signing keys in use, the newest last. They are wiped from memory when they are dropped. What
/// `generate_signing_key` itself allocates, `AWS4` and the secret in one text, is freed without being wiped.
#[derive(Default)]
pub struct KeyCache(Vec<SigningKey>);

impl KeyCache {
    /// Signs `string_to_sign`; gives the signature in lower-case hex. Kept keys are found by access key id and
    /// credential scope, never by the secret: call [`clear`](Self::clear) when the secret of an access key id changes.
    pub fn signature(
        &mut self,
        credentials: &SigningCredentials,
        scope: &DatedScope<'_>,
        string_to_sign: &str,
    ) -> String {
        let signature = self.sign(credentials, scope, string_to_sign);
        overwrite_stack();
        signature
    }

    // Not inlined, so that what it leaves on the stack lies where `overwrite_stack` overwrites it.
    #[inline(never)]
    fn sign(&mut self, credentials: &SigningCredentials, scope: &DatedScope<'_>, string_to_sign: &str) -> String {
        let is_wanted = |key: &SigningKey| {
            key.access_key_id == credentials.access_key_id && key.credential_scope == scope.credential_scope
        };
        let position = self.0.iter().position(is_wanted).unwrap_or_else(|| {
            if self.0.len() == CAPACITY {
                self.0.remove(0);
            }
            self.0.push(derive(credentials, scope));
            self.0.len() - 1
        });
        calculate_signature(self.0[position].bytes.as_slice(), string_to_sign.as_bytes())
    }

    /// Drops and wipes every key: on sign-out, or when credentials are replaced.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Overwrites the part of the stack that the last call has used: aws-sigv4 passes keys by value.
#[inline(never)]
fn overwrite_stack() {
    // Words, because each element is a write of its own.
    [0u64; 512].zeroize();
}

fn derive(credentials: &SigningCredentials, dated: &DatedScope<'_>) -> SigningKey {
    let secret = credentials.secret_access_key.expose();
    let key = generate_signing_key(secret, system_time(dated.time), &dated.scope.region, &dated.scope.service);
    SigningKey {
        access_key_id: credentials.access_key_id.clone(),
        credential_scope: dated.credential_scope.clone(),
        bytes: Zeroizing::new(key.as_ref().to_vec()),
    }
}

fn system_time(time: Millis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(time.clamp(0, LAST_MOMENT).unsigned_abs())
}

impl core::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyCache(..)")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::sigv4::Scope;

    const DAY: Millis = 86_400_000;

    fn credentials(id: &str, secret: &str) -> SigningCredentials {
        SigningCredentials {
            access_key_id: id.into(),
            secret_access_key: Secret::new(secret.into()),
            session_token: None,
        }
    }

    fn scope(service: &str) -> Scope {
        Scope { service: service.into(), region: "us-east-1".into() }
    }

    /// What a new cache would sign.
    fn fresh(credentials: &SigningCredentials, scope: &DatedScope<'_>) -> String {
        KeyCache::default().signature(credentials, scope, "text")
    }

    #[test]
    fn a_kept_key_serves_one_access_key_day_and_scope_only() {
        let mut keys = KeyCache::default();
        for credentials in [credentials("A", "one"), credentials("B", "two")] {
            for service in ["s3", "sqs"] {
                for time in [0, 1, DAY - 1, DAY] {
                    let scope = scope(service);
                    let dated = scope.at(time);
                    assert_eq!(keys.signature(&credentials, &dated, "text"), fresh(&credentials, &dated));
                }
            }
        }
        assert_eq!(keys.0.len(), CAPACITY);
    }

    #[test]
    fn the_oldest_key_makes_room() {
        let (mut keys, credentials) = (KeyCache::default(), credentials("A", "one"));
        for service in 0..2 * CAPACITY {
            keys.signature(&credentials, &scope(&format!("service-{service}")).at(0), "text");
            assert!(keys.0.len() <= CAPACITY);
        }
        assert!(keys.0[0].credential_scope.contains("service-8"), "{}", keys.0[0].credential_scope);
        keys.clear();
        assert!(keys.0.is_empty());
    }

    #[test]
    fn a_clock_beyond_every_calendar_does_not_panic() {
        for time in [Millis::MIN, -1, LAST_MOMENT + 1, Millis::MAX] {
            assert_eq!(fresh(&credentials("A", "one"), &scope("s3").at(time)).len(), 64, "{time}");
        }
    }
}
