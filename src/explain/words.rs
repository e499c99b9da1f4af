//! The facts of a case in words, and its evidence as it may be shown.

use super::case::Case;
use super::catalog::{Fact, Label, Lang, Text, capitalized, fill};
use super::causes::{expected_region, other_action, refused_header};
use super::explanation::EvidenceItem;
use super::paste;
use super::redact::{shown, shown_line};
use super::signature::{Difference, Part};
use super::symptom::Symptom as S;
use crate::time::{Millis, amz_date};

/// Bytes of a fact inside a sentence; an ARN has at most 2,048, but then nobody reads the sentence.
const FACT_LIMIT: usize = 300;
/// Bytes of a piece of evidence.
const EVIDENCE_LIMIT: usize = 500;
/// Bytes of the raw body.
const BODY_LIMIT: usize = 2000;

/// A text with the facts of the case in it.
pub(super) fn sentence(case: &Case<'_>, text: Text, lang: Lang) -> String {
    let filled = fill(text.of(lang), |fact| {
        fact.words(value(case, fact, lang).map(|value| shown_line(value.trim(), FACT_LIMIT)), lang)
    });
    match lang {
        Lang::En => capitalized(filled),
        // Names stand apart from Japanese, but not from its punctuation or the beginning.
        Lang::Ja => filled.trim_start().replace("  ", " ").replace("、 ", "、").replace("( ", "(").replace(" )", ")"),
    }
}

/// What is known of a fact.
fn value(case: &Case<'_>, fact: Fact, lang: Lang) -> Option<String> {
    let context = case.context;
    let value = match fact {
        Fact::Action => Some(paste::action(case)).filter(|action| !action.contains("ACTION")),
        Fact::Amr => paste::amr(case).map(ToOwned::to_owned),
        Fact::Bucket => paste::bucket(case),
        Fact::Difference => case.differences.first().map(|first| difference(first, lang)),
        Fact::ExpectedRole => case.expected_role().map(ToOwned::to_owned),
        Fact::ExpectedRegion => expected_region(case),
        Fact::Field => field(case),
        Fact::Header => header(case),
        Fact::Host => case.host(),
        Fact::Identity => {
            context.identity_id.clone().or_else(|| case.answer.between("identity '", "'").map(ToOwned::to_owned))
        }
        Fact::Issuer => case.issuer().map(ToOwned::to_owned),
        Fact::Key => context.logins_key.clone(),
        Fact::OtherAction => other_action(&paste::action(case)).map(ToOwned::to_owned),
        Fact::Path => case.path(),
        Fact::Pool => context
            .identity_pool_id
            .clone()
            .or_else(|| case.answer.between("identitypool '", "'").map(ToOwned::to_owned)),
        Fact::Region => case.region().map(ToOwned::to_owned),
        Fact::Resource => Some(paste::resource(case)).filter(|resource| resource != "*" && !resource.contains("YOUR_")),
        Fact::Role => case.role(),
        Fact::Route => route(case),
        Fact::Service => case.denial.as_ref().map(|denial| denial.service()).or(case.service()).map(ToOwned::to_owned),
        Fact::SignedRegion => case
            .answer
            .between("valid region, not '", "'")
            .map(ToOwned::to_owned)
            .or_else(|| case.signed_region().map(ToOwned::to_owned)),
        Fact::Skew => skew(case, lang),
    };
    value.filter(|value| !value.trim().is_empty())
}

fn field(case: &Case<'_>) -> Option<String> {
    case.is(&[S::FieldDenied]).then(|| {
        let (field, rest) = case.answer.message.split_once("ccess ")?.1.split_once(" on type ")?;
        let kind = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        Some(format!("{kind}.{field}"))
    })?
}

fn header(case: &Case<'_>) -> Option<String> {
    let named = match case.symptom {
        S::SignedHeaderMissing => {
            let (before, _) = case.answer.message.split_once("' is named as a SignedHeader")?;
            before.rsplit('\'').next().map(ToOwned::to_owned)
        }
        S::HeadersNotSigned => case.answer.element("HeadersNotSigned"),
        S::PreflightHeaderRefused => refused_header(case),
        _ => None,
    };
    named.or_else(|| {
        match &case.differences.iter().find(|difference| matches!(difference.part, Part::Header(_)))?.part {
            Part::Header(name) => Some(name.clone()),
            _ => None,
        }
    })
}

fn route(case: &Case<'_>) -> Option<String> {
    let path = case.path().filter(|path| !path.is_empty());
    match (case.method(), path) {
        (Some(method), Some(path)) => Some(format!("{method} {path}")),
        (None, path) => path,
        (Some(_), None) => None,
    }
}

