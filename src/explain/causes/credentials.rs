//! Clocks, session tokens and keys.

use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId};
use crate::explain::finding::{Finding, Strength};
use crate::explain::moments::{NOISE, TIGHTEST_WINDOW};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

/// Two figures of the same clock, measured by different means, agree within this.
const AGREEMENT: f64 = 120_000.0;

/// How long a session of an identity pool lasts.
const HOUR_MS: f64 = 3_600_000.0;

fn is_about(a: f64, b: f64) -> bool {
    (a - b).abs() <= AGREEMENT
}

/// Answers behind which a wrong clock can hide because they give no reason.
const SILENT: [S; 4] = [S::FetchFailed, S::CorsBlocked, S::EmptyForbidden, S::Forbidden];

pub(super) fn clock_skew(case: &Case<'_>) -> Option<Finding> {
    let new = |strength| Finding::new(CauseId::ClockSkew, strength).advise(Advice::CorrectClock);
    let offset = case.context.clock_offset_ms;
    let duration = case.context.request_duration_ms.filter(|duration| *duration >= TIGHTEST_WINDOW as f64);
    if case.is(&[S::SignatureOutOfTime]) {
        let strength = match (offset, case.moments) {
            // Nobody has told the client of it yet, or the service's clock is another one than Cognito's.
            (Some(offset), _) if offset.abs() < NOISE as f64 => Possible,
            (Some(_), _) if case.is_from_cache() => Likely,
            // A request that was on its way for as long is as good an explanation.
            (Some(_), Some(moments))
                if duration.is_some_and(|duration| is_about(duration, moments.behind() as f64)) =>
            {
                Likely
            }
            (Some(offset), Some(moments)) if is_about(offset, moments.behind() as f64) => Proven,
            // An offset that was applied shows up with its sign turned: then it is the offset that is wrong.
            (Some(offset), Some(moments)) if is_about(-offset, moments.behind() as f64) => return None,
            (Some(_), _) => Telling,
            (None, _) => Likely,
        };
        return Some(new(strength));
    }
    let is_unknown_refusal = case.is(&[S::Unknown]) && case.answer.status == Some(403);
    let names_signature = case.is(&[S::SignatureRefused]);
    if !case.is(&SILENT) && !is_unknown_refusal && !names_signature {
        return None;
    }
    let lies_apart = case.moments.is_some_and(|moments| moments.behind().abs() >= TIGHTEST_WINDOW);
    let strength = match case.measured_skew() {
        Some(_) => Telling,
        None if lies_apart => Telling,
        None if names_signature && offset.is_none() => Possible,
        None if offset.is_some() || !case.is_hidden() || case.was_signed() == Some(false) => return None,
        None => Possible,
    };
    Some(new(strength).paste(Advice::ExposeRefusals, paste::gateway_responses()))
}

pub(super) fn clock_offset_poisoned(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::SignatureOutOfTime]) {
        return None;
    }
    let offset = case.context.clock_offset_ms;
    let took_long = case.context.request_duration_ms.is_some_and(|duration| duration >= TIGHTEST_WINDOW as f64);
    let strength = match (offset, case.moments) {
        (Some(_), _) if case.is_from_cache() => Telling,
        (Some(offset), Some(moments)) if offset.abs() >= NOISE as f64 && is_about(-offset, moments.behind() as f64) => {
            Proven
        }
        (Some(offset), Some(moments)) if is_about(offset, moments.behind() as f64) => return None,
        (Some(offset), _) if offset.abs() < NOISE as f64 && took_long => return None,
        (Some(offset), _) if offset.abs() < NOISE as f64 => Likely,
        (Some(_), _) => Possible,
        (None, _) if case.is_from_cache() => Likely,
        (None, _) => Remote,
    };
    Some(
        Finding::new(CauseId::ClockOffsetPoisoned, strength)
            .paste(Advice::ForgetOffset, paste::code("aws.close(); aws = createClient(options);")),
    )
}

