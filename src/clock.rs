//! Time as a value. The pure rooms never read a clock: the edge hands in the local time, and [`Clock`]
//! turns it into the server's time.

use crate::text::{concat, decimal};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// Where the offset was last learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: the device's clock is trusted.
    #[default]
    Nothing,
    /// The end of credentials whose lifetime is known.
    Expiration,
    /// A `Date` header.
    Date,
    /// The time that AWS names when it refuses a signature or a token.
    Refusal,
    /// The device's own clock was set.
    Device,
}

impl Source {
    /// The source in the words of the `clock` event.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Expiration => "expiration",
            Self::Date => "date",
            Self::Refusal => "refusal",
            Self::Device => "device",
        }
    }
}

/// What is known of the difference between the server's clock and this device's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    offset: Millis,
    source: Source,
}

/// Differences up to this are noise: a `Date` header has whole seconds, and no AWS window is below five minutes.
const NOISE: Millis = 2_000;

/// Differences from here on get a signature refused, or nearly: the tightest of AWS's windows is five minutes.
pub const SKEW: Millis = 4 * 60_000;

impl Clock {
    /// Server time minus local time, in milliseconds.
    pub fn offset(&self) -> Millis {
        self.offset
    }

    /// Where the offset was last learnt from, or confirmed by.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The server's time when the device shows `local`.
    pub fn server(&self, local: Millis) -> Millis {
        local + self.offset
    }

    /// Learns from the `Date` header of an answer that was asked for at `sent` and arrived at `received`,
    /// both by the local clock. True if the offset changed.
    pub fn observe(&mut self, date: Millis, sent: Millis, received: Millis) -> bool {
        self.learn(Source::Date, date, sent, received)
    }

    /// Learns from the server's time as a refusal names it, that arrived when the device showed `local`. True if the
    /// offset changed.
    pub fn correct(&mut self, told: Millis, local: Millis) -> bool {
        self.learn(Source::Refusal, told, local, local)
    }

    fn learn(&mut self, source: Source, told: Millis, sent: Millis, received: Millis) -> bool {
        self.source = source;
        // It was written somewhere between the two, and cut down to a whole second.
        let middle = sent + (received - sent) / 2;
        let seen = told + 500 - middle;
        let slack = NOISE + (received - sent).max(0) / 2;
        if (seen - self.offset).abs() <= slack {
            return false;
        }
        self.offset = if seen.abs() <= NOISE { 0 } else { seen };
        true
    }

    /// Learns from when new credentials began, which is their end less their lifetime, if nothing better is known. They
    /// may last for other than AWS says they do, so only what would get signatures refused anyway is believed. True if
    /// the offset changed.
    pub fn infer(&mut self, began: Millis, local: Millis) -> bool {
        let is_known = !matches!(self.source, Source::Nothing | Source::Expiration);
        if is_known || (began - self.server(local)).abs() <= SKEW {
            return false;
        }
        self.offset = began - local;
        self.source = Source::Expiration;
        true
    }

    /// Takes in that the device's clock went ahead of steady time by that much (behind it, if negative). Behind, it was
    /// set: the server's clock is as far from it as before, and what was jumped over. Ahead, it was set or the device
    /// slept, through which steady time may stand still: only a jump onto the server's time is sure to have been a
    /// setting. After any other, less is known than before. True if the offset changed.
    pub fn jump(&mut self, by: Millis) -> bool {
        let rest = self.offset - by;
        let is_set_right = self.offset != 0 && rest.abs() <= 2 * NOISE;
        if by > 0 && !is_set_right {
            self.source = Source::Nothing;
            return false;
        }
        self.offset = if is_set_right { 0 } else { rest };
        self.source = Source::Device;
        true
    }
}

/// `YYYYMMDDTHHMMSSZ`, the form of `x-amz-date`. Its first eight characters are the scope's date.
pub fn amz_date(time: Millis) -> String {
    let seconds = time.div_euclid(1_000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let in_day = seconds.rem_euclid(86_400);
    // The leading one makes place for zeros.
    let clock = 1_000_000 + in_day / 3_600 * 10_000 + in_day / 60 % 60 * 100 + in_day % 60;
    let date = decimal((year * 10_000 + month * 100 + day).unsigned_abs());
    let clock = decimal(clock.unsigned_abs());
    concat(&[&date, "T", clock.get(1..).unwrap_or_default(), "Z"])
}

/// Reads the form of [`amz_date`] back, and ISO's other one, `YYYY-MM-DDTHH:MM:SSZ`, with or without a fraction of the
/// second, which is dropped, and whatever follows; anything else is none.
pub fn parse_date(text: &str) -> Option<Millis> {
    let (mut number, mut digits) = (0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if digits < 14 => {
                number = number * 10 + i64::from(byte - b'0');
                digits += 1;
            }
            b'-' | b':' => {}
            b'T' if digits == 8 => {}
            b'Z' | b'.' if digits == 14 => return time_of(number),
            _ => return None,
        }
    }
    None
}

