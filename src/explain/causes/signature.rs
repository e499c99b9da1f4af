//! A signature that does not match: which bytes differ.

use crate::explain::case::Case;
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::signature::{
    Change, Difference, EMPTY_BODY, EMPTY_OBJECT, Part, first_unencoded, has_encoded_percent, is_plain,
};
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

pub(super) fn signature_signed_header_missing(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::SignedHeaderMissing])
        .then(|| Finding::new(CauseId::SignatureSignedHeaderMissing, Proven).advise(Advice::SendSignedHeaders))
}

pub(super) fn signature_host_not_signed(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::HostNotSigned]).then(|| Finding::new(CauseId::SignatureHostNotSigned, Proven).advise(Advice::SignHost))
}

/// The signature is the caller's, and does not match. CloudFront's own is another matter.
fn is_mismatch(case: &Case<'_>) -> bool {
    case.is(&[S::SignatureMismatch, S::SignatureRefused]) && !is_cloudfronts(case)
}

fn is_cloudfronts(case: &Case<'_>) -> bool {
    case.context.signed_by_client == Some(false) || case.was_signed() == Some(false)
}

/// The difference in that part, if there is one.
fn differs_in<'c>(case: &'c Case<'_>, is_part: impl Fn(&Part) -> bool) -> Option<&'c Difference> {
    case.differences.iter().find(|difference| is_part(&difference.part))
}

/// A difference proves the cause, unless other parts differ too: then something rewrites the request.
fn proof(case: &Case<'_>) -> Strength {
    if case.differences.len() > 1 { Telling } else { Proven }
}

fn explained(found: Finding, case: &Case<'_>, difference: &Difference) -> Finding {
    let is_first = case.differences.first().is_some_and(|first| first.part == difference.part);
    let note = match difference.change {
        Change::PlusForSpace => Note::PlusForSpace,
        Change::DoubleEncoding => Note::DoubleEncoding,
        Change::NotEncoded => Note::NotEncoded,
        Change::Order => Note::OtherOrder,
        Change::CharsetAdded => Note::CharsetAdded,
        Change::Boundary => Note::Boundary,
        Change::EmptyBodyHash => Note::EmptyBodyHashed,
        Change::BodyLost => Note::BodyLost,
        Change::Missing | Change::Other => return found.note_if(is_first, Note::FirstDifference),
    };
    found.note(note).note_if(is_first, Note::FirstDifference)
}

/// As long as no part is known to differ, any may.
fn may_differ(case: &Case<'_>) -> bool {
    is_mismatch(case) && case.differences.is_empty() && !case.canonical_requests_agree()
}

pub(super) fn signature_query(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let new = |strength| {
        let lines = "url.search = url.search\n  .replaceAll(\"+\", \"%20\")\n  .replace(/[!'()*]/g, (c) => \"%\" + c.charCodeAt(0).toString(16).toUpperCase());";
        Finding::new(CauseId::SignatureQuery, strength).paste(Advice::EncodeQuery, paste::code(lines))
    };
    if let Some(difference) = differs_in(case, |part| *part == Part::Query) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let signed = case.context.signed_canonical_query.as_deref();
    let aws = case.aws_canonical().and_then(|canonical| canonical.query.map(ToOwned::to_owned));
    if let (Some(signed), Some(aws)) = (signed, aws.as_deref())
        && signed != aws
    {
        return Some(new(Proven).note(Note::NotEncoded));
    }
    if signed.is_some_and(|query| first_unencoded(query).is_some()) {
        return Some(new(Telling).note(Note::NotEncoded));
    }
    if [signed, aws.as_deref()].into_iter().flatten().any(has_encoded_percent) {
        return Some(new(Telling).note(Note::DoubleEncoding));
    }
    let query = case.query().filter(|query| !query.is_empty());
    match query {
        Some(query) if query.contains('+') => Some(new(Telling).note(Note::PlusForSpace)),
        Some(query) if first_unencoded(query).is_some() => Some(new(Telling).note(Note::NotEncoded)),
        Some(query) if has_encoded_percent(query) => Some(new(Telling).note(Note::DoubleEncoding)),
        Some(_) => Some(new(Likely)),
        // A URL without a query has none that could be wrong.
        None if case.context.url.is_some() || aws.as_deref() == Some("") => None,
        None => Some(new(Possible)),
    }
}

