//! The life of a credential set: fresh, then stale (usable, refresh now), then expired.

use super::CredentialSet;
use crate::sigv4::RemainingLifetime;
use crate::time::Millis;

/// How long before the end a set counts as stale, at the most. By chance it is down to half of this, so that pages
/// that were opened together do not refresh together.
const STALE_BEFORE: Millis = 15 * 60_000;

/// A request needs some time to arrive: a set this close to its end is not used any more.
const EXPIRED_BEFORE: Millis = 5_000;

/// After an early refresh failed, how long the next one waits while the set still serves. Each time it is twice as long,
/// but never more than half of what is left, down to the least.
const REFRESH_PAUSE: Millis = 10_000;
const LEAST_PAUSE: Millis = 2_000;

/// A set that replaced a rejected one and is rejected in its turn shows that refreshing does not help: for so long no
/// other one is asked for because of a rejection.
const REPLACE_PAUSE: Millis = 60_000;

/// An explicit deny may mean that the sessions of a role were revoked, but mostly means what it says: only sets that are
/// as old as this are worth a refresh for it.
const MAYBE_REVOKED: Millis = 5 * 60_000;

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

/// The current set and the refresh that may be running.
#[derive(Debug, Default)]
pub(super) struct CredentialCache {
    current: Option<CredentialSet>,
    stale_at: Option<Millis>,
    generation: u32,
    refreshing: bool,
    /// How often the refresh of the current set has failed.
    failures: u32,
    taken_at: Millis,
    /// Whether anybody has needed credentials since the current set came.
    used: bool,
    /// Whether AWS has accepted the current set.
    accepted: bool,
    /// The key of the last set that was taken, which may have been rejected since.
    last_key: Option<String>,
    /// When a set was last refreshed because AWS rejected it.
    replaced_at: Option<Millis>,
    /// Drawn for every refresh, in [0, 1).
    jitter: f64,
}

/// What can be done about a set that AWS rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshDecision {
    /// There is another set by now.
    Replaced,
    /// Ask for another one.
    Refreshable,
    /// Another one would not change anything.
    NotRefreshable,
}

impl CredentialCache {
    /// The current set, however old.
    pub(super) fn current(&self) -> Option<&CredentialSet> {
        self.current.as_ref()
    }