/// The time of a number with the digits `YYYYMMDDHHMMSS`.
fn time_of(mut number: i64) -> Option<Millis> {
    let mut two_digits = || {
        let last = number % 100;
        number /= 100;
        last
    };
    let (second, minute, hour) = (two_digits(), two_digits(), two_digits());
    let (day, month) = (two_digits(), two_digits());
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some((days_before(number, month, day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000)
}

/// Days since 1970-01-01 to year, month, day in the Gregorian calendar, counted in years that start in March
/// so that the leap day comes last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let in_era = days.rem_euclid(146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil`].
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let march = if month > 2 { month - 3 } else { month + 9 };
    era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + (153 * march + 2) / 5 + day - 1 - 719_468
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn amz_date_is_the_basic_iso_form_in_utc() {
        assert_eq!(amz_date(0), "19700101T000000Z");
        assert_eq!(amz_date(1_440_938_160_000), "20150830T123600Z");
        assert_eq!(amz_date(951_782_400_999), "20000229T000000Z");
        assert_eq!(amz_date(4_102_444_799_000), "20991231T235959Z");
    }

    #[test]
    fn what_is_not_an_amz_date_is_refused() {
        for text in ["", "20150830T123600", "20151330T123600Z", "2015083xT123600Z", "20150830 123600Z"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_within_noise_is_left_alone() {
        let mut clock = Clock::default();
        assert!(!clock.observe(10_000, 10_100, 10_300));
        assert_eq!(clock.offset(), 0);
    }

    #[test]
    fn a_wrong_clock_is_learnt_and_unlearnt() {
        let mut clock = Clock::default();
        assert!(clock.observe(1_000_000, 400_000, 400_200));
        assert_eq!(clock.server(400_100), 1_000_500);
        // The user sets the device's clock right: the next answer says so.
        assert!(clock.observe(1_060_000, 1_060_100, 1_060_300));
        assert_eq!(clock.offset(), 0);
    }

    #[test]
    fn the_end_of_credentials_tells_the_time_when_nothing_better_does() {
        let mut clock = Clock::default();
        // A few minutes may be a lifetime that is not quite what it should be.
        assert!(!clock.infer(SKEW, 0));
        assert!(clock.infer(-600_000, 0));
        assert_eq!((clock.offset(), clock.source()), (-600_000, Source::Expiration));
        // The server itself knows better, now and later.
        assert!(clock.correct(0, 0));
        assert!(!clock.infer(-600_000, 0));
        assert_eq!((clock.offset(), clock.source()), (0, Source::Refusal));
    }

    #[test]
    fn a_clock_that_is_set_back_or_right_is_followed_and_one_that_may_have_slept_is_not() {
        let mut clock = Clock::default();
        assert!(clock.jump(-3_600_000));
        assert_eq!((clock.offset(), clock.source()), (3_600_000, Source::Device));
        assert!(clock.jump(3_600_500));
        assert_eq!(clock.offset(), 0);
        clock.observe(1_000_000, 0, 0);
        assert!(!clock.jump(8 * 3_600_000));
        assert_eq!((clock.offset(), clock.source()), (1_000_500, Source::Nothing));
    }

    #[test]
    fn a_slow_answer_does_not_move_a_good_clock() {
        let mut clock = Clock::default();
        assert!(!clock.observe(10_000, 0, 30_000));
    }

    /// The largest time of a JavaScript `Date`, in milliseconds.
    const MAX: Millis = 8_640_000_000_000_000;

    proptest::proptest! {
        #[test]
        fn amz_dates_read_back(seconds in 0i64..253_402_300_799) {
            proptest::prop_assert_eq!(parse_date(&amz_date(seconds * 1_000)), Some(seconds * 1_000));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}") {
            let _ = parse_date(&text);
        }

        #[test]
        fn any_times_of_javascript_are_fine(date in 0..MAX, sent in 0..MAX, received in 0..MAX) {
            let mut clock = Clock::default();
            clock.observe(date, sent, received);
            clock.server(sent);
        }
    }
}
