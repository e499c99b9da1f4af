//! The device's clock beside monotonic time, which nobody sets.

use crate::time::Millis;

/// A clock that is adjusted little by little does no harm.
const ADJUSTMENT: Millis = 2_000;

/// How often calls look, in milliseconds: a page may sign thousands of requests a second.
const INTERVAL: Millis = 1_000;

/// Notices when the device's clock was set, or the device has slept.
#[derive(Debug)]
pub(super) struct ClockWatch {
    difference: Millis,
    looked_at: Millis,
}

impl ClockWatch {
    pub(super) fn new(now: Millis, monotonic: Millis) -> Self {
        Self { difference: now - monotonic, looked_at: now }
    }

    /// Whether the last look is long ago.
    pub(super) fn is_due(&self, now: Millis) -> bool {
        !(self.looked_at..self.looked_at + INTERVAL).contains(&now)
    }

    /// How far the device's clock has gone ahead of monotonic time since the last look (behind it, if negative).
    pub(super) fn jump(&mut self, now: Millis, monotonic: Millis) -> Option<Millis> {
        self.looked_at = now;
        let jump = now - monotonic - self.difference;
        if jump.abs() < ADJUSTMENT {
            return None;
        }
        self.difference += jump;
        Some(jump)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_noticed_once() {
        let mut watch = ClockWatch::new(1_000_000, 0);
        assert_eq!(watch.jump(1_005_000, 5_000), None);
        assert_eq!(watch.jump(1_006_000 + ADJUSTMENT, 6_000), Some(ADJUSTMENT));
        assert_eq!(watch.jump(1_007_000 + ADJUSTMENT, 7_000), None);
        assert_eq!(watch.jump(8_000, 8_000), Some(-1_000_000 - ADJUSTMENT));
    }

    #[test]
    fn a_look_is_due_after_a_while_and_when_time_went_back() {
        let mut watch = ClockWatch::new(0, 0);
        watch.jump(10_000, 10_000);
        assert!(!watch.is_due(10_999));
        assert!(watch.is_due(11_000) && watch.is_due(9_999));
    }
}