pub(super) fn signed_too_early(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::SignatureOutOfTime]) || case.moments.is_some_and(|moments| moments.behind() < 0) {
        return None;
    }
    let duration = case.context.request_duration_ms;
    let clock_is_right = case.context.clock_offset_ms.map(|offset| offset.abs() < NOISE as f64);
    let strength = match (duration, clock_is_right) {
        (Some(duration), Some(true)) if duration >= TIGHTEST_WINDOW as f64 => Proven,
        (Some(duration), None) if duration >= TIGHTEST_WINDOW as f64 => Telling,
        (Some(duration), Some(false)) if duration >= TIGHTEST_WINDOW as f64 => Likely,
        (None, Some(true)) => Telling,
        (_, Some(false)) => return None,
        // A body of megabytes over a slow line takes its time.
        (None, None) if case.context.bytes.is_some_and(|bytes| bytes >= 20e6) => Likely,
        _ => Possible,
    };
    Some(Finding::new(CauseId::SignedTooEarly, strength).advise(Advice::SignBeforeSending))
}

/// Whether something shows that the session token did not arrive; none if nothing speaks for or against it.
fn token_is_missing(case: &Case<'_>) -> Option<bool> {
    let context = case.context;
    if context.session_token_looks_like_jwt == Some(true) || context.header_object_has_token == Some(false) {
        return Some(true);
    }
    if let Some(sent) = context.session_token_sent {
        return Some(!sent);
    }
    // Over a presigned URL the token travels in the query and is in no header.
    let is_in_query = case.query().is_some_and(|query| query.contains("X-Amz-Security-Token"));
    if is_in_query {
        return Some(false);
    }
    if case.presigned() == Some(true) {
        return None;
    }
    let travels = case.sent_header("x-amz-security-token").or_else(|| case.signs_header("x-amz-security-token"));
    travels.map(|travels| !travels)
}

pub(super) fn missing_session_token(case: &Case<'_>) -> Option<Finding> {
    let is_missing = token_is_missing(case);
    let is_temporary = case.context.access_key_id_prefix.as_deref().map(|prefix| prefix.starts_with("ASIA"));
    let strength = match (case.symptom, is_missing, is_temporary) {
        (_, _, Some(false)) => return None,
        (S::TokenInvalid | S::AccessKeyUnknown, Some(true), Some(true)) => Proven,
        (S::TokenInvalid | S::AccessKeyUnknown, Some(true), None) => Telling,
        (S::AccessKeyUnknown, None, Some(true)) => Telling,
        (S::TokenInvalid | S::AccessKeyUnknown, None, _) => Likely,
        (S::TokenInvalid, Some(false), _) if case.context.credentials_expired != Some(true) => Remote,
        (S::CallNotAuthorized | S::SocketRefused | S::FunctionUrlForbidden, Some(true), _) => Telling,
        (S::Forbidden | S::EmptyForbidden, Some(true), _) if case.context.session_token_sent == Some(false) => Likely,
        _ => return None,
    };
    let header = "x-amz-security-token: SESSION_TOKEN";
    Some(Finding::new(CauseId::MissingSessionToken, strength).paste(Advice::SendSessionToken, paste::header(header)))
}

pub(super) fn expired_session_token(case: &Case<'_>) -> Option<Finding> {
    let context = case.context;
    let is_old =
        context.credentials_age_ms.is_some_and(|age| age >= HOUR_MS) || context.credentials_expired == Some(true);
    // Of services whose requests are often presigned, an expired token does not say which of the two it is.
    let may_be_presigned = case.is_service(&["s3", "iotdevicegateway", "transcribe", "kinesisvideo"])
        || (case.service().is_none() && case.answer.says("provided token has expired"));
    let strength = match (case.symptom, case.presigned()) {
        (S::TokenExpired, _) if case.operation().starts_with("AssumeRoleWith") => return None,
        (S::TokenExpired, Some(true)) => Possible,
        (S::TokenExpired, None) if may_be_presigned => Likely,
        (S::TokenExpired, _) => Proven,
        (
            S::TokenInvalid | S::Forbidden | S::EmptyForbidden | S::FetchFailed | S::CorsBlocked | S::SocketRefused,
            _,
        ) if is_old => Telling,
        (S::FetchFailed | S::CorsBlocked, _)
            if case.was_signed() == Some(true) && context.credentials_age_ms.is_none() =>
        {
            Remote
        }
        _ => return None,
    };
    Some(Finding::new(CauseId::ExpiredSessionToken, strength).advise(Advice::RefreshCredentials))
}

