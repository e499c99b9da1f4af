//! Who may be tried again, and after how long.

use crate::clock::Millis;
use crate::message::HttpReply;
use crate::text::{contains, parse_decimal};

/// Attempts in all, the first one counted.
pub const ATTEMPTS: u32 = 4;

/// How long after the first attempt began another one may begin.
const BUDGET: Millis = 20_000;

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

/// How often, and within what time, one thing may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Attempts in all, the first one counted.
    pub attempts: u32,
    /// How long after the first attempt began another one may begin.
    pub budget: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attempts: ATTEMPTS, budget: BUDGET }
    }
}

impl Policy {
    /// Whether another attempt may begin `elapsed` after the first one did, when so many have been made.
    pub fn allows(&self, made: u32, elapsed: Millis) -> bool {
        made < self.attempts && elapsed <= self.budget
    }

    /// How long to wait before another attempt; none if there is to be none. `asked` is how long the service wants to
    /// be left alone: what comes sooner would be refused, and what all clients do at that same moment too.
    pub fn wait(&self, made: u32, elapsed: Millis, asked: Option<Millis>, random: f64) -> Option<Millis> {
        let wait = asked.unwrap_or_default().saturating_add(backoff(made + 1, random));
        self.allows(made, elapsed.saturating_add(wait)).then_some(wait)
    }
}

/// How long the service wants to be left alone: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). `now`
/// is the server's time, for a date on an answer without a `Date` of its own.
pub fn asked(reply: &HttpReply, now: Millis) -> Option<Millis> {
    if let Some(seconds) = reply.document.text(":retry-after").and_then(parse_decimal) {
        return Some(seconds * 1_000);
    }
    let until = reply.document.whole_number(":retry-at")?;
    Some((until - reply.date().unwrap_or(now)).max(0))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::tests::flat;

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

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let asked = |headers| {
            let document = flat(&headers);
            let reply = HttpReply { status: 503, error_type: String::new(), request_id: String::new(), document };
            asked(&reply, 1_000)
        };
        assert_eq!(asked(json!({ ":retry-after": "7" })), Some(7_000));
        assert_eq!(asked(json!({ ":retry-at": 9_000 })), Some(8_000));
        assert_eq!(asked(json!({ ":retry-at": 9_000, ":date": 5_000 })), Some(4_000));
        assert_eq!(asked(json!({ ":retry-at": 500 })), Some(0));
        assert_eq!(asked(json!({ ":retry-after": "soon" })), None);
        assert_eq!(asked(json!({})), None);
    }

    proptest::proptest! {
        #[test]
        fn no_wait_exceeds_attempts_budget_or_what_is_asked(
            attempts in 0u32..9, budget in 0i64..60_000, made in 1u32..9, elapsed in 0i64..90_000,
            asked in proptest::option::of(0i64..90_000), random in 0.0f64..1.0,
        ) {
            let policy = Policy { attempts, budget };
            match policy.wait(made, elapsed, asked, random) {
                Some(wait) => {
                    proptest::prop_assert!(made < attempts && elapsed + wait <= budget);
                    proptest::prop_assert!(wait >= asked.unwrap_or(0) && wait <= asked.unwrap_or(0) + 5_000);
                }
                None => proptest::prop_assert!(made >= attempts || elapsed + asked.unwrap_or(0) + 5_000 > budget),
            }
        }
    }
}
