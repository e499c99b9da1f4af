//! How long a presigned URL is valid. It ends with the credentials that signed it, whatever it says itself (S3 User
//! Guide, "Download and upload objects with presigned URLs"), so it never promises more than they have left.

use crate::error::{Code, Error};
use crate::time::Millis;

/// Seconds that a URL is valid if the caller asks for no number: time to follow a link or to send a large file, and too
/// short to be found and used by somebody else later.
const DEFAULT_SECONDS: u32 = 900;

/// The most seconds that a service accepts: a week (S3 API Reference, "Authenticating requests: using query
/// parameters"), but five minutes for Transcribe streaming (Transcribe Developer Guide, "Setting up a streaming
/// transcription") and for S3 Express, and a day for IoT, whose connections last no longer (IoT Developer Guide, "Device
/// communication protocols").
fn max_seconds(service: &str) -> u32 {
    match service {
        "transcribe" | "s3express" => 300,
        "iotdevicegateway" => 86_400,
        _ => 604_800,
    }
}

/// How long credentials are still valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemainingLifetime {
    /// Milliseconds until they expire.
    pub now: Millis,
    /// Milliseconds that they had left when they were issued, which is what a new set would have.
    pub at_first: Millis,
}

/// What to do about the lifetime of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Sign for this many seconds.
    Seconds(u32),
    /// The current credentials expire too early, and a new set would not: refresh, then decide again.
    RefreshFirst,
}

/// Decides how long a URL is valid. `requested` is in seconds; `remaining` is none for credentials that do not expire;
/// `refreshed` says that the credentials were already refreshed for this URL.
///
/// # Errors
///
/// `INVALID_REQUEST`, field `init.expiresSeconds`, if the service does not accept the number, or if even new credentials
/// would expire before.
pub(crate) fn lifetime(
    service: &str,
    requested: Option<i64>,
    remaining: Option<RemainingLifetime>,
    refreshed: bool,
) -> Result<Lifetime, Error> {
    let max = max_seconds(service);
    let remaining_seconds = remaining.map_or(max, |left| u32::try_from(left.now.max(0) / 1_000).unwrap_or(max));
    let seconds = match requested {
        None => DEFAULT_SECONDS.min(max).min(remaining_seconds).max(1),
        Some(requested) => u32::try_from(requested).unwrap_or_default(),
    };
    if seconds == 0 || seconds > max {
        return Err(refused(format!("must be 1 to {max} seconds")));
    }
    if seconds <= remaining_seconds {
        return Ok(Lifetime::Seconds(seconds));
    }
    if !refreshed && remaining.is_some_and(|left| Millis::from(seconds) * 1_000 <= left.at_first) {
        return Ok(Lifetime::RefreshFirst);
    }
    let error = refused(format!("is longer than the credentials are valid, which is {remaining_seconds} seconds"));
    Err(error.advise("Ask for fewer seconds, or for none: the URL then expires with the credentials."))
}

fn refused(problem: String) -> Error {
    Error::new(Code::InvalidRequest, format!("init.expiresSeconds {problem}")).field("init.expiresSeconds")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const HOUR: Millis = 3_600_000;

    fn of(service: &str, asked: Option<i64>, now: Millis) -> Result<Lifetime, Error> {
        lifetime(service, asked, Some(RemainingLifetime { now, at_first: HOUR }), false)
    }

    #[test]
    fn without_a_number_it_is_short_and_ends_with_the_credentials() {
        assert_eq!(lifetime("s3", None, None, false).unwrap(), Lifetime::Seconds(900));
        assert_eq!(of("s3", None, HOUR).unwrap(), Lifetime::Seconds(900));
        assert_eq!(of("s3", None, 600_999).unwrap(), Lifetime::Seconds(600));
        assert_eq!(of("s3", None, 999).unwrap(), Lifetime::RefreshFirst);
        assert_eq!(lifetime("transcribe", None, None, false).unwrap(), Lifetime::Seconds(300));
    }

    #[test]
    fn a_requested_number_is_used_or_refused_but_never_shortened() {
        assert_eq!(of("s3", Some(3_600), HOUR).unwrap(), Lifetime::Seconds(3_600));
        assert_eq!(of("s3", Some(3_600), HOUR - 1).unwrap(), Lifetime::RefreshFirst);
        assert_eq!(of("s3", Some(1), 0).unwrap(), Lifetime::RefreshFirst);
        let error = of("s3", Some(3_601), HOUR - 1).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("init.expiresSeconds"));
        assert!(error.message.contains("3599 seconds"), "{}", error.message);
        let refreshed = RemainingLifetime { now: HOUR - 1, at_first: HOUR };
        assert!(lifetime("s3", Some(3_600), Some(refreshed), true).is_err());
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
        fn no_url_outlives_its_credentials(
            requested: Option<i64>,
            now in -HOUR..2 * HOUR,
            at_first in -HOUR..2 * HOUR,
            refreshed: bool,
        ) {
            let remaining = Some(RemainingLifetime { now, at_first });
            if let Ok(Lifetime::Seconds(seconds)) = lifetime("execute-api", requested, remaining, refreshed) {
                proptest::prop_assert!(i64::from(seconds) * 1_000 <= now.max(0));
            }
        }
    }
}
