//! A signed request on its way to an answer: whether another attempt follows, and what comes before it.

use super::{ErrorKind, Policy};
use crate::time::Millis;

/// A call, as far as it has got.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whether it does no harm to be processed twice, see [`is_idempotent`].
    pub idempotent: bool,
    /// Whether its body is still there.
    pub replayable: bool,
    /// What the caller grants.
    pub policy: Policy,
    /// The attempts so far.
    pub made: u32,
    /// The time since the first of them began, in milliseconds.
    pub elapsed: Millis,
    /// What has been recovered from for it.
    pub recovered: Recovered,
}

/// The kinds of errors that a call has recovered from, which it does once each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    credentials: bool,
    role: bool,
    clock: bool,
}

impl Recovered {
    /// Where it is noted that an error of this kind was recovered from; none for kinds that only waiting helps, if
    /// anything.
    fn entry(&mut self, kind: ErrorKind) -> Option<&mut bool> {
        match kind {
            ErrorKind::ExpiredCredentials => Some(&mut self.credentials),
            ErrorKind::DeniedRole => Some(&mut self.role),
            ErrorKind::ClockSkew(_) => Some(&mut self.clock),
            _ => None,
        }
    }
}

/// What comes before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPlan {
    /// Milliseconds to wait.
    pub wait: Millis,
    /// What the call has recovered from, from then on.
    pub recovered: Recovered,
}

/// Another attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryDecision {
    /// What comes before it.
    pub plan: RetryPlan,
    /// Why.
    pub kind: ErrorKind,
    /// Whether to get another credential set first.
    pub refresh: bool,
}

impl Call {
    /// Whether another attempt after a network error would be allowed at once.
    pub fn may_try_again(&self) -> bool {
        self.idempotent && self.replayable && self.policy.allows(self.made, self.elapsed)
    }

    /// Whether there is to be another attempt; none if the caller gets the answer as it is. `can_recover` says whether
    /// what is wrong, if anything is, can be put right first.
    pub fn plan(
        &self,
        kind: ErrorKind,
        can_recover: bool,
        requested: Option<Millis>,
        random: f64,
    ) -> Option<RetryPlan> {
        if !self.replayable {
            return None;
        }
        let mut recovered = self.recovered;
        if let Some(is_recovered) = recovered.entry(kind) {
            let is_first = !std::mem::replace(is_recovered, true);
            let may_retry = can_recover && is_first && self.policy.allows(self.made, self.elapsed);
            return may_retry.then_some(RetryPlan { wait: 0, recovered });
        }
        let is_worth_it = match kind {
            ErrorKind::Throttled => true,
            ErrorKind::ServerFault | ErrorKind::Network => self.idempotent,
            _ => false,
        };
        let wait = self.policy.wait(self.made, self.elapsed, requested, random).filter(|_| is_worth_it)?;
        Some(RetryPlan { wait, recovered })
    }
}

/// Whether a request of this method does no harm when it is processed twice (RFC 9110, section 9.2.2).
pub fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof};

    use super::*;

    fn kind() -> impl Strategy<Value = ErrorKind> {
        prop_oneof![
            Just(ErrorKind::ExpiredCredentials),
            Just(ErrorKind::DeniedRole),
            Just(ErrorKind::ClockSkew(None)),
            Just(ErrorKind::Throttled),
            Just(ErrorKind::ServerFault),
            Just(ErrorKind::Network),
            Just(ErrorKind::Final),
        ]
    }

    type Answer = (ErrorKind, bool, Option<Millis>, f64, Millis);

    fn answer() -> impl Strategy<Value = Answer> {
        (kind(), any::<bool>(), proptest::option::of(0i64..9_000), 0.0f64..1.0, 0i64..3_000)
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 3_000, ..Default::default() })]

        /// A service that goes on failing in any order of ways. Every call ends; within attempts and budget; each
        /// kind is recovered from once at most; and what may have been processed is sent again only if that does no harm.
        #[test]
        fn every_call_ends_within_what_is_granted(
            idempotent: bool, replayable: bool, attempts in 1u32..12, budget in 0i64..60_000,
            answers in proptest::collection::vec(answer(), 12),
        ) {
            let policy = Policy { attempts, budget };
            let mut call = Call { idempotent, replayable, policy, made: 0, elapsed: 0, recovered: Recovered::default() };
            let mut recovered = Vec::new();
            let mut ended = false;
            for (kind, can_recover, requested, random, took) in answers {
                call.made += 1;
                call.elapsed += took;
                let Some(plan) = call.plan(kind, can_recover, requested, random) else { ended = true; break };
                proptest::prop_assert!(replayable && call.made < attempts);
                proptest::prop_assert!(call.elapsed + plan.wait <= budget);
                match kind {
                    ErrorKind::ExpiredCredentials | ErrorKind::DeniedRole | ErrorKind::ClockSkew(_) => {
                        proptest::prop_assert!(can_recover && !recovered.contains(&kind));
                        recovered.push(kind);
                    }
                    ErrorKind::Throttled => proptest::prop_assert!(plan.wait >= requested.unwrap_or(0)),
                    ErrorKind::ServerFault | ErrorKind::Network => proptest::prop_assert!(idempotent),
                    ErrorKind::Final => proptest::prop_assert!(false, "nothing to gain"),
                }
                call.elapsed += plan.wait;
                call.recovered = plan.recovered;
            }
            proptest::prop_assert!(ended);
        }

    }
}
