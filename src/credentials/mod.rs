//! The life of a credential set: fresh, then stale (usable, refresh now), then expired.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod model;
mod session;

pub use session::{Progress, Session, Standing};

use crate::clock::Millis;
use crate::lifetime::Left;
use crate::sigv4::SigningCredentials;

/// How long before the end a set counts as stale.
const STALE_BEFORE: Millis = 5 * 60_000;

/// A request needs some time to arrive: a set this close to its end is not used any more.
const EXPIRED_BEFORE: Millis = 5_000;

/// After an early refresh failed, how long the next one waits while the set still serves.
const REFRESH_PAUSE: Millis = 30_000;

/// Credentials, whose they are and when they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSet {
    /// What signs.
    pub signing: SigningCredentials,
    /// The Cognito identity they belong to, if they come from Cognito.
    pub identity_id: Option<String>,
    /// When they end by the server's clock; none if they do not.
    pub expires_at: Option<Millis>,
}

/// What to do when credentials are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Use the current set.
    Use,
    /// Use the current set, and start a refresh that nobody waits for.
    UseAndRefresh,
    /// Nothing usable: start a refresh, or join the one that runs, and wait.
    Await,
}

/// Names one refresh, so that an answer that comes too late is known as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u32);

impl From<u32> for Generation {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl From<Generation> for u32 {
    fn from(generation: Generation) -> Self {
        generation.0
    }
}

/// The current set and the refresh that may be running.
#[derive(Debug, Default)]
pub struct Life {
    current: Option<CredentialSet>,
    stale_at: Option<Millis>,
    taken_at: Millis,
    generation: u32,
    refreshing: bool,
}

impl Life {
    /// The current set, whatever its standing.
    pub fn current(&self) -> Option<&CredentialSet> {
        self.current.as_ref()
    }

    /// How long the current set still lives; none if it has no end.
    pub fn left(&self, now: Millis) -> Option<Left> {
        let end = self.current.as_ref()?.expires_at?;
        Some(Left { now: end.saturating_sub(now), at_first: end.saturating_sub(self.taken_at) })
    }

    /// What to do at `now`, the server's time.
    pub fn decide(&self, now: Millis) -> Decision {
        let Some(set) = &self.current else { return Decision::Await };
        if set.expires_at.is_some_and(|end| now >= end - EXPIRED_BEFORE) {
            return Decision::Await;
        }
        match self.stale_at {
            Some(stale) if now >= stale && !self.refreshing => Decision::UseAndRefresh,
            _ => Decision::Use,
        }
    }

    /// Notes that a refresh starts.
    pub fn begin(&mut self) -> Generation {
        self.refreshing = true;
        Generation(self.generation)
    }

    /// Whether a refresh still counts: nobody signed out or in since it began.
    pub fn is_current(&self, generation: Generation) -> bool {
        generation.0 == self.generation
    }

    /// Takes in what a refresh brought. False if it came too late: somebody signed out or in meanwhile.
    pub fn succeed(&mut self, generation: Generation, set: CredentialSet, now: Millis) -> bool {
        if !self.is_current(generation) {
            return false;
        }
        self.refreshing = false;
        // A short-lived set is fresh for most of its life too.
        self.stale_at = set.expires_at.map(|end| end - STALE_BEFORE.min(end.saturating_sub(now).max(0) / 4));
        self.taken_at = now;
        self.current = Some(set);
        true
    }

    /// Takes in that a refresh failed. The current set serves on.
    pub fn fail(&mut self, generation: Generation, now: Millis) {
        if self.is_current(generation) {
            self.refreshing = false;
            if let Some(stale) = &mut self.stale_at {
                *stale = (*stale).max(now + REFRESH_PAUSE);
            }
        }
    }

    /// Forgets the set; whatever refresh runs comes too late from now on.
    pub fn forget(&mut self) {
        self.generation += 1;
        self.refreshing = false;
        self.current = None;
        self.stale_at = None;
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn set(expires_at: Option<Millis>) -> CredentialSet {
        CredentialSet {
            signing: SigningCredentials {
                access_key_id: "ASIA".into(),
                secret_access_key: Secret::new("s".into()),
                session_token: None,
            },
            identity_id: None,
            expires_at,
        }
    }

    const HOUR: Millis = 3_600_000;

    #[test]
    fn a_set_is_fresh_then_stale_then_expired() {
        let mut life = Life::default();
        assert_eq!(life.decide(0), Decision::Await);
        let generation = life.begin();
        assert!(life.succeed(generation, set(Some(HOUR)), 0));
        assert_eq!(life.decide(HOUR - STALE_BEFORE - 1), Decision::Use);
        assert_eq!(life.decide(HOUR - STALE_BEFORE), Decision::UseAndRefresh);
        assert_eq!(life.decide(HOUR - EXPIRED_BEFORE), Decision::Await);
    }

    #[test]
    fn one_early_refresh_at_a_time_and_a_pause_after_a_failed_one() {
        let mut life = Life::default();
        let first = life.begin();
        life.succeed(first, set(Some(HOUR)), 0);
        let now = HOUR - STALE_BEFORE;
        let second = life.begin();
        assert_eq!(life.decide(now), Decision::Use);
        life.fail(second, now);
        assert_eq!(life.decide(now + REFRESH_PAUSE - 1), Decision::Use);
        assert_eq!(life.decide(now + REFRESH_PAUSE), Decision::UseAndRefresh);
    }

    #[test]
    fn a_late_answer_of_an_older_generation_is_dropped() {
        let mut life = Life::default();
        let old = life.begin();
        life.forget();
        assert!(!life.succeed(old, set(None), 0));
        assert_eq!(life.decide(0), Decision::Await);
    }

    #[test]
    fn a_set_without_an_end_never_goes_stale() {
        let mut life = Life::default();
        let generation = life.begin();
        life.succeed(generation, set(None), 0);
        assert_eq!(life.decide(Millis::MAX), Decision::Use);
    }

    #[test]
    fn a_set_knows_how_long_it_lives_and_lived_at_first() {
        let mut life = Life::default();
        assert_eq!(life.left(0), None);
        let generation = life.begin();
        life.succeed(generation, set(Some(HOUR)), 1_000);
        assert_eq!(life.left(61_000), Some(Left { now: HOUR - 61_000, at_first: HOUR - 1_000 }));
        life.succeed(generation, set(None), 1_000);
        assert_eq!(life.left(0), None);
    }

    #[test]
    fn a_short_lived_set_is_not_born_stale() {
        let mut life = Life::default();
        let generation = life.begin();
        life.succeed(generation, set(Some(60_000)), 0);
        assert_eq!(life.decide(30_000), Decision::Use);
        assert_eq!(life.decide(45_000), Decision::UseAndRefresh);
    }
}