/// How far the signature's time is from the server's.
fn skew(case: &Case<'_>, lang: Lang) -> Option<String> {
    let stated = case.moments.map(|moments| moments.behind());
    let millis = stated.or(case.context.clock_offset_ms.map(|offset| offset as Millis))?.unsigned_abs();
    let minutes = millis / 60_000;
    let (count, en, ja) = match minutes {
        0..=119 => (minutes, "minutes", " 分"),
        120..=2879 => (minutes / 60, "hours", " 時間"),
        _ => (minutes / 1440, "days", " 日"),
    };
    Some(match lang {
        Lang::En => format!("{count} {en}"),
        Lang::Ja => format!("{count}{ja}"),
    })
}

/// A difference between the canonical requests: where, and both sides from shortly before it.
fn difference(difference: &Difference, lang: Lang) -> String {
    let (en, ja) = match &difference.part {
        Part::Method => ("method", "メソッド"),
        Part::Path => ("path", "パス"),
        Part::Query => ("query", "クエリ"),
        Part::Header(name) => (name.as_str(), name.as_str()),
        Part::SignedHeaders => ("SignedHeaders", "SignedHeaders"),
        Part::Payload => ("body hash", "本文のハッシュ"),
    };
    let side = |text: &str| {
        let from = difference.at.saturating_sub(20);
        let labelled: String = match &difference.part {
            Part::Header(name) => format!("{name}: {text}"),
            _ => text.to_owned(),
        };
        // A header that holds a secret is recognised by its name, which is taken off again.
        let safe = shown_line(&labelled, 4000);
        let safe = match &difference.part {
            Part::Header(name) => safe.strip_prefix(&format!("{name}: ")).unwrap_or(&safe).to_owned(),
            _ => safe,
        };
        let near: String = safe.chars().skip(from).take(60).collect();
        if from > 0 { format!("…{near}") } else { near }
    };
    let (ours, theirs, at) = (side(&difference.ours), side(&difference.theirs), difference.at);
    match lang {
        Lang::En => format!("{en}, character {at}: signed \"{ours}\", AWS has \"{theirs}\""),
        Lang::Ja => format!("{ja}の {at} 文字目: 署名側 \"{ours}\"、AWS 側 \"{theirs}\""),
    }
}

/// The evidence that the causes were read from.
pub(super) fn evidence_items(case: &Case<'_>, lang: Lang) -> Vec<EvidenceItem> {
    let context = case.context;
    let answer = case.answer;
    let denial = case.denial.as_ref();
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    let thrown = &case.evidence.error;
    let seconds = |millis: f64| ((millis / 1000.0).round() as i64).to_string();
    let request_id = ["x-amzn-requestid", "x-amz-request-id", "apigw-requestid", "x-amzn-request-id"];
    let items = [
        (Label::Status, answer.status.map(|status| status.to_string())),
        (Label::ErrorName, text(&answer.graphql_type).or_else(|| text(&answer.code))),
        (Label::Message, text(&answer.message)),
        (Label::Thrown, text(&[thrown.name.as_str(), &thrown.code, &thrown.message].join(" "))),
        (Label::PageSaw, context.script_saw.clone()),
        (Label::RequestId, request_id.iter().find_map(|name| case.evidence.headers.get(name)).map(ToOwned::to_owned)),
        (Label::Service, case.service().map(ToOwned::to_owned)),
        (Label::Host, case.host()),
        (Label::Route, route(case)),
        (Label::Region, case.region().map(ToOwned::to_owned)),
        (Label::Role, case.role()),
        (Label::IsGuest, case.is_guest().map(|is_guest| is_guest.to_string())),
        (Label::Action, denial.map(|denial| denial.action.to_owned())),
        (Label::Resource, denial.and_then(|denial| denial.resource).map(ToOwned::to_owned)),
        (Label::Policy, denial.and_then(|denial| denial.policy_arn).map(ToOwned::to_owned)),
        (Label::IdentityPool, context.identity_pool_id.clone()),
        (Label::IdentityId, context.identity_id.clone()),
        (Label::LoginsKey, context.logins_key.clone()),
        (Label::Issuer, context.token_iss.clone()),
        (Label::TokenUse, context.token_use.clone()),
        (Label::Groups, context.token_groups.as_ref().map(|groups| groups.join(", "))),
        (Label::SignedTime, case.moments.map(|moments| amz_date(moments.signed))),
        (Label::ServerTime, case.moments.map(|moments| amz_date(moments.server))),
        (Label::ClockOffset, context.clock_offset_ms.map(seconds)),
        (Label::CredentialsAge, context.credentials_age_ms.map(|age| ((age / 60_000.0).round() as i64).to_string())),
        (Label::Scope, context.signed_scope.clone()),
        (Label::SignedHeaders, context.signed_headers.clone()),
        (Label::Difference, case.differences.first().map(|first| difference(first, lang))),
    ];
    let named = items.into_iter().filter_map(|(label, value)| Some((label, shown(value?.trim(), EVIDENCE_LIMIT))));
    // The body once more as it came, unless the message is all of it.
    let body = (answer.body != answer.raw_message).then(|| shown(answer.body, BODY_LIMIT));
    named
        .chain(body.map(|body| (Label::Body, body)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| EvidenceItem { what: label.text().of(lang).to_owned(), value })
        .collect()
}
