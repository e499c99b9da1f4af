//! Server time as a value. The pure rooms never read a clock: callers pass the device's time, and [`Clock`] turns it into
//! the server's time.

use std::ops::Range;

use serde::Serialize;
use time::{Date, Month, OffsetDateTime, Time};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// Times that a server may have: from 2025, before which this was not written, to 2125.
pub(crate) const PLAUSIBLE: Range<Millis> = 1_735_689_600_000..4_891_363_200_000;

/// What the clock was last learnt from, in the words of the `clock` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockSource {
    /// The end of credentials whose lifetime is known.
    Expiration,
    /// A `Date` header.
    Date,
    /// The time that AWS names when it refuses a signature or a token.
    Refusal,
    /// The device's own clock was set.
    Device,
}

/// What is known of the difference between the server's clock and this device's. Cognito and STS set it. What any other
/// host says of the time counts for that host alone, so that no API can make the signatures for other hosts invalid or
/// credentials look expired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    offset: Millis,
    source: Option<ClockSource>,
    /// Hosts whose clock differs from the server time known here, oldest first.
    hosts: Vec<HostClock>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HostClock {
    host: String,
    /// The host's time minus this clock's server time.
    deviation: Millis,
}

/// Differences up to this are noise: a `Date` header has whole seconds, and no AWS window is below five minutes.
const NOISE: Millis = 2_000;

/// Differences from here on get a signature refused, or nearly: the tightest of AWS's windows is five minutes.
pub const SKEW: Millis = 4 * 60_000;

/// The most that anything but Cognito and STS may say of the time, or credentials imply: a wrong time zone, no more.
pub const DAY: Millis = 24 * 3_600_000;

/// How many hosts are remembered. A page calls a few; the oldest makes room.
const MAX_HOSTS: usize = 16;

/// The last moment that ECMAScript knows (ECMA-262, "Time Values and Time Range"). Keeps sums from overflowing.
const LAST: Millis = 8_640_000_000_000_000;

impl Clock {
    /// Server time minus local time, in milliseconds.
    pub fn offset(&self) -> Millis {
        self.offset
    }

    /// What the offset was last learnt from, or confirmed by; none while the device's clock is trusted.
    pub fn source(&self) -> Option<ClockSource> {
        self.source
    }

    /// The server's time when the device shows `local`.
    pub fn server(&self, local: Millis) -> Millis {
        local.saturating_add(self.offset)
    }

    /// The time of this host when the device shows `local`.
    pub fn server_for(&self, host: &str, local: Millis) -> Millis {
        let known = self.hosts.iter().find(|entry| entry.host == host);
        self.server(local).saturating_add(known.map_or(0, |entry| entry.deviation))
    }

    /// Learns from the `Date` header of an answer of Cognito or STS that was asked for at `sent` and arrived at
    /// `received`, both by the device's clock. What other hosts said of the time is forgotten. True if the offset changed.
    pub fn observe(&mut self, date: Millis, sent: Millis, received: Millis) -> bool {
        self.learn(ClockSource::Date, date, sent, received)
    }

    /// Learns from the time that a refusal of Cognito or STS names, which arrived when the device showed `local`. True if
    /// the offset changed.
    pub fn correct(&mut self, stated: Millis, local: Millis) -> bool {
        self.learn(ClockSource::Refusal, stated, local, local)
    }

    fn learn(&mut self, source: ClockSource, stated: Millis, sent: Millis, received: Millis) -> bool {
        let [stated, sent, received] = [stated, sent, received].map(|time| time.clamp(-LAST, LAST));
        self.source = Some(source);
        self.hosts.clear();
        // It was written somewhere between the two, and cut down to a whole second.
        let middle = sent + (received - sent) / 2;
        let seen = stated + 500 - middle;
        let slack = NOISE + (received - sent).max(0) / 2;
        if seen.saturating_sub(self.offset).saturating_abs() <= slack {
            return false;
        }
        self.offset = if seen.abs() <= NOISE { 0 } else { seen };
        true
    }

    /// Learns from when new credentials began, which is their end less their lifetime, if nothing better is known. They
    /// may last for other than AWS says they do, so only what would get signatures refused anyway is believed; and the
    /// answer may be absurd, so only a plausible time is. True if the offset changed.
    pub fn infer(&mut self, began: Millis, local: Millis) -> bool {
        let is_known = !matches!(self.source, None | Some(ClockSource::Expiration));
        let difference = began.saturating_sub(self.server(local));
        if is_known || difference.saturating_abs() <= SKEW || !PLAUSIBLE.contains(&began) {
            return false;
        }
        self.offset = began.saturating_sub(local);
        self.source = Some(ClockSource::Expiration);
        self.hosts.clear();
        true
    }

