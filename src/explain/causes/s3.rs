//! S3 and OpenSearch Serverless, whose refusals say little or something else than is the case.

use crate::explain::case::{Case, is_guid};
use crate::explain::catalog::{Advice, CauseId};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Remote, Telling};

pub(super) fn signature_header_not_signed(case: &Case<'_>) -> Option<Finding> {
    case.is(&[S::HeadersNotSigned])
        .then(|| Finding::new(CauseId::SignatureHeaderNotSigned, Proven).advise(Advice::SignEveryHeader))
}

pub(super) fn presigned_expired(case: &Case<'_>) -> Option<Finding> {
    let line = "const url = await aws.presign(address, { expiresSeconds: 900 });";
    case.is(&[S::UrlExpired])
        .then(|| Finding::new(CauseId::PresignedExpired, Proven).paste(Advice::PresignAgain, paste::code(line)))
}

pub(super) fn kms(case: &Case<'_>) -> Option<Finding> {
    let is_key_refused = case.denial.as_ref().is_some_and(|denial| denial.service() == "kms");
    let strength = match case.symptom {
        // The caller did not call KMS itself: a service did, for the caller.
        S::Denied if is_key_refused && !case.context.signs_for(&["kms"]) => Telling,
        S::S3AccessDenied if case.answer.says("kms") => Telling,
        S::S3AccessDenied if !paste::is_s3_listing(case) && case.method().as_deref() != Some("DELETE") => Possible,
        S::AccessDenied if case.answer.says("kms") => Likely,
        _ => return None,
    };
    Some(
        Finding::new(CauseId::Kms, strength).paste(Advice::AllowKms, paste::kms(case)).advise(Advice::AllowInKeyPolicy),
    )
}

pub(super) fn user_sub_instead_of_identity_id(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::S3AccessDenied, S::Denied]) {
        return None;
    }
    let places = [
        case.context.object_key.as_deref(),
        case.context.partition_key_sent.as_deref(),
        case.denial.as_ref().and_then(|denial| denial.resource),
    ];
    let path = case.path();
    let mut places = places.into_iter().flatten().chain(path.as_deref());
    let identity = case.context.identity_id.as_deref();
    let has_own_id = |place: &str| {
        identity.is_some_and(|identity| place.contains(identity) || place.contains(&identity.replace(':', "%3A")))
    };
    let strength = match case.context.token_sub.as_deref().filter(|sub| is_guid(sub)) {
        Some(sub) if places.any(|place| place.contains(sub) && !has_own_id(place)) => Telling,
        Some(_) => return None,
        // The GUID of an identity id has its region in front.
        None if places.any(|place| !has_own_id(place) && place.split(['/', '#']).any(is_guid)) => {
            if identity.is_some() { Likely } else { Possible }
        }
        None => return None,
    };
    Some(Finding::new(CauseId::UserSubInsteadOfIdentityId, strength).paste(Advice::UseIdentityId, paste::own_key(case)))
}

pub(super) fn s3_acl_header(case: &Case<'_>) -> Option<Finding> {
    let strength = match case.symptom {
        S::S3AccessDenied if case.sent_header("x-amz-acl") == Some(true) => Telling,
        S::Denied if paste::action(case) == "s3:PutObjectAcl" => Telling,
        S::S3AccessDenied if case.context.headers_sent.is_none() && paste::action(case) == "s3:PutObject" => Remote,
        _ => return None,
    };
    let resource = paste::resource(case);
    Some(
        Finding::new(CauseId::S3AclHeader, strength)
            .paste(Advice::AllowAcl, paste::statement(&["s3:PutObject", "s3:PutObjectAcl"], &[resource])),
    )
}

pub(super) fn s3_missing_object(case: &Case<'_>) -> Option<Finding> {
    let reads = case.method().is_some_and(|method| method == "GET" || method == "HEAD") && !paste::is_s3_listing(case);
    let strength = match case.symptom {
        S::S3AccessDenied if reads => Possible,
        // Asked for an object, S3 names the listing that it would have needed to say that there is none.
        S::Denied if case.denial.as_ref()?.action == "s3:ListBucket" && reads && case.context.object_key.is_some() => {
            Likely
        }
        _ => return None,
    };
    Some(
        Finding::new(CauseId::S3MissingObject, strength)
            .paste(Advice::CheckObjectKey, paste::statement(&["s3:ListBucket"], &[paste::bucket_arn(case)])),
    )
}

/// OpenSearch Serverless refuses before it looks at policies.
fn is_aoss_refusal(case: &Case<'_>) -> bool {
    case.is(&[S::AossForbidden]) || (case.is(&[S::Forbidden, S::EmptyForbidden]) && case.is_service(&["aoss"]))
}

fn aoss(id: CauseId, strength: Strength) -> Finding {
    let header = "x-amz-content-sha256: SHA256_OF_THE_BODY_IN_HEX";
    Finding::new(id, strength).paste(Advice::AossHeaders, paste::header(header))
}

pub(super) fn aoss_signing_rules(case: &Case<'_>) -> Option<Finding> {
    if !is_aoss_refusal(case) {
        return None;
    }
    match case.signs_header("content-length") {
        Some(true) => Some(aoss(CauseId::AossSigningRules, Telling)),
        Some(false) => None,
        None => Some(aoss(CauseId::AossSigningRules, Possible)),
    }
}

pub(super) fn aoss_content_sha256(case: &Case<'_>) -> Option<Finding> {
    if !is_aoss_refusal(case) {
        return None;
    }
    let sent = case.context.x_amz_content_sha256_sent.or_else(|| case.sent_header("x-amz-content-sha256"));
    match (sent, case.signs_header("x-amz-content-sha256")) {
        (Some(false), _) | (_, Some(false)) => {
            // Whatever else is missing, what must not be signed decides first.
            let strength = if case.signs_header("content-length") == Some(true) { Likely } else { Telling };
            Some(aoss(CauseId::AossContentSha256, strength))
        }
        (Some(true), _) => None,
        (None, _)
            if case
                .evidence
                .headers
                .get("x-aoss-response-hint")
                .is_some_and(|hint| hint.contains("gw-helper-deny")) =>
        {
            Some(aoss(CauseId::AossContentSha256, Likely))
        }
        (None, _) => Some(aoss(CauseId::AossContentSha256, Possible)),
    }
}

pub(super) fn aoss_data_access_policy(case: &Case<'_>) -> Option<Finding> {
    let strength = if is_aoss_refusal(case) {
        Likely
    } else if case.is(&[S::Denied]) && case.denial.as_ref()?.service() == "aoss" {
        Possible
    } else {
        return None;
    };
    Some(
        Finding::new(CauseId::AossDataAccessPolicy, strength)
            .paste(Advice::AossDataAccess, paste::aoss_data_access(case))
            .paste(Advice::AddStatement, paste::missing_statement(case)),
    )
}
