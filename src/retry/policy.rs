//! How often something is tried, and the pauses between attempts.

use crate::http::{Reply, RetryAfter};
use crate::time::Millis;

/// Attempts in all, the first one counted.
pub const ATTEMPTS: u32 = 4;

/// How long after the first attempt began another one may begin.
const BUDGET: Millis = 20_000;

const BASE: f64 = 100.0;
const CAP: f64 = 5_000.0;

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
    /// How long after the first attempt began another one may begin, in milliseconds.
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

    /// How long to wait before another attempt; none if there is to be none. `requested` is how long the service wants to
    /// be left alone: what comes sooner would be refused, and what all clients do at that same moment too.
    pub fn wait(&self, made: u32, elapsed: Millis, requested: Option<Millis>, random: f64) -> Option<Millis> {
        let wait = requested.unwrap_or_default().saturating_add(backoff(made.saturating_add(1), random));
        self.allows(made, elapsed.saturating_add(wait)).then_some(wait)
    }
}

/// How long the service wants to be left alone, from its `Retry-After`. `now` is the server's time, for a date on an
/// answer without a `Date` of its own.
pub fn requested_pause(reply: &Reply, now: Millis) -> Option<Millis> {
    Some(match reply.retry_after? {
        RetryAfter::Seconds(seconds) => Millis::from(seconds) * 1_000,
        RetryAfter::Date(until) => until.saturating_sub(reply.date.unwrap_or(now)).max(0),
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_cap_and_never_pass_it() {
        assert_eq!(backoff(2, 0.0), 0);
        assert!(backoff(2, 0.999) < 400 && backoff(3, 0.999) > 400);
        for next in 0..100 {
            assert!((0..=5_000).contains(&backoff(next, 1.0)));
        }
    }

    #[test]
    fn retry_after_is_counted_from_the_answers_own_date_if_it_has_one() {
        let pause =
            |retry_after, date| requested_pause(&Reply { status: 503, retry_after, date, ..Reply::default() }, 1_000);
        assert_eq!(pause(Some(RetryAfter::Seconds(7)), None), Some(7_000));
        assert_eq!(pause(Some(RetryAfter::Date(9_000)), None), Some(8_000));
        assert_eq!(pause(Some(RetryAfter::Date(9_000)), Some(5_000)), Some(4_000));
        assert_eq!(pause(Some(RetryAfter::Date(500)), None), Some(0));
        assert_eq!(pause(Some(RetryAfter::Date(Millis::MIN)), Some(Millis::MAX)), Some(0));
        assert_eq!(pause(None, None), None);
    }

    proptest::proptest! {
        #[test]
        fn no_wait_exceeds_attempts_budget_or_what_is_requested(
            attempts in 0u32..9, budget in 0i64..60_000, made in 1u32..9, elapsed in 0i64..90_000,
            requested in proptest::option::of(0i64..90_000), random in 0.0f64..1.0,
        ) {
            let policy = Policy { attempts, budget };
            match policy.wait(made, elapsed, requested, random) {
                Some(wait) => {
                    proptest::prop_assert!(made < attempts && elapsed + wait <= budget);
                    proptest::prop_assert!(wait >= requested.unwrap_or(0) && wait <= requested.unwrap_or(0) + 5_000);
                }
                None => proptest::prop_assert!(made >= attempts || elapsed + requested.unwrap_or(0) + 5_000 > budget),
            }
        }
    }
}