    /// Takes the offset that another tab of this page's origin has learnt, if nothing is known here. False if it is more
    /// than a day from this clock's: then it is not taken, and nothing else of that tab should be.
    pub fn adopt(&mut self, offset: Millis) -> bool {
        if offset.saturating_sub(self.offset).saturating_abs() > DAY {
            return false;
        }
        if matches!(self.source, None | Some(ClockSource::Expiration)) && offset != self.offset {
            self.offset = offset;
            self.source = Some(ClockSource::Date);
            self.hosts.clear();
        }
        true
    }

    /// Learns, for this host alone, the time that its answer states, which arrived when the device showed `local`. False
    /// if that is more than a day from the server time known here: then nothing is learnt.
    pub fn learn_host(&mut self, host: &str, stated: Millis, local: Millis) -> bool {
        let deviation = stated.saturating_add(500).saturating_sub(self.server(local));
        if deviation.saturating_abs() > DAY {
            return false;
        }
        self.forget_host(host);
        if deviation.abs() > NOISE {
            if self.hosts.len() == MAX_HOSTS {
                self.hosts.remove(0);
            }
            self.hosts.push(HostClock { host: host.into(), deviation });
        }
        true
    }

    /// Forgets what a host's answers stated.
    pub fn forget_host(&mut self, host: &str) {
        self.hosts.retain(|entry| entry.host != host);
    }

    /// Takes in that the device's clock went ahead of steady time by that much (behind it, if negative). A jump backwards
    /// means that the clock was set: the server's clock is as far from it as before, and what was jumped over. A jump
    /// forwards may also mean that the device slept, because steady time may stand still meanwhile: only one that lands
    /// on the server's time is sure to have been a setting. After any other, less is known than before. True if the
    /// offset changed.
    pub fn jump(&mut self, by: Millis) -> bool {
        let rest = self.offset.saturating_sub(by);
        let is_set_right = self.offset != 0 && rest.saturating_abs() <= 2 * NOISE;
        if by > 0 && !is_set_right {
            self.source = None;
            return false;
        }
        self.offset = if is_set_right { 0 } else { rest };
        self.source = Some(ClockSource::Device);
        true
    }
}

/// `YYYYMMDDTHHMMSSZ`, the form of `x-amz-date`. Its first eight characters are the date of the credential scope. Times
/// before 1970 and after 9999, which the form cannot say, become the nearest that it can.
pub fn amz_date(time: Millis) -> String {
    const LAST_SECOND: i64 = 253_402_300_799;
    let seconds = time.div_euclid(1_000).clamp(0, LAST_SECOND);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z", u8::from(month))
}

/// Reads the form of [`amz_date`] back, and ISO's other one, `YYYY-MM-DDTHH:MM:SSZ`, with or without a fraction of the
/// second, which is dropped, and whatever follows; anything else is none.
pub fn parse_date(text: &str) -> Option<Millis> {
    let (date, time) = text.get(..text.find(['Z', '.'])?)?.split_once('T')?;
    let (date, time) = (digits::<8>(date, '-')?, digits::<6>(time, ':')?);
    let [day, month] = [date % 100, date / 100 % 100].map(|part| part as u8);
    let [second, minute, hour] = [time % 100, time / 100 % 100, time / 10_000].map(|part| part as u8);
    let date = Date::from_calendar_date((date / 10_000) as i32, Month::try_from(month).ok()?, day).ok()?;
    let time = Time::from_hms(hour, minute, second).ok()?;
    Some(date.with_time(time).assume_utc().unix_timestamp() * 1_000)
}

