//! The life of a credential set: fresh, then stale (usable, refresh now), then expired.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod model;
mod session;

pub use session::{Attempt, Progress, Session, Standing, Verdict};

use crate::clock::Millis;
use crate::lifetime::Left;
use crate::sigv4::SigningCredentials;

/// How long before the end a set counts as stale, at the most. By chance it is down to half of this, so that pages
/// that were opened together do not renew together.
const STALE_BEFORE: Millis = 15 * 60_000;

/// A request needs some time to arrive: a set this close to its end is not used any more.
const EXPIRED_BEFORE: Millis = 5_000;

/// After an early refresh failed, how long the next one waits while the set still serves. Each time it is twice as long,
/// but never more than half of what is left, down to the least.
const REFRESH_PAUSE: Millis = 10_000;
const LEAST_PAUSE: Millis = 2_000;

/// A set that replaced a refused one and is refused in its turn shows that renewing is no cure: for so long no other
/// one is asked for because of a refusal.
const HEAL_PAUSE: Millis = 60_000;

/// An explicit deny may mean that the sessions of a role were revoked, but mostly means what it says: only sets that are
/// as old as this are worth renewing for it.
const MAYBE_REVOKED: Millis = 5 * 60_000;

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
    generation: u32,
    refreshing: bool,
    /// How often the refresh of the current set has failed.
    failures: u32,
    taken_at: Millis,
    /// Whether anybody has needed credentials since the current set came.
    used: bool,
    /// Whether AWS has taken the current set.
    proven: bool,
    /// Whether the session token of the current set was given away.
    token_given: bool,
    /// When a set was last given up because AWS refused it.
    healed_at: Option<Millis>,
    /// Drawn for every refresh, in [0, 1).
    jitter: f64,
}