pub(super) fn signature_body(case: &Case<'_>) -> Option<Finding> {
    let new = |strength| {
        let lines = "const body = JSON.stringify(data);\nawait aws.signedFetch(url, { method: \"POST\", body });";
        Finding::new(CauseId::SignatureBody, strength).paste(Advice::SignSentBytes, paste::code(lines))
    };
    if case.is(&[S::BodyHashMismatch]) {
        return Some(new(Proven));
    }
    if !is_mismatch(case) {
        return None;
    }
    if let Some(difference) = differs_in(case, |part| *part == Part::Payload) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let context = case.context;
    let signed = context.signed_body_hash.as_deref().or(context.signed_payload_hash.as_deref());
    let aws = case.aws_canonical();
    let arrived = aws.as_ref().and_then(|canonical| canonical.payload);
    let stated = aws.as_ref().and_then(|canonical| canonical.header("x-amz-content-sha256"));
    // Of a body, has_body() knows by the method only that there is hardly one.
    let was_sent = context.body_sent.or(context.has_body);
    match (signed, arrived) {
        (Some(signed), Some(arrived)) if signed != arrived => {
            let found = new(Proven).note_if(signed == EMPTY_BODY, Note::EmptyBodyHashed);
            return Some(
                found
                    .note_if(signed == EMPTY_OBJECT, Note::EmptyObjectHashed)
                    .note_if(arrived == EMPTY_BODY, Note::BodyLost),
            );
        }
        (Some(EMPTY_BODY), _) if was_sent == Some(true) => return Some(new(Proven).note(Note::EmptyBodyHashed)),
        (Some(signed), None) if signed != EMPTY_BODY && case.has_body() == Some(false) => {
            return Some(new(Telling).note(Note::BodyLost));
        }
        _ => {}
    }
    // What the caller stated in its header and what AWS got stand in one and the same canonical request.
    if let (Some(stated), Some(arrived)) = (stated, arrived)
        && stated != arrived
        && stated.len() == 64
    {
        return Some(
            new(Proven)
                .note_if(stated == EMPTY_BODY, Note::EmptyBodyHashed)
                .note_if(arrived == EMPTY_BODY, Note::BodyLost),
        );
    }
    match case.has_body() {
        Some(true) => Some(new(Likely)),
        None => Some(new(Possible)),
        Some(false) if arrived.is_some_and(|arrived| arrived != EMPTY_BODY) => Some(new(Likely)),
        Some(false) => None,
    }
}

pub(super) fn signature_canonical_path(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::SignatureMismatch, S::SignatureRefused]) {
        return None;
    }
    let new = |strength| Finding::new(CauseId::SignatureCanonicalPath, strength).advise(Advice::SignSentPath);
    let path = case.path().unwrap_or_default();
    let has_special = path.contains("//") || path.chars().any(|c| !is_plain(c) && c != '/');
    if is_cloudfronts(case) {
        return has_special.then(|| new(Possible));
    }
    if let Some(difference) = differs_in(case, |part| *part == Part::Path) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let context = case.context;
    let aws = case.aws_canonical().and_then(|canonical| canonical.path.map(ToOwned::to_owned));
    if let (Some(signed), Some(aws)) = (context.signed_canonical_path.as_deref(), aws.as_deref())
        && signed != aws
    {
        return Some(new(Proven));
    }
    let signed = context.signed_path.as_deref().or(context.signed_canonical_path.as_deref());
    let strength = match signed {
        Some(signed) if signed.contains("://") || signed.contains("https:/") => {
            return Some(new(Proven).note(Note::PathIsUrl));
        }
        Some(signed) if aws.as_deref().is_some_and(|aws| aws != signed) => Likely,
        Some(signed)
            if !path.is_empty() && signed != path && signed.replace('%', "").len() != path.replace('%', "").len() =>
        {
            Telling
        }
        _ if has_special => Likely,
        _ => Possible,
    };
    Some(new(strength))
}

pub(super) fn signature_content_type(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let new = |strength| {
        let aws = case.aws_canonical();
        let arrived = aws.as_ref().and_then(|canonical| canonical.header("content-type")).unwrap_or("application/json");
        let line = format!("headers: {{ \"content-type\": {} }}", paste::quoted(arrived));
        Finding::new(CauseId::SignatureContentType, strength).paste(Advice::SignSentContentType, paste::code(line))
    };
    if let Some(difference) = differs_in(case, |part| *part == Part::Header("content-type".to_owned())) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let aws = case.aws_canonical();
    let arrived = aws.as_ref().and_then(|canonical| canonical.header("content-type"));
    let sent = case.context.content_type_sent.as_deref();
    let is_form = |content_type: &str| content_type.to_ascii_lowercase().starts_with("multipart/form-data");
    match (sent, arrived) {
        (Some(sent), Some(arrived)) if sent != arrived => Some(new(Proven)),
        (Some(sent), _) | (_, Some(sent)) if is_form(sent) => Some(new(Telling).note(Note::Boundary)),
        (Some(_), _) if case.signs_header("content-type") == Some(false) => Some(new(Telling)),
        (Some(_), _) => Some(new(Likely)),
        (None, Some(arrived)) if arrived.to_ascii_lowercase().contains("charset=") => {
            Some(new(Likely).note(Note::CharsetAdded))
        }
        (None, Some(_)) => Some(new(Possible)),
        (None, None) if case.has_body() == Some(false) || aws.is_some_and(|aws| aws.payload.is_some()) => None,
        (None, None) => Some(new(Possible)),
    }
}