/// The number of exactly `COUNT` digits, wherever `separator` stands between them.
fn digits<const COUNT: usize>(text: &str, separator: char) -> Option<u32> {
    let digits = text.replace(separator, "");
    let is_number = digits.len() == COUNT && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
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
    fn both_iso_forms_are_read_with_whatever_follows() {
        for text in
            ["20150830T123600Z", "2015-08-30T12:36:00Z", "2015-08-30T12:36:00.749Z", "20150830T123600Z - 15 min.)"]
        {
            assert_eq!(parse_date(text), Some(1_440_938_160_000), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_amz_date_is_refused() {
        for text in [
            "",
            "20150830T123600",
            "20151330T123600Z",
            "20150230T123600Z",
            "20150830T243600Z",
            "2015083xT123600Z",
            "20150830 123600Z",
            "+2015083T123600Z",
            "Sun, 30 Aug 2015 12:36:00 GMT",
        ] {
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

    const NOW: Millis = 1_800_000_000_000;

    #[test]
    fn the_end_of_credentials_tells_the_time_when_nothing_better_does() {
        let mut clock = Clock::default();
        // A few minutes may be a lifetime that is not quite what it should be.
        assert!(!clock.infer(NOW + SKEW, NOW));
        for offset in [-600_000, 56 * 365 * DAY] {
            let mut clock = Clock::default();
            assert!(clock.infer(NOW, NOW - offset));
            assert_eq!((clock.offset(), clock.source()), (offset, Some(ClockSource::Expiration)));
        }
        // The server itself knows better, now and later.
        assert!(clock.infer(NOW - 600_000, NOW));
        assert!(clock.correct(NOW, NOW));
        assert!(!clock.infer(NOW - 600_000, NOW));
        assert_eq!((clock.offset(), clock.source()), (0, Some(ClockSource::Refusal)));
    }

    #[test]
    fn an_absurd_end_of_credentials_moves_nothing() {
        for began in [-3_600_000, 0, PLAUSIBLE.start - 1, PLAUSIBLE.end, Millis::MAX, Millis::MIN] {
            let mut clock = Clock::default();
            assert!(!clock.infer(began, NOW));
            assert_eq!(clock, Clock::default());
        }
    }

    #[test]
    fn a_clock_that_is_set_back_or_right_is_followed_and_one_that_may_have_slept_is_not() {
        let mut clock = Clock::default();
        assert!(clock.jump(-3_600_000));
        assert_eq!((clock.offset(), clock.source()), (3_600_000, Some(ClockSource::Device)));
        assert!(clock.jump(3_600_500));
        assert_eq!(clock.offset(), 0);
        clock.observe(1_000_000, 0, 0);
        assert!(!clock.jump(8 * 3_600_000));
        assert_eq!((clock.offset(), clock.source()), (1_000_500, None));
    }

    #[test]
    fn a_slow_answer_does_not_move_a_good_clock() {
        let mut clock = Clock::default();
        assert!(!clock.observe(10_000, 0, 30_000));
    }

    #[test]
    fn what_a_host_says_of_the_time_counts_for_it_alone_and_until_cognito_speaks() {
        let mut clock = Clock::default();
        clock.observe(10 * DAY, 10 * DAY, 10 * DAY);
        assert!(clock.learn_host("a.example", 10 * DAY + 600_000, 10 * DAY));
        assert_eq!(clock.server_for("a.example", 10 * DAY), 10 * DAY + 600_500);
        assert_eq!((clock.server_for("b.example", 10 * DAY), clock.offset()), (10 * DAY, 0));
        // It follows the device's clock.
        assert!(clock.jump(-3_600_000));
        assert_eq!(clock.server_for("a.example", 10 * DAY - 3_600_000), 10 * DAY + 600_500);
        clock.observe(10 * DAY, 10 * DAY, 10 * DAY);
        assert_eq!(clock.server_for("a.example", 10 * DAY), clock.server(10 * DAY));
    }

    #[test]
    fn a_host_that_is_a_day_off_is_not_believed_and_one_that_agrees_is_not_remembered() {
        let mut clock = Clock::default();
        for absurd in [-DAY - 1_000, DAY, Millis::MAX, Millis::MIN] {
            assert!(!clock.learn_host("a.example", absurd, 0));
            assert_eq!(clock, Clock::default());
        }
        assert!(clock.learn_host("a.example", 600_000, 0) && clock.learn_host("a.example", 1_000, 0));
        assert_eq!(clock, Clock::default());
    }

    #[test]
    fn only_so_many_hosts_are_remembered() {
        let mut clock = Clock::default();
        for host in 0..100 {
            assert!(clock.learn_host(&host.to_string(), 600_000, 0));
        }
        assert_eq!(clock.hosts.len(), MAX_HOSTS);
        assert_eq!((clock.server_for("99", 0), clock.server_for("0", 0)), (600_500, 0));
    }

    #[test]
    fn another_tabs_offset_is_taken_within_a_day_where_nothing_better_is_known() {
        let mut clock = Clock::default();
        assert!(!clock.adopt(DAY + 1) && !clock.adopt(Millis::MIN));
        assert_eq!(clock, Clock::default());
        assert!(clock.adopt(600_000));
        assert_eq!((clock.offset(), clock.source()), (600_000, Some(ClockSource::Date)));
        assert!(clock.adopt(0));
        assert_eq!(clock.offset(), 600_000);
    }

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
        fn any_times_are_fine(date: Millis, sent: Millis, received: Millis, by: Millis) {
            let mut clock = Clock::default();
            clock.observe(date, sent, received);
            clock.jump(by);
            clock.infer(date, sent);
            clock.learn_host("a.example", date, received);
            clock.adopt(by);
            clock.server_for("a.example", sent);
        }

        /// Whatever an API says, its own requests are signed within a day of the client's clock, and all others by it.
        #[test]
        fn no_host_moves_the_clock(said in proptest::collection::vec((0u8..40, proptest::prelude::any::<Millis>()), 0..60)) {
            let mut clock = Clock::default();
            clock.observe(1_000_000, 0, 0);
            let before = clock.offset();
            for (host, stated) in said {
                clock.learn_host(&host.to_string(), stated, 0);
                proptest::prop_assert!((clock.server_for(&host.to_string(), 0) - clock.server(0)).abs() <= DAY);
                proptest::prop_assert_eq!(clock.offset(), before);
            }
            proptest::prop_assert!(clock.hosts.len() <= MAX_HOSTS);
        }
    }
}
