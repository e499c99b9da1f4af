//! Who may be tried again, and after how long.

use crate::clock::Millis;

/// Attempts in all, the first one counted.
pub const ATTEMPTS: u32 = 4;

const BASE: f64 = 100.0;
const CAP: f64 = 5_000.0;

/// Throttling by AWS's own names (the SDKs' list), whatever the status.
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
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
];

/// Whether an error name means throttling.
pub fn is_throttling(name: &str) -> bool {
    THROTTLING.contains(&name)
}

/// How long to wait before attempt `next` (the second attempt is 2): full jitter, so that pages that failed together
/// do not come back together. `random` is in [0, 1).
pub fn backoff(next: u32, random: f64) -> Millis {
    let ceiling = (BASE * f64::from(1u32 << next.clamp(1, 16))).min(CAP);
    (ceiling * random.clamp(0.0, 1.0)) as Millis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_known_by_name() {
        assert!(is_throttling("TooManyRequestsException") && !is_throttling("NotAuthorizedException"));
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
