//! How long Cognito is left alone after it has throttled or failed. Its quotas are of the whole account: after an outage
//! all pages of a site ask at once, and pages that come again every few seconds are refused again and again in place of
//! others that would be served ("Quotas in Amazon Cognito"; AWS Architecture Blog, "Exponential Backoff And Jitter").
//!
//! `npm run fleet` shows what these numbers do: after an hour's outage, fleets of 200,000 to 500,000 pages are served within
//! 1.3 times what the default quota allows, with at most five refused calls for each that is served. Smaller fleets are
//! served within a quarter of an hour, and larger ones need a higher quota when all is well.

use std::cell::RefCell;
use std::rc::Rc;

use super::Policy;
use crate::error::{Code, Error};
use crate::time::Millis;

/// The most that the first pause lasts. Each is drawn by chance up to its most, and the most of the next one is
/// [`GROWTH`] times as much.
const FIRST_PAUSE: Millis = 20_000;
const GROWTH: Millis = 3;

/// What the most grows to where Cognito throttles: others are served meanwhile.
const LONGEST_THROTTLED: Millis = 10 * 60_000;

/// What the most grows to where Cognito fails: it may be back at any moment.
const LONGEST_FAILING: Millis = 2 * 60_000;

/// The longest `Retry-After` that is honoured.
const LONGEST_REQUESTED: Millis = 60 * 60_000;

/// Pauses that end this soon are waited out by callers. In longer ones they are told at once.
const PATIENCE: Millis = 5_000;

/// What all clients of a page that use the same identity pool know of it.
pub type SharedCoolDown = Rc<RefCell<CoolDown>>;

/// What is known of a Cognito that throttles or fails. Times are by the device's clock, which clients have in common.
#[derive(Clone, Debug, Default)]
pub struct CoolDown {
    /// Why it is left alone; none while it serves.
    error: Option<Error>,
    /// The most that the current pause could last.
    ceiling: Millis,
    pause: Millis,
    until: Millis,
    /// How often something new was learnt.
    version: u32,
}

impl CoolDown {
    /// How long Cognito is to be left alone still, in milliseconds; 0 if it may be asked.
    pub fn remaining(&self, now: Millis) -> Millis {
        let remaining = self.until.saturating_sub(now);
        // More than the whole pause: the clock was corrected meanwhile.
        if (0..=self.pause).contains(&remaining) { remaining } else { 0 }
    }

    /// How long a caller without usable credentials waits before Cognito is asked; or, if that is long, the error that
    /// the last exchange ended with.
    pub fn check(&self, now: Millis) -> Result<Millis, Error> {
        let remaining = self.remaining(now);
        match &self.error {
            Some(error) if remaining > PATIENCE => Err(error.clone()),
            _ => Ok(remaining),
        }
    }

    /// As [`check`](Self::check), for somebody who asks Cognito if it says 0. While Cognito throttles or fails one asks at
    /// a time: the others wait for what comes of it.
    pub fn take_turn(&mut self, now: Millis) -> Result<Millis, Error> {
        let wait = self.check(now)?;
        if wait == 0 && self.error.is_some() {
            (self.pause, self.until) = (PATIENCE, now.saturating_add(PATIENCE));
        }
        Ok(wait)
    }

    /// Changes whenever something new is learnt. What comes of an exchange that began at an older version is no news.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What the next exchange may try: each request once, if the exchange before was throttled or failed.
    pub fn limit(&self, policy: Policy) -> Policy {
        if self.error.is_some() { Policy { attempts: 1, ..policy } } else { policy }
    }

    /// Takes in what an exchange ended with at `now`. `requested` is the service's own `Retry-After`;
    /// `limit` is for the pause beside that, because credentials that still serve end soon; `random` is in [0, 1).
    pub fn on_error(
        &mut self,
        error: &Error,
        now: Millis,
        requested: Option<Millis>,
        limit: Option<Millis>,
        random: f64,
    ) {
        let longest = match (error.code, &error.service) {
            (Code::Throttled, _) => LONGEST_THROTTLED,
            (Code::ServiceFault, Some(fault)) if fault.status >= 500 => LONGEST_FAILING,
            // It may be the network of this device, which is no reason to wait, or an outage of Cognito's, after which it
            // throttles.
            (Code::Network | Code::Timeout, _) => return self.raise(LONGEST_FAILING),
            // It says nothing about how busy Cognito is.
            _ => return,
        };
        self.raise(longest);
        let pause = (self.ceiling as f64 * random.clamp(0.0, 1.0)) as Millis;
        let requested = requested.unwrap_or_default().clamp(0, LONGEST_REQUESTED);
        self.pause = requested + limit.map_or(pause, |limit| pause.min(limit));
        self.until = now.saturating_add(self.pause);
        self.error = Some(error.clone());
        self.version = self.version.wrapping_add(1);
    }