/// What can be done about a set that AWS refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// There is another set by now.
    Replaced,
    /// Ask for another one.
    Renewable,
    /// Another one would not change anything.
    Hopeless,
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

    /// What to do at `now`, the server's time, for somebody who needs credentials.
    pub fn decide(&mut self, now: Millis) -> Decision {
        self.used = true;
        let Some(set) = &self.current else { return Decision::Await };
        if set.expires_at.is_some_and(|end| now >= end - EXPIRED_BEFORE) {
            return Decision::Await;
        }
        match self.stale_at {
            Some(stale) if now >= stale && !self.refreshing => Decision::UseAndRefresh,
            _ => Decision::Use,
        }
    }

    /// When to look at the set again in the background: after so many milliseconds, or 0 to start a refresh at once.
    /// None if there is nothing to look after: a set that nobody has used since it came is left to end. `woken` says
    /// that this is a good moment (a page is shown again, the network is back) and no waiting is called for.
    pub fn look(&self, now: Millis, woken: bool) -> Option<Millis> {
        let (set, stale_at) = (self.current.as_ref()?, self.stale_at?);
        let is_over = set.expires_at.is_some_and(|end| now >= end);
        // The end of a refresh is the next time to look. Who comes after the end starts one by coming.
        if self.refreshing || (is_over && self.failures > 0 && !woken) {
            return None;
        }
        let due = if self.failures > 0 && woken { now } else { stale_at };
        let wait = (due - now).max(0);
        (wait > 0 || self.used).then_some(wait)
    }

    /// Takes in that less is known of the time than was thought: the set is looked after at its next use.
    pub fn doubt_time(&mut self, now: Millis) {
        self.stale_at = self.stale_at.map(|stale| stale.min(now));
    }

    /// Takes in that AWS refuses the set of this key: because it does not hold, or because the role is denied
    /// something, when the set serves on.
    pub fn refuse(&mut self, key: &str, holds: bool, now: Millis) -> Remedy {
        match &self.current {
            None => return Remedy::Renewable,
            Some(set) if set.signing.access_key_id != key => return Remedy::Replaced,
            Some(_) => {}
        }
        // Clocks are set meanwhile, too.
        let is_recent = self.healed_at.is_some_and(|at| (now - at).abs() < HEAL_PAUSE);
        let is_young = (now - self.taken_at).abs() < MAYBE_REVOKED;
        if if holds { is_recent || is_young } else { is_recent && !self.proven } {
            return Remedy::Hopeless;
        }
        self.healed_at = Some(now);
        if !holds {
            self.current = None;
            self.stale_at = None;
        }
        Remedy::Renewable
    }

    /// Takes in that AWS takes the set of this key.
    pub fn prove(&mut self, key: &str) {
        self.proven |= self.current.as_ref().is_some_and(|set| set.signing.access_key_id == key);
    }

    /// Draws the chance of this refresh, in [0, 1).
    pub fn draw(&mut self, random: f64) {
        self.jitter = random;
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
        let before = |end: Millis| STALE_BEFORE.min(end.saturating_sub(now).max(0) / 4);
        let part = (1.0 + self.jitter) / 2.0;
        self.stale_at = set.expires_at.map(|end| end - (before(end) as f64 * part) as Millis);
        self.current = Some(set);
        self.taken_at = now;
        self.failures = 0;
        self.used = false;
        self.proven = false;
        self.token_given = false;
        true
    }

    /// Whether this was called before for the current set: its token is a thousand characters long, and whoever sends
    /// the requests can keep it.
    pub fn is_token_given(&mut self) -> bool {
        std::mem::replace(&mut self.token_given, true)
    }

    /// Takes in that a refresh failed. The current set serves on.
    pub fn fail(&mut self, generation: Generation, now: Millis) {
        if self.is_current(generation) {
            self.refreshing = false;
            let left = self.current.as_ref().and_then(|set| set.expires_at).map_or(0, |end| end - now);
            let pause = (REFRESH_PAUSE << self.failures.min(5)).min((left / 2).max(LEAST_PAUSE));
            self.failures += 1;
            let pause = (pause as f64 * (0.5 + self.jitter)) as Millis;
            self.stale_at = self.stale_at.map(|stale| stale.max(now + pause));
        }
    }

    /// Forgets the set; whatever refresh runs comes too late from now on.
    pub fn forget(&mut self) {
        *self = Self { generation: self.generation + 1, jitter: self.jitter, ..Self::default() };
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
        assert_eq!(life.decide(HOUR - STALE_BEFORE / 2 - 1), Decision::Use);
        assert_eq!(life.decide(HOUR - STALE_BEFORE / 2), Decision::UseAndRefresh);
        assert_eq!(life.decide(HOUR - EXPIRED_BEFORE), Decision::Await);
    }

    #[test]
    fn one_early_refresh_at_a_time_and_growing_pauses_after_failed_ones() {
        let mut life = Life::default();
        life.draw(0.5);
        let first = life.begin();
        life.succeed(first, set(Some(HOUR)), 0);
        let now = HOUR - STALE_BEFORE / 2;
        let second = life.begin();
        assert_eq!(life.decide(now), Decision::Use);
        life.fail(second, now);
        assert_eq!(life.decide(now + REFRESH_PAUSE - 1), Decision::Use);
        let now = now + REFRESH_PAUSE;
        assert_eq!(life.decide(now), Decision::UseAndRefresh);
        let third = life.begin();
        life.fail(third, now);
        assert_eq!(life.decide(now + 2 * REFRESH_PAUSE - 1), Decision::Use);
        assert_eq!(life.decide(now + 2 * REFRESH_PAUSE), Decision::UseAndRefresh);
        // Towards the end there is less to wait for.
        let now = HOUR - 10_000;
        let last = life.begin();
        life.fail(last, now);
        assert_eq!(life.decide(now + 5_000 - 1), Decision::Use);
    }

    #[test]
    fn pages_that_started_together_do_not_renew_together() {
        let stale_at = |random| {
            let mut life = Life::default();
            life.draw(random);
            let round = life.begin();
            life.succeed(round, set(Some(HOUR)), 0);
            life.look(0, false).unwrap()
        };
        assert_eq!((stale_at(0.0), stale_at(1.0)), (HOUR - STALE_BEFORE / 2, HOUR - STALE_BEFORE));
    }

    #[test]
    fn a_set_is_renewed_in_the_background_only_if_it_was_used() {
        let mut life = Life::default();
        let round = life.begin();
        life.succeed(round, set(Some(HOUR)), 0);
        assert_eq!(life.look(HOUR - STALE_BEFORE, false), Some(STALE_BEFORE / 2));
        assert_eq!(life.look(HOUR - 60_000, false), None);
        life.decide(0);
        assert_eq!(life.look(HOUR - 60_000, false), Some(0));
        let round = life.begin();
        assert_eq!(life.look(HOUR - 60_000, true), None);
        life.fail(round, HOUR - 60_000);
        assert!(life.look(HOUR - 60_000, false).is_some_and(|wait| wait > 0));
        assert_eq!(life.look(HOUR - 60_000, true), Some(0));
        // Asleep past the end.
        assert_eq!((life.look(2 * HOUR, false), life.look(2 * HOUR, true)), (None, Some(0)));
    }

    #[test]
    fn a_refused_set_is_given_up_and_one_that_is_refused_in_its_turn_is_not() {
        let mut life = Life::default();
        let take = |life: &mut Life, key: &str, now| {
            let round = life.begin();
            let signing = SigningCredentials { access_key_id: key.into(), ..set(None).signing };
            life.succeed(round, CredentialSet { signing, ..set(Some(HOUR)) }, now);
        };
        take(&mut life, "first", 0);
        assert_eq!(life.refuse("first", false, 1_000), Remedy::Renewable);
        // Those who come later join.
        assert_eq!((life.decide(1_000), life.refuse("first", false, 1_000)), (Decision::Await, Remedy::Renewable));
        take(&mut life, "second", 2_000);
        assert_eq!(life.refuse("first", false, 3_000), Remedy::Replaced);
        assert_eq!((life.refuse("second", false, 3_000), life.decide(3_000)), (Remedy::Hopeless, Decision::Use));
        life.prove("second");
        assert_eq!(life.refuse("second", false, 3_000), Remedy::Renewable);
        take(&mut life, "third", 4_000);
        assert_eq!(life.refuse("third", false, 4_000 + HEAL_PAUSE), Remedy::Renewable);
    }

    #[test]
    fn a_denied_role_is_worth_another_set_when_its_set_is_old_and_the_set_serves_on() {
        let mut life = Life::default();
        let round = life.begin();
        life.succeed(round, set(Some(HOUR)), 0);
        assert_eq!(life.refuse("ASIA", true, MAYBE_REVOKED - 1), Remedy::Hopeless);
        assert_eq!(life.refuse("ASIA", true, MAYBE_REVOKED), Remedy::Renewable);
        assert_eq!(life.decide(MAYBE_REVOKED), Decision::Use);
        assert_eq!(life.refuse("ASIA", true, MAYBE_REVOKED + 1_000), Remedy::Hopeless);
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
        assert_eq!(life.decide(52_500), Decision::UseAndRefresh);
    }
}
