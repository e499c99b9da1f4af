//! Who may be tried again, and after how long.

use crate::clock::Millis;
use crate::text::contains;

/// Attempts in all, the first one counted.
pub const ATTEMPTS: u32 = 4;

const BASE: f64 = 100.0;
const CAP: f64 = 5_000.0;

/// What AWS's names of throttling have in common (thirteen of the fourteen on the SDKs' list).
const THROTTLING: [&str; 6] =
    ["Throttl", "LimitExceeded", "TooManyRequests", "SlowDown", "ThroughputExceeded", "InProgress"];

/// Whether an error name means throttling, whatever the status.
pub fn is_throttling(name: &str) -> bool {
    THROTTLING.iter().any(|mark| contains(name, mark))
}

/// How long to wait before attempt `next` (the second attempt is 2): full jitter, so that pages that failed together
/// do not come back together. `random` is in [0, 1).
pub fn backoff(next: u32, random: f64) -> Millis {
    let ceiling = (BASE * f64::from(1u32 << next.clamp(1, 16))).min(CAP);
    (ceiling * random.clamp(0.0, 1.0)) as Millis
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_known_by_every_name_that_awss_sdks_know() {
        for name in [
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "TransactionInProgressException",
        ] {
            assert!(is_throttling(name), "{name}");
        }
        for name in ["NotAuthorizedException", "ResourceNotFoundException", "AccessDenied", ""] {
            assert!(!is_throttling(name), "{name}");
        }
    }

    #[test]
    fn waits_grow_to_a_cap_and_never_pass_it() {
        assert_eq!(backoff(2, 0.0), 0);
        assert!(backoff(2, 0.999) < 400 && backoff(3, 0.999) > 400);
        for next in 0..100 {
            assert!((0..=5_000).contains(&backoff(next, 1.0)));
        }
    }
}
