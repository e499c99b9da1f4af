//! How long to wait before another attempt.

use crate::time::Millis;

const BASE: Millis = 1_000;

/// Longer than the cap of single calls ([`crate::retry::backoff`]): an API takes 2,000 connects a second, and after an
/// outage all pages come back to it (AWS General Reference, "AWS AppSync endpoints and quotas").
pub(crate) const CAP: Millis = 60_000;

/// The wait before the attempt that follows `failures` failed ones in a row, in milliseconds: full jitter below a
/// ceiling of 1 s that doubles to 60 s. `random` is in [0, 1).
pub(crate) fn delay(failures: u32, random: f64) -> Millis {
    let ceiling = (BASE << failures.min(6)).min(CAP);
    (ceiling as f64 * random.clamp(0.0, 1.0)) as Millis
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_one_second_to_a_minute() {
        let ceilings: Vec<_> = (0..9).map(|failures| delay(failures, 1.0)).collect();
        assert_eq!(ceilings, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(delay(u32::MAX, 0.5), 30_000);
        for random in [0.0, -1.0, f64::NAN] {
            assert_eq!(delay(5, random), 0);
        }
    }
}
