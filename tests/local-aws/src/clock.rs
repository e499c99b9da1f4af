//! The server's clock, which a test may set wrong, and the ways AWS writes time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const BASIC: &[BorrowedFormatItem<'static>] = format_description!("[year][month][day]T[hour][minute][second]Z");
const EXTENDED: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// The machine's clock plus an offset. The offset lets a test meet a client whose clock is wrong without touching
/// the client.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// What the server believes the time to be.
    pub(crate) fn now(&self) -> SystemTime {
        shifted(SystemTime::now(), self.offset_seconds.load(Ordering::Relaxed))
    }

    /// Sets how far ahead of the machine's clock (or, if negative, behind it) the server is.
    pub(crate) fn set_offset(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }
}

/// A time moved by that many seconds; negative means back.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let shift = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { time - shift } else { time + shift }
}

/// Whole seconds since 1970, as tokens carry them.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `20250115T120000Z`, the form of `x-amz-date`.
pub(crate) fn format_basic(time: SystemTime) -> String {
    format(time, BASIC)
}

/// `2025-01-15T12:00:00Z`, the form of STS's `Expiration`.
pub(crate) fn format_extended(time: SystemTime) -> String {
    format(time, EXTENDED)
}

/// Reads `20250115T120000Z`.
pub(crate) fn parse_basic(text: &str) -> Option<SystemTime> {
    PrimitiveDateTime::parse(text, BASIC).ok().map(|time| time.assume_utc().into())
}

/// Reads `2025-01-15T12:00:00Z`.
pub(crate) fn parse_extended(text: &str) -> Option<SystemTime> {
    PrimitiveDateTime::parse(text, EXTENDED).ok().map(|time| time.assume_utc().into())
}

fn format(time: SystemTime, form: &[BorrowedFormatItem<'static>]) -> String {
    OffsetDateTime::from(time).format(form).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let text = "20250115T120001Z";
        assert_eq!(parse_basic(text).map(format_basic).as_deref(), Some(text));
        assert_eq!(parse_basic("2025-01-15T12:00:01Z"), None);
        let extended = "2025-01-15T12:00:01Z";
        assert_eq!(parse_basic(text).map(format_extended).as_deref(), Some(extended));
        assert_eq!(parse_extended(extended), parse_basic(text));
    }

    #[test]
    fn an_offset_moves_the_clock_both_ways() {
        let clock = Clock::default();
        let machine = unix_seconds(SystemTime::now());
        clock.set_offset(-600);
        assert!(unix_seconds(clock.now()).abs_diff(machine - 600) <= 1);
        clock.set_offset(600);
        assert!(unix_seconds(clock.now()).abs_diff(machine + 600) <= 1);
    }
}
