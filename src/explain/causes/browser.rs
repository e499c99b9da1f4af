//! What the browser keeps from the page: preflights, CORS, and no answer at all.

use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

/// Headers that SDKs add and few preflights allow.
const RARELY_ALLOWED: [&str; 5] =
    ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent", "x-amz-content-sha256", "cache-control"];

/// The header that the console names.
pub(in crate::explain) fn refused_header(case: &Case<'_>) -> Option<String> {
    let texts = [case.answer.message.as_str(), case.script.as_str()];
    let marks = [
        ("eader field ", " is not allowed"),
        ("header \u{2018}", "\u{2019} is not allowed"),
        ("header '", "' is not allowed"),
    ];
    texts.iter().find_map(|text| {
        marks.iter().find_map(|(before, after)| {
            let (_, rest) = text.split_once(before)?;
            let (name, _) = rest.split_once(after)?;
            let is_token = !name.is_empty()
                && name.len() < 60
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            is_token.then(|| name.to_owned())
        })
    })
}

fn is_preflight_refused(case: &Case<'_>) -> bool {
    case.context.preflight_passes == Some(false)
}

pub(super) fn preflight_header_not_allowed(case: &Case<'_>) -> Option<Finding> {
    let sends_rare = RARELY_ALLOWED.iter().any(|name| case.sent_header(name) == Some(true));
    let strength = match case.symptom {
        S::PreflightHeaderRefused => Telling,
        _ if case.context.preflight_passes == Some(true) => return None,
        // Somebody answers preflights, and not this one: its headers are what differs.
        S::FetchFailed | S::CorsBlocked if is_preflight_refused(case) && case.context.options_pass == Some(true) => {
            Telling
        }
        S::FetchFailed | S::CorsBlocked if is_preflight_refused(case) => Likely,
        S::FetchFailed | S::CorsBlocked if sends_rare => Likely,
        S::FetchFailed | S::CorsBlocked | S::PreflightRefused => Possible,
        _ => return None,
    };
    let refused = refused_header(case);
    Some(
        Finding::new(CauseId::PreflightHeaderNotAllowed, strength)
            .note_if(sends_rare, Note::UnknownHeaders)
            .paste(Advice::AllowHeaders, paste::cors_headers(case, refused.as_deref()))
            .advise(Advice::DropHeaders),
    )
}

pub(super) fn preflight_requires_auth(case: &Case<'_>) -> Option<Finding> {
    let passes = case.context.preflight_passes;
    let answers_preflight =
        case.is(&[S::MissingAuthenticationToken, S::Forbidden, S::Unauthorized, S::Denied, S::EmptyForbidden]);
    let strength =
        match case.symptom {
            S::PreflightRefused => Telling,
            _ if answers_preflight && case.is_preflight() => Telling,
            S::MissingAuthenticationToken if case.method().is_none() && case.was_signed() != Some(false) => Possible,
            S::FetchFailed | S::CorsBlocked if is_preflight_refused(case) => {
                if case.context.options_pass == Some(true) { return None } else { Telling }
            }
            S::FetchFailed | S::CorsBlocked if passes == Some(true) => return None,
            S::FetchFailed | S::CorsBlocked => Possible,
            _ => return None,
        };
    Some(
        Finding::new(CauseId::PreflightRequiresAuth, strength)
            .paste(Advice::OpenOptions, paste::options_method())
            .advise(Advice::ClearCorsCache)
            .paste(Advice::ConfigureCors, paste::cors_headers(case, None)),
    )
}

pub(super) fn cors_hidden(case: &Case<'_>) -> Option<Finding> {
    let answers = case.context.server_answers;
    let strength = match case.symptom {
        S::FetchFailed if answers == Some(false) => return None,
        S::FetchFailed | S::CorsBlocked if is_preflight_refused(case) => Possible,
        S::FetchFailed | S::CorsBlocked if answers == Some(true) => Telling,
        S::FetchFailed | S::CorsBlocked => Likely,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::CorsHidden, strength)
            .note_if(answers == Some(true), Note::AnswersWithoutCors)
            .advise(Advice::ReadNetworkPanel)
            .with_cors(case),
    )
}

impl Finding {
    /// What makes answers readable to pages, where the API's own refusals, its backend and its service differ in it.
    fn with_cors(self, case: &Case<'_>) -> Self {
        if case.is_s3() {
            return self.paste(Advice::ConfigureCors, paste::cors_headers(case, None));
        }
        // The preflight passes and refusals can be read, so it is the backend's answer that cannot.
        if case.context.preflight_passes == Some(true) && case.context.refusals_readable == Some(true) {
            return self.paste(Advice::AnswerWithCors, paste::code(paste::ANSWER_WITH_CORS));
        }
        self.paste(Advice::ExposeRefusals, paste::gateway_responses())
            .paste(Advice::ConfigureCors, paste::cors_headers(case, None))
    }
}

pub(super) fn no_server(case: &Case<'_>) -> Option<Finding> {
    let strength = match (case.symptom, case.context.server_answers) {
        (S::FetchFailed, Some(false)) => Proven,
        (S::Unreachable, _) => Proven,
        (S::FetchFailed, None) => Possible,
        (S::SocketRefused, None) if !case.answer.says("403") => Remote,
        _ => return None,
    };
    Some(Finding::new(CauseId::NoServer, strength).advise(Advice::CheckConnection))
}