    /// The key of the last set that was taken, which may have been rejected since.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.last_key.as_deref()
    }

    /// Whether the current set has long to live, and no refresh is running.
    pub(super) fn is_fresh(&self, now: Millis) -> bool {
        self.current.is_some() && !self.refreshing && self.stale_at.is_none_or(|stale| now < stale)
    }

    /// How long the current set still lives; none if it has no end.
    pub(super) fn remaining(&self, now: Millis) -> Option<RemainingLifetime> {
        let end = self.current.as_ref()?.expires_at?;
        Some(RemainingLifetime { now: end.saturating_sub(now), at_first: end.saturating_sub(self.taken_at) })
    }

    /// What to do at `now`, the server's time, for somebody who needs credentials.
    pub(super) fn decide(&mut self, now: Millis) -> Decision {
        self.used = true;
        let Some(set) = &self.current else { return Decision::Await };
        if set.expires_at.is_some_and(|end| now >= end.saturating_sub(EXPIRED_BEFORE)) {
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
    pub(super) fn next_refresh_in(&self, now: Millis, woken: bool) -> Option<Millis> {
        let (set, stale_at) = (self.current.as_ref()?, self.stale_at?);
        let is_over = set.expires_at.is_some_and(|end| now >= end);
        // The end of a refresh is the next time to look. Who comes after the end starts one by coming.
        if self.refreshing || (is_over && self.failures > 0 && !woken) {
            return None;
        }
        let due = if self.failures > 0 && woken { now } else { stale_at };
        let wait = due.saturating_sub(now).max(0);
        (wait > 0 || self.used).then_some(wait)
    }

    /// Takes in that less is known of the time than was thought: the set is looked after at its next use.
    pub(super) fn mark_clock_uncertain(&mut self, now: Millis) {
        self.stale_at = self.stale_at.map(|stale| stale.min(now));
    }

    /// Takes in that AWS rejects the set of this key: because it is not valid, or else because the role is denied
    /// something, when the set serves on.
    pub(super) fn mark_rejected(&mut self, key: &str, is_valid: bool, now: Millis) -> RefreshDecision {
        match &self.current {
            None => return RefreshDecision::Refreshable,
            Some(set) if set.signing.access_key_id != key => return RefreshDecision::Replaced,
            Some(_) => {}
        }
        // Clocks are set meanwhile, too.
        let is_within = |pause, since| now.saturating_sub(since).saturating_abs() < pause;
        let is_recent = self.replaced_at.is_some_and(|at| is_within(REPLACE_PAUSE, at));
        let is_hopeless =
            if is_valid { is_recent || is_within(MAYBE_REVOKED, self.taken_at) } else { is_recent && !self.accepted };
        if is_hopeless {
            return RefreshDecision::NotRefreshable;
        }
        self.replaced_at = Some(now);
        if !is_valid {
            self.current = None;
            self.stale_at = None;
        }
        RefreshDecision::Refreshable
    }

    /// Takes in that AWS accepts the set of this key.
    pub(super) fn mark_accepted(&mut self, key: &str) {
        self.accepted |= self.current.as_ref().is_some_and(|set| set.signing.access_key_id == key);
    }

    /// Sets the jitter of this refresh, in [0, 1).
    pub(super) fn set_jitter(&mut self, random: f64) {
        self.jitter = random;
    }

    /// Notes that a refresh starts.
    pub(super) fn begin(&mut self) -> Generation {
        self.refreshing = true;
        Generation(self.generation)
    }

    /// Whether a refresh still counts: nobody signed out or in since it began.
    pub(super) fn is_current(&self, generation: Generation) -> bool {
        generation.0 == self.generation
    }

    /// Takes in what a refresh brought. False if it came too late: somebody signed out or in meanwhile.
    pub(super) fn succeed(&mut self, generation: Generation, set: CredentialSet, now: Millis) -> bool {
        if !self.is_current(generation) {
            return false;
        }
        self.refreshing = false;
        // A short-lived set is fresh for most of its life too.
        let before = |end: Millis| STALE_BEFORE.min(end.saturating_sub(now).max(0) / 4);
        let part = (1.0 + self.jitter) / 2.0;
        self.stale_at = set.expires_at.map(|end| end.saturating_sub((before(end) as f64 * part) as Millis));
        self.last_key = Some(set.signing.access_key_id.clone());
        self.current = Some(set);
        self.taken_at = now;
        self.failures = 0;
        self.used = false;
        self.accepted = false;
        true
    }

    /// Takes in that a refresh failed. The current set serves on.
    pub(super) fn fail(&mut self, generation: Generation, now: Millis) {
        if self.is_current(generation) {
            self.refreshing = false;
            let pause = (REFRESH_PAUSE << self.failures.min(5)).min(self.longest_pause(now).unwrap_or(LEAST_PAUSE));
            self.failures = self.failures.saturating_add(1);
            let pause = (pause as f64 * (0.5 + self.jitter)) as Millis;
            self.stale_at = self.stale_at.map(|stale| stale.max(now.saturating_add(pause)));
        }
    }

    /// The longest that another refresh may be put off while the current set serves: half of what is left of it, down to
    /// the least. None if no set serves.
    pub(super) fn longest_pause(&self, now: Millis) -> Option<Millis> {
        let left = self.current.as_ref()?.expires_at?.saturating_sub(now);
        (left > EXPIRED_BEFORE).then(|| (left / 2).max(LEAST_PAUSE))
    }

    /// Forgets the set; whatever refresh runs comes too late from now on.
    pub(super) fn forget(&mut self) {
        *self = Self { generation: self.generation + 1, jitter: self.jitter, ..Self::default() };
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::sigv4::SigningCredentials;

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
        let mut cache = CredentialCache::default();
        assert_eq!(cache.decide(0), Decision::Await);
        let generation = cache.begin();
        assert!(cache.succeed(generation, set(Some(HOUR)), 0));
        assert_eq!(cache.decide(HOUR - STALE_BEFORE / 2 - 1), Decision::Use);
        assert_eq!(cache.decide(HOUR - STALE_BEFORE / 2), Decision::UseAndRefresh);
        assert_eq!(cache.decide(HOUR - EXPIRED_BEFORE), Decision::Await);
    }

    #[test]
    fn one_early_refresh_at_a_time_and_growing_pauses_after_failed_ones() {
        let mut cache = CredentialCache::default();
        cache.set_jitter(0.5);
        let first = cache.begin();
        cache.succeed(first, set(Some(HOUR)), 0);
        let now = HOUR - STALE_BEFORE / 2;
        let second = cache.begin();
        assert_eq!(cache.decide(now), Decision::Use);
        cache.fail(second, now);
        assert_eq!(cache.decide(now + REFRESH_PAUSE - 1), Decision::Use);
        let now = now + REFRESH_PAUSE;
        assert_eq!(cache.decide(now), Decision::UseAndRefresh);
        let third = cache.begin();
        cache.fail(third, now);
        assert_eq!(cache.decide(now + 2 * REFRESH_PAUSE - 1), Decision::Use);
        assert_eq!(cache.decide(now + 2 * REFRESH_PAUSE), Decision::UseAndRefresh);
        // Towards the end there is less to wait for.
        let now = HOUR - 10_000;
        let last = cache.begin();
        cache.fail(last, now);
        assert_eq!(cache.decide(now + 5_000 - 1), Decision::Use);
    }

    #[test]
    fn pages_that_started_together_do_not_refresh_together() {
        let stale_at = |random| {
            let mut cache = CredentialCache::default();
            cache.set_jitter(random);
            let generation = cache.begin();
            cache.succeed(generation, set(Some(HOUR)), 0);
            cache.next_refresh_in(0, false).unwrap()
        };
        assert_eq!((stale_at(0.0), stale_at(1.0)), (HOUR - STALE_BEFORE / 2, HOUR - STALE_BEFORE));
    }

    #[test]
    fn a_set_is_refreshed_in_the_background_only_if_it_was_used() {
        let mut cache = CredentialCache::default();
        let generation = cache.begin();
        cache.succeed(generation, set(Some(HOUR)), 0);
        assert_eq!(cache.next_refresh_in(HOUR - STALE_BEFORE, false), Some(STALE_BEFORE / 2));
        assert_eq!(cache.next_refresh_in(HOUR - 60_000, false), None);
        cache.decide(0);
        assert_eq!(cache.next_refresh_in(HOUR - 60_000, false), Some(0));
        let generation = cache.begin();
        assert_eq!(cache.next_refresh_in(HOUR - 60_000, true), None);
        cache.fail(generation, HOUR - 60_000);
        assert!(cache.next_refresh_in(HOUR - 60_000, false).is_some_and(|wait| wait > 0));
        assert_eq!(cache.next_refresh_in(HOUR - 60_000, true), Some(0));
        // Asleep past the end.
        assert_eq!((cache.next_refresh_in(2 * HOUR, false), cache.next_refresh_in(2 * HOUR, true)), (None, Some(0)));
    }

    #[test]
    fn a_rejected_set_is_given_up_and_one_that_is_rejected_in_its_turn_is_not() {
        let mut cache = CredentialCache::default();
        let take = |cache: &mut CredentialCache, key: &str, now| {
            let generation = cache.begin();
            let signing = SigningCredentials { access_key_id: key.into(), ..set(None).signing };
            cache.succeed(generation, CredentialSet { signing, ..set(Some(HOUR)) }, now);
        };
        take(&mut cache, "first", 0);
        assert_eq!(cache.mark_rejected("first", false, 1_000), RefreshDecision::Refreshable);
        // Those who come later join.
        assert_eq!(
            (cache.decide(1_000), cache.mark_rejected("first", false, 1_000)),
            (Decision::Await, RefreshDecision::Refreshable)
        );
        take(&mut cache, "second", 2_000);
        assert_eq!(cache.mark_rejected("first", false, 3_000), RefreshDecision::Replaced);
        assert_eq!(
            (cache.mark_rejected("second", false, 3_000), cache.decide(3_000)),
            (RefreshDecision::NotRefreshable, Decision::Use)
        );
        cache.mark_accepted("second");
        assert_eq!(cache.mark_rejected("second", false, 3_000), RefreshDecision::Refreshable);
        take(&mut cache, "third", 4_000);
        assert_eq!(cache.mark_rejected("third", false, 4_000 + REPLACE_PAUSE), RefreshDecision::Refreshable);
    }

    #[test]
    fn a_denied_role_is_worth_another_set_when_its_set_is_old_and_the_set_serves_on() {
        let mut cache = CredentialCache::default();
        let generation = cache.begin();
        cache.succeed(generation, set(Some(HOUR)), 0);
        assert_eq!(cache.mark_rejected("ASIA", true, MAYBE_REVOKED - 1), RefreshDecision::NotRefreshable);
        assert_eq!(cache.mark_rejected("ASIA", true, MAYBE_REVOKED), RefreshDecision::Refreshable);
        assert_eq!(cache.decide(MAYBE_REVOKED), Decision::Use);
        assert_eq!(cache.mark_rejected("ASIA", true, MAYBE_REVOKED + 1_000), RefreshDecision::NotRefreshable);
    }

    #[test]
    fn a_late_answer_of_an_older_generation_is_dropped() {
        let mut cache = CredentialCache::default();
        let old = cache.begin();
        cache.forget();
        assert!(!cache.succeed(old, set(None), 0));
        assert_eq!(cache.decide(0), Decision::Await);
    }

    #[test]
    fn a_set_without_an_end_never_goes_stale() {
        let mut cache = CredentialCache::default();
        let generation = cache.begin();
        cache.succeed(generation, set(None), 0);
        assert_eq!(cache.decide(Millis::MAX), Decision::Use);
    }

    #[test]
    fn a_set_knows_how_long_it_lives_and_lived_at_first() {
        let mut cache = CredentialCache::default();
        assert_eq!(cache.remaining(0), None);
        let generation = cache.begin();
        cache.succeed(generation, set(Some(HOUR)), 1_000);
        assert_eq!(cache.remaining(61_000), Some(RemainingLifetime { now: HOUR - 61_000, at_first: HOUR - 1_000 }));
        cache.succeed(generation, set(None), 1_000);
        assert_eq!(cache.remaining(0), None);
    }

    #[test]
    fn a_short_lived_set_is_not_born_stale() {
        let mut cache = CredentialCache::default();
        let generation = cache.begin();
        cache.succeed(generation, set(Some(60_000)), 0);
        assert_eq!(cache.decide(30_000), Decision::Use);
        assert_eq!(cache.decide(52_500), Decision::UseAndRefresh);
    }
}
