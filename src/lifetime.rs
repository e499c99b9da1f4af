//! How long a presigned URL is good for. It ends with the credentials that signed it, whatever it says itself (S3 User
//! Guide, "Download and upload objects with presigned URLs"), so it is never made to promise more.

use crate::clock::Millis;
use crate::error::{Code, Error};
use crate::text::{concat, decimal};

/// Seconds that a URL is good for where nobody asks for a number: time to follow a link or to send a large file, and
/// not long enough to be found and used by others later.
const DEFAULT: u32 = 900;

/// The most that a service takes, in seconds: a week (S3 API Reference, "Authenticating requests: using query
/// parameters"), but five minutes for Transcribe streaming (Transcribe Developer Guide, "Setting up a streaming
/// transcription") and for S3 Express, and a day for sockets of IoT, which last no longer (IoT Developer Guide,
/// "Device communication protocols").
fn most(service: &str) -> u32 {
    match service {
        "transcribe" | "s3express" => 300,
        "iotdevicegateway" => 86_400,
        _ => 604_800,
    }
}

/// How long credentials still live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Milliseconds until they end.
    pub now: Millis,
    /// Milliseconds that were left of them when they came: what other ones would have.
    pub at_first: Millis,
}

/// What to do about a lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Sign for so many seconds.
    Seconds(u32),
    /// The current credentials end before; new ones would not.
    RenewFirst,
}

/// Decides how long a URL is to be good for. `asked` is in seconds; `left` is none for credentials without an end;
/// `renewed` says that the current ones were fetched for this URL.
pub fn lifetime(service: &str, asked: Option<i64>, left: Option<Left>, renewed: bool) -> Result<Lifetime, Error> {
    let most = most(service);
    let left_seconds = left.map_or(most, |left| u32::try_from(left.now.max(0) / 1_000).unwrap_or(most));
    let seconds = match asked {
        None => DEFAULT.min(most).min(left_seconds).max(1),
        Some(asked) => u32::try_from(asked).unwrap_or_default(),
    };
    if seconds == 0 || seconds > most {
        return Err(refused(&["must be 1 to ", &decimal(most.into())]));
    }
    if seconds <= left_seconds {
        return Ok(Lifetime::Seconds(seconds));
    }
    if !renewed && left.is_some_and(|left| Millis::from(seconds) * 1_000 <= left.at_first) {
        return Ok(Lifetime::RenewFirst);
    }
    let error = refused(&["is longer than the credentials live, which is ", &decimal(left_seconds.into())]);
    Err(error.advise("Ask for less, or leave it out: then the URL ends with the credentials."))
}

fn refused(what: &[&str]) -> Error {
    let message = concat(&["init.expiresSeconds ", &concat(what), " seconds"]);
    Error::new(Code::InvalidRequest, message).field("init.expiresSeconds")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const HOUR: Millis = 3_600_000;

    fn of(service: &str, asked: Option<i64>, now: Millis) -> Result<Lifetime, Error> {
        lifetime(service, asked, Some(Left { now, at_first: HOUR }), false)
    }

    #[test]
    fn without_a_number_it_is_short_and_ends_with_the_credentials() {
        assert_eq!(lifetime("s3", None, None, false).unwrap(), Lifetime::Seconds(900));
        assert_eq!(of("s3", None, HOUR).unwrap(), Lifetime::Seconds(900));
        assert_eq!(of("s3", None, 600_999).unwrap(), Lifetime::Seconds(600));
        assert_eq!(of("s3", None, 999).unwrap(), Lifetime::RenewFirst);
        assert_eq!(lifetime("transcribe", None, None, false).unwrap(), Lifetime::Seconds(300));
    }

    #[test]
    fn what_is_asked_for_is_given_or_refused_but_never_cut() {
        assert_eq!(of("s3", Some(3_600), HOUR).unwrap(), Lifetime::Seconds(3_600));
        assert_eq!(of("s3", Some(3_600), HOUR - 1).unwrap(), Lifetime::RenewFirst);
        assert_eq!(of("s3", Some(1), 0).unwrap(), Lifetime::RenewFirst);
        let error = of("s3", Some(3_601), HOUR - 1).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("init.expiresSeconds"));
        assert!(error.message.contains("3599 seconds"), "{}", error.message);
        let renewed = Left { now: HOUR - 1, at_first: HOUR };
        assert!(lifetime("s3", Some(3_600), Some(renewed), true).is_err());
        assert_eq!(lifetime("s3", Some(604_800), None, false).unwrap(), Lifetime::Seconds(604_800));
    }

    #[test]
    fn every_service_has_its_limit() {
        for (service, most) in
            [("s3", 604_800), ("execute-api", 604_800), ("transcribe", 300), ("iotdevicegateway", 86_400)]
        {
            assert_eq!(
                lifetime(service, Some(most), None, false).unwrap(),
                Lifetime::Seconds(most as u32),
                "{service}"
            );
            for asked in [most + 1, 0, -1, i64::MAX, i64::MIN] {
                let error = lifetime(service, Some(asked), None, false).unwrap_err();
                assert!(error.message.contains(&most.to_string()), "{service} {asked}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_url_outlives_its_credentials(asked: Option<i64>, now in -HOUR..2 * HOUR, at_first in -HOUR..2 * HOUR, renewed: bool) {
            if let Ok(Lifetime::Seconds(seconds)) = lifetime("execute-api", asked, Some(Left { now, at_first }), renewed) {
                proptest::prop_assert!(i64::from(seconds) * 1_000 <= now.max(0));
            }
        }
    }
}