    fn raise(&mut self, longest: Millis) {
        self.ceiling = (self.ceiling * GROWTH).clamp(FIRST_PAUSE, longest.max(self.ceiling));
    }

    /// Whether the last exchange was throttled or failed, or got no answer. The next one gives up when it is throttled.
    pub fn is_in_trouble(&self) -> bool {
        self.ceiling > 0
    }

    /// For another tab: how long Cognito is to be left alone still, and the most that the pause could last, in
    /// milliseconds. None if it may be asked.
    pub fn share(&self, now: Millis) -> Option<(Millis, Millis)> {
        let remaining = self.remaining(now);
        (remaining > 0).then_some((remaining, self.ceiling))
    }

    /// Takes over what another tab knows, unless more is known here.
    pub fn adopt(&mut self, (remaining, ceiling): (Millis, Millis), now: Millis) {
        if remaining > self.remaining(now) {
            let text = "Cognito throttled another tab, or failed it";
            self.error.get_or_insert_with(|| Error::new(Code::Throttled, text));
            (self.pause, self.until) = (remaining, now.saturating_add(remaining));
            self.ceiling = self.ceiling.max(ceiling);
            self.version = self.version.wrapping_add(1);
        }
    }

    /// Takes in that Cognito served.
    pub fn on_success(&mut self) {
        *self = Self { version: self.version.wrapping_add(1), ..Self::default() };
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::error::ServiceFault;

    fn error(code: Code, status: u16) -> Error {
        Error::new(code, "text").service(ServiceFault { status, ..ServiceFault::default() })
    }

    fn pauses(error: &Error, random: f64) -> Vec<Millis> {
        let mut cool_down = CoolDown::default();
        let mut next = || {
            cool_down.on_error(error, 0, None, None, random);
            cool_down.remaining(0)
        };
        (0..6).map(|_| next()).collect()
    }

    #[test]
    fn pauses_grow_to_minutes_and_longer_where_cognito_throttles() {
        let throttled = error(Code::Throttled, 400);
        assert_eq!(pauses(&throttled, 1.0), [20_000, 60_000, 180_000, 540_000, 600_000, 600_000]);
        assert_eq!(pauses(&throttled, 0.5)[..3], [10_000, 30_000, 90_000]);
        assert_eq!(pauses(&error(Code::ServiceFault, 503), 1.0), [20_000, 60_000, 120_000, 120_000, 120_000, 120_000]);
    }

    #[test]
    fn only_a_busy_cognito_is_left_alone() {
        for other in [
            error(Code::ServiceFault, 200),
            error(Code::Refused, 400),
            error(Code::LoginExpired, 400),
            Error::new(Code::Network, ""),
            Error::new(Code::Timeout, ""),
        ] {
            assert_eq!(pauses(&other, 1.0), [0; 6]);
        }
    }

    #[test]
    fn a_throttling_cognito_goes_on_where_a_failing_one_left_off_and_never_goes_back() {
        let mut cool_down = CoolDown::default();
        for _ in 0..5 {
            cool_down.on_error(&error(Code::ServiceFault, 500), 0, None, None, 1.0);
        }
        cool_down.on_error(&error(Code::Throttled, 400), 0, None, None, 1.0);
        assert_eq!(cool_down.remaining(0), 360_000);
        cool_down.on_error(&error(Code::ServiceFault, 500), 0, None, None, 1.0);
        assert_eq!(cool_down.remaining(0), 360_000);
    }

    #[test]
    fn retry_after_is_honoured_up_to_an_hour_and_comes_before_the_pause() {
        let remaining = |requested, limit| {
            let mut cool_down = CoolDown::default();
            cool_down.on_error(&error(Code::Throttled, 400), 0, requested, limit, 0.5);
            cool_down.remaining(0)
        };
        assert_eq!((remaining(Some(1_000), None), remaining(Some(1_000), Some(4_000))), (11_000, 5_000));
        assert_eq!(
            (remaining(Some(Millis::MAX), None), remaining(Some(-1), None)),
            (LONGEST_REQUESTED + 10_000, 10_000)
        );
    }

    #[test]
    fn callers_wait_out_a_short_pause_and_are_told_in_a_long_one() {
        let mut cool_down = CoolDown::default();
        assert_eq!(cool_down.check(0), Ok(0));
        cool_down.on_error(&error(Code::Throttled, 400), 0, None, None, 0.5);
        assert_eq!(cool_down.check(4_000).unwrap_err().code, Code::Throttled);
        assert_eq!((cool_down.check(5_000), cool_down.check(10_000)), (Ok(5_000), Ok(0)));
        // The clock was set back by an hour.
        assert_eq!(cool_down.check(-3_600_000), Ok(0));
        assert_eq!(cool_down.limit(Policy::default()).attempts, 1);
        cool_down.on_success();
        assert_eq!((cool_down.check(0), cool_down.limit(Policy::default())), (Ok(0), Policy::default()));
    }

    #[test]
    fn one_asks_at_a_time_while_cognito_throttles() {
        let mut cool_down = CoolDown::default();
        assert_eq!((cool_down.take_turn(0), cool_down.take_turn(0)), (Ok(0), Ok(0)));
        cool_down.on_error(&error(Code::Throttled, 400), 0, None, None, 0.5);
        assert_eq!(cool_down.take_turn(4_000).unwrap_err().code, Code::Throttled);
        assert_eq!((cool_down.take_turn(10_000), cool_down.take_turn(10_000)), (Ok(0), Ok(PATIENCE)));
        // Nothing came of the first one's.
        assert_eq!(cool_down.take_turn(10_000 + PATIENCE), Ok(0));
        let version = cool_down.version();
        cool_down.on_success();
        assert_eq!((cool_down.take_turn(15_000), cool_down.take_turn(15_000)), (Ok(0), Ok(0)));
        assert_ne!(cool_down.version(), version);
    }

    #[test]
    fn a_network_that_fails_is_no_reason_to_wait_but_makes_the_pause_longer_if_cognito_throttles_after_it() {
        let mut cool_down = CoolDown::default();
        for _ in 0..9 {
            cool_down.on_error(&Error::new(Code::Network, ""), 0, None, None, 1.0);
        }
        assert_eq!((cool_down.take_turn(0), cool_down.limit(Policy::default())), (Ok(0), Policy::default()));
        assert!(cool_down.is_in_trouble());
        cool_down.on_error(&error(Code::Throttled, 400), 0, None, None, 1.0);
        assert_eq!(cool_down.remaining(0), GROWTH * LONGEST_FAILING);
        cool_down.on_success();
        assert!(!cool_down.is_in_trouble());
    }

    #[test]
    fn another_tabs_pause_is_taken_over_if_it_is_longer() {
        let (mut own, mut other) = (CoolDown::default(), CoolDown::default());
        assert_eq!(other.share(0), None);
        other.on_error(&error(Code::Throttled, 400), 0, None, None, 1.0);
        other.on_error(&error(Code::Throttled, 400), 0, None, None, 0.5);
        own.adopt(other.share(10_000).unwrap(), 10_000);
        assert_eq!((own.remaining(10_000), own.check(10_000).unwrap_err().code), (20_000, Code::Throttled));
        own.adopt((19_000, 20_000), 10_000);
        assert_eq!(own.share(10_000), Some((20_000, 60_000)));
        own.on_error(&error(Code::Throttled, 400), 30_000, None, None, 1.0);
        assert_eq!(own.remaining(30_000), 180_000);
    }

    proptest::proptest! {
        #[test]
        fn no_pause_is_longer_than_what_was_requested_and_ten_minutes(
            errors in proptest::collection::vec((0u8..3, proptest::option::of(proptest::prelude::any::<Millis>()), 0.0f64..1.0), 1..40),
            now: Millis,
        ) {
            let mut cool_down = CoolDown::default();
            for (kind, requested, random) in errors {
                let error = [error(Code::Throttled, 429), error(Code::ServiceFault, 500), Error::new(Code::Network, "")];
                cool_down.on_error(&error[usize::from(kind)], now, requested, None, random);
                proptest::prop_assert!((0..=LONGEST_REQUESTED + LONGEST_THROTTLED).contains(&cool_down.remaining(now)));
            }
        }
    }
}