pub(super) fn presigned_outlives_credentials(case: &Case<'_>) -> Option<Finding> {
    let strength = match (case.symptom, case.presigned()) {
        (S::TokenExpired, Some(true)) => Proven,
        (S::TokenExpired, None) if case.is_s3() || case.answer.says("provided token has expired") => Possible,
        _ => return None,
    };
    let line = "const url = await aws.presign(address);";
    Some(Finding::new(CauseId::PresignedOutlivesCredentials, strength).paste(Advice::PresignFresh, paste::code(line)))
}

/// What AWS read as the Authorization header, as it prints it.
fn printed_header<'a>(case: &'a Case<'_>) -> &'a str {
    let message = &case.answer.raw_message;
    let printed = message.split_once("in Authorization header: '").or_else(|| message.split_once("Authorization="));
    printed.map_or("", |(_, header)| header)
}

pub(super) fn malformed_access_key(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::NotKeyValue, S::RequiresCredential, S::AccessKeyUnknown, S::TokenInvalid]) {
        return None;
    }
    let is_parsed = case.is(&[S::NotKeyValue, S::RequiresCredential]);
    let printed = printed_header(case);
    let is_broken = printed.split_once("Credential=").is_some_and(|(_, key)| {
        key.starts_with([' ', '\n', '\r', '\\', '\t', '/'])
            || key.split('/').next().is_some_and(|key| key.contains(char::is_whitespace))
    });
    let strength = match case.context.access_key_id_has_whitespace {
        Some(true) if is_parsed => Proven,
        Some(true) => Telling,
        Some(false) => return None,
        None if is_parsed && is_broken => Telling,
        None if is_parsed && printed.starts_with("AWS4") => Possible,
        None if case.is(&[S::NotKeyValue]) && case.was_signed() == Some(true) => Possible,
        None => return None,
    };
    Some(
        Finding::new(CauseId::MalformedAccessKey, strength)
            .paste(Advice::TrimAccessKey, paste::code("accessKeyId = accessKeyId.trim();")),
    )
}

pub(super) fn malformed_authorization(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::NotKeyValue, S::RequiresCredential]) {
        return None;
    }
    let printed = printed_header(case);
    let lower = printed.to_ascii_lowercase();
    let repeats_name = lower.starts_with("authorization") || lower.contains(" authorization:");
    let strength = if repeats_name {
        Proven
    } else if printed.starts_with("AWS4") {
        Likely
    } else if case.was_signed() == Some(true) && case.jwt_was_sent() != Some(true) {
        Possible
    } else {
        return None;
    };
    Some(Finding::new(CauseId::MalformedAuthorization, strength).advise(Advice::WriteAuthorization))
}

pub(super) fn access_key_unknown(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::TokenInvalid, S::AccessKeyUnknown]) {
        return None;
    }
    let is_temporary = case.context.access_key_id_prefix.as_deref().map(|prefix| prefix.starts_with("ASIA"));
    let strength = match is_temporary {
        Some(false) => Telling,
        Some(true) => Remote,
        None => Possible,
    };
    Some(Finding::new(CauseId::AccessKeyUnknown, strength).advise(Advice::CheckAccessKey))
}

pub(super) fn region_not_enabled(case: &Case<'_>) -> Option<Finding> {
    opt_in(case, CauseId::RegionNotEnabled).map(|found| found.advise(Advice::EnableRegion))
}

pub(super) fn sts_global_token(case: &Case<'_>) -> Option<Finding> {
    let region = case.region().filter(|region| crate::endpoint::is_region(region)).unwrap_or("YOUR_REGION");
    let host = format!("sts.{region}.amazonaws.com");
    opt_in(case, CauseId::StsGlobalToken)
        .map(|found| found.paste(Advice::RegionalSts, paste::code(paste::quoted(&host))))
}

fn opt_in(case: &Case<'_>, id: CauseId) -> Option<Finding> {
    if !case.is(&[S::TokenInvalid]) || token_is_missing(case) == Some(true) {
        return None;
    }
    match case.is_opt_in_region() {
        Some(true) => Some(Finding::new(id, Likely)),
        Some(false) => None,
        None => Some(Finding::new(id, Remote)),
    }
}
