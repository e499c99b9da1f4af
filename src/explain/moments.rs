//! When a request was signed and what time it was at the server, as far as the evidence says.

use super::answer::Answer;
use super::evidence::Evidence;
use crate::time::{Millis, parse_date};

/// The tightest of AWS's windows is five minutes.
pub(super) const TIGHTEST_WINDOW: Millis = 5 * 60_000;
/// Below this, a measured offset is not the device's clock being wrong.
pub(super) const NOISE: Millis = 60_000;

/// Two moments by the clocks of two machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moments {
    pub(super) signed: Millis,
    pub(super) server: Millis,
    /// Whether the server wrote both into one sentence, in place of our laying two headers side by side.
    pub(super) is_stated: bool,
}

impl Moments {
    pub(super) fn read(answer: &Answer<'_>, evidence: &Evidence) -> Option<Self> {
        stated(&answer.message).or_else(|| compared(evidence))
    }

    /// Server time minus the time that was signed.
    pub(super) fn behind(self) -> Millis {
        self.server.saturating_sub(self.signed)
    }
}

/// `Signature expired: SIGNED is now earlier than LIMIT (SERVER - 5 min.)` and its counterpart for the future.
fn stated(message: &str) -> Option<Moments> {
    let (_, rest) =
        message.split_once("Signature expired: ").or_else(|| message.split_once("Signature not yet current: "))?;
    let signed = parse_date(rest.split_whitespace().next()?)?;
    let (_, inner) = rest.split_once('(')?;
    let server = parse_date(inner.split_whitespace().next()?)?;
    Some(Moments { signed, server, is_stated: true })
}

/// `x-amz-date` of the request against `Date` of the answer, unless the answer comes out of a cache.
fn compared(evidence: &Evidence) -> Option<Moments> {
    if evidence.headers.get("age").is_some() {
        return None;
    }
    let signed = parse_date(evidence.context.x_amz_date.as_deref()?)?;
    Some(Moments { signed, server: http_date(evidence.headers.get("date")?)?, is_stated: false })
}

/// `Fri, 31 Jan 2020 14:31:41 GMT`.
fn http_date(text: &str) -> Option<Millis> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    parse_date(&format!("{year}-{month:02}-{day:0>2}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_state_both_times() {
        let read = stated(
            "Signature expired: 20181029T181641Z is now earlier than 20181029T191126Z (20181029T191626Z - 5 min.)",
        )
        .unwrap();
        assert_eq!(read.behind(), 3_585_000);
        let read = stated("x: Signature not yet current: 20220127T001427Z is still later than 20220127T000000Z (20220126T234500Z + 15 min.)").unwrap();
        assert_eq!(read.behind(), -1_767_000);
        assert_eq!(stated("Signature expired: now"), None);
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(http_date("Fri, 31 Jan 2020 14:31:41 GMT"), parse_date("20200131T143141Z"));
        assert_eq!(http_date("yesterday"), None);
    }
}