pub(super) fn signature_host(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let new =
        |strength| Finding::new(CauseId::SignatureHost, strength).paste(Advice::SignForOrigin, paste::signed_as(case));
    if let Some(difference) = differs_in(case, |part| *part == Part::Header("host".to_owned())) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let called = case.host();
    let aws = case.aws_canonical();
    let arrived = aws.as_ref().and_then(|canonical| canonical.header("host"));
    match (called.as_deref(), arrived) {
        (Some(called), Some(arrived)) if !arrived.to_ascii_lowercase().starts_with(called) => Some(new(Telling)),
        (Some(_), Some(_)) => None,
        (Some(called), None) if called.ends_with(".cloudfront.net") => Some(new(Telling)),
        (Some(_), None) => match case.is_aws_host() {
            Some(true) => None,
            _ => Some(new(Likely)),
        },
        (None, Some(_)) => None,
        (None, None) => Some(new(Remote)),
    }
}

pub(super) fn signature_method(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let new = |strength| Finding::new(CauseId::SignatureMethod, strength).advise(Advice::UseSignedMethod);
    if let Some(difference) = differs_in(case, |part| *part == Part::Method) {
        return Some(explained(new(proof(case)), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let aws = case.aws_canonical();
    let arrived = aws.as_ref().and_then(|canonical| canonical.method).map(ToOwned::to_owned);
    // The string to sign of signature version 2 begins with the method.
    let of_version_2 = || {
        let text = case.answer.element("StringToSign")?;
        let first = text.lines().next()?.to_owned();
        ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS"].contains(&first.as_str()).then_some(first)
    };
    let arrived = arrived.or_else(of_version_2).or_else(|| case.method());
    let presigned = case.context.presigned_method.as_ref().map(|method| method.to_ascii_uppercase());
    let signed = presigned.or_else(|| case.method());
    let (arrived, signed) = arrived.zip(signed)?;
    (arrived != signed).then(|| new(Telling))
}

/// Headers that proxies, load balancers and VPC endpoints write.
const OF_PROXIES: [&str; 8] = [
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-host",
    "forwarded",
    "via",
    "x-real-ip",
    "x-amzn-trace-id",
];

pub(super) fn signature_extra_header_by_proxy(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let new = |strength| Finding::new(CauseId::SignatureExtraHeaderByProxy, strength).advise(Advice::SignFewerHeaders);
    let other = |part: &Part| {
        matches!(part, Part::Header(name) if name != "host" && name != "content-type") || *part == Part::SignedHeaders
    };
    if let Some(difference) = differs_in(case, other) {
        let is_of_proxies = matches!(&difference.part, Part::Header(name) if OF_PROXIES.contains(&name.as_str()));
        return Some(explained(new(if is_of_proxies { proof(case) } else { Telling }), case, difference));
    }
    if !may_differ(case) {
        return None;
    }
    let signs_any = OF_PROXIES.iter().any(|name| case.signs_header(name) == Some(true));
    let aws_has_any = case.aws_canonical().is_some_and(|aws| OF_PROXIES.iter().any(|name| aws.header(name).is_some()));
    if signs_any || aws_has_any {
        return Some(new(Telling));
    }
    case.host().is_some_and(|host| host.contains("vpce")).then(|| new(Likely))
}

pub(super) fn signature_by_cloudfront_oac(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::SignatureMismatch]) {
        return None;
    }
    let strength = if is_cloudfronts(case) {
        Telling
    } else if case.is_aws_host() == Some(false) && case.is_service(&["lambda", "s3"]) {
        Likely
    } else if case.was_signed().is_none() && (case.is_aws_host() == Some(false) || case.is_service(&["lambda"])) {
        Possible
    } else if case.was_signed().is_none() && case.service().is_none() {
        Remote
    } else {
        return None;
    };
    let header = "x-amz-content-sha256: SHA256_OF_THE_BODY_IN_HEX";
    Some(Finding::new(CauseId::SignatureByCloudfrontOac, strength).paste(Advice::SendBodyHash, paste::header(header)))
}

pub(super) fn wrong_secret_key(case: &Case<'_>) -> Option<Finding> {
    if !is_mismatch(case) {
        return None;
    }
    let agree = case.canonical_requests_agree();
    if !agree && !may_differ(case) {
        return None;
    }
    Some(
        Finding::new(CauseId::WrongSecretKey, if agree { Telling } else { Remote })
            .note_if(agree, Note::RequestsAgree)
            .advise(Advice::UseOneSet),
    )
}
