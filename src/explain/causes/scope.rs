//! The credential scope: region and service that a request is signed for.

use crate::endpoint::is_region;
use crate::explain::case::{Case, is_pool_id};
use crate::explain::catalog::{Advice, CauseId, Note};
use crate::explain::finding::{Finding, Strength};
use crate::explain::paste;
use crate::explain::symptom::Symptom as S;

use Strength::{Likely, Possible, Proven, Telling};

/// The message says which region it did not like.
fn names_region(case: &Case<'_>) -> bool {
    case.answer.says("valid region, not '") || case.answer.says("valid region, not ")
}

pub(super) fn wrong_region(case: &Case<'_>) -> Option<Finding> {
    let new = |strength| Finding::new(CauseId::WrongRegion, strength);
    match case.symptom {
        S::ScopeWrong if names_region(case) => Some(
            new(Proven)
                .note_if(case.answer.says("correct service"), Note::ScopeServiceToo)
                .paste(region_advice(case), paste::endpoint(case, wanted_service(case).as_deref(), None)),
        ),
        S::ScopeWrong if case.answer.says("valid region") => {
            let differs = case.signed_region().zip(case.region()).is_some_and(|(signed, region)| signed != region);
            let strength = if differs { Telling } else { Possible };
            Some(new(strength).paste(region_advice(case), paste::endpoint(case, None, None)))
        }
        S::SignatureRefused => {
            let differs = case.signed_region().zip(case.region()).is_some_and(|(signed, region)| signed != region);
            differs.then(|| new(Telling).paste(region_advice(case), paste::endpoint(case, None, None)))
        }
        // S3 names the region that it expects. Where the host is right, the signature is what is wrong.
        S::BucketElsewhere if signs_wrongly_for_right_host(case) => Some(
            new(Telling).paste(Advice::SignForRegion, paste::endpoint(case, None, expected_region(case).as_deref())),
        ),
        // It is the same with a bucket of which nothing is known.
        S::BucketElsewhere if names_bucket_region_only(case) => Some(
            new(Likely).paste(Advice::SignForRegion, paste::endpoint(case, None, expected_region(case).as_deref())),
        ),
        S::PoolNotFound | S::IdentityNotFound => {
            let region = id_region(case);
            let strength = match (&region, case.region()) {
                (Some(of_id), Some(asked)) if of_id != asked => Proven,
                (Some(_), Some(_)) => Possible,
                (Some(_), None) => Likely,
                (None, _) => return None,
            };
            Some(new(strength).paste(Advice::UseRightPool, paste::client_with_pool(case)))
        }
        _ => None,
    }
}

/// A host that is not AWS's own does not say its region.
fn region_advice(case: &Case<'_>) -> Advice {
    if case.is_aws_host() == Some(false) { Advice::DeclareEndpoint } else { Advice::SignForRegion }
}

/// The region that a pool's or identity's id begins with.
pub(super) fn id_region(case: &Case<'_>) -> Option<String> {
    let id = super::cognito::id_not_found(case)?;
    is_pool_id(&id).then(|| id.split(':').next().unwrap_or_default().to_owned())
}

fn wanted_service(case: &Case<'_>) -> Option<String> {
    case.answer.between("correct service: '", "'").map(ToOwned::to_owned)
}

pub(super) fn wrong_service(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::ScopeWrong]) || names_region(case) || !case.answer.says("correct service") {
        return None;
    }
    Some(
        Finding::new(CauseId::WrongService, Proven)
            .paste(Advice::SignForService, paste::endpoint(case, wanted_service(case).as_deref(), None)),
    )
}

pub(super) fn sigv4a_required(case: &Case<'_>) -> Option<Finding> {
    if !case.is(&[S::ScopeWrong]) || names_region(case) || !case.answer.says("valid region") {
        return None;
    }
    Some(Finding::new(CauseId::Sigv4aRequired, Likely).advise(Advice::SignWithV4a))
}

/// The region that S3 says the bucket is in.
pub(in crate::explain) fn expected_region(case: &Case<'_>) -> Option<String> {
    let header = case.evidence.headers.get("x-amz-bucket-region").map(ToOwned::to_owned);
    let named = || case.answer.between("expecting '", "'").map(ToOwned::to_owned);
    let element = || case.answer.element("Region");
    // `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3-us-west-2.amazonaws.com`.
    let of_host = || {
        let host = case.answer.element("Endpoint").or_else(|| {
            let place = case.answer.between("redirected to 'https://", "'")?;
            Some(place.split('/').next()?.to_owned())
        })?;
        let label = host.split('.').find(|label| is_region(label.trim_start_matches("s3-")))?;
        Some(label.trim_start_matches("s3-").to_owned())
    };
    header.or_else(named).or_else(element).or_else(of_host).filter(|region| is_region(region))
}

fn signs_wrongly_for_right_host(case: &Case<'_>) -> bool {
    let signed_no_region = case.answer.between("the region '", "'").is_some_and(|region| !is_region(region));
    let host_is_right = case
        .host()
        .is_some_and(|host| expected_region(case).is_some_and(|region| host.split('.').any(|label| label == region)));
    signed_no_region || host_is_right
}

/// S3 says which region it expects, and neither host nor answer says which bucket it is about.
fn names_bucket_region_only(case: &Case<'_>) -> bool {
    case.answer.between("the region '", "'").is_some() && paste::bucket(case).is_none()
}

pub(super) fn bucket_region(case: &Case<'_>) -> Option<Finding> {
    let is_known = expected_region(case).is_some();
    let strength = match case.symptom {
        S::BucketElsewhere if signs_wrongly_for_right_host(case) => Likely,
        S::BucketElsewhere if names_bucket_region_only(case) => Telling,
        S::BucketElsewhere if is_known => Proven,
        S::BucketElsewhere if case.is_s3() => Telling,
        S::PreflightRedirected if is_known => Proven,
        S::PreflightRedirected if case.is_s3() => Telling,
        S::PreflightRedirected | S::BucketElsewhere => Possible,
        // Redirects of S3 have no CORS headers.
        S::FetchFailed | S::CorsBlocked if case.is_s3() && case.context.preflight_passes.is_none() => Possible,
        _ => return None,
    };
    let region = expected_region(case).unwrap_or_else(|| "YOUR_REGION".to_owned());
    let bucket = paste::bucket(case).unwrap_or_else(|| "YOUR_BUCKET".to_owned());
    let url = format!("https://{bucket}.s3.{region}.amazonaws.com/");
    Some(Finding::new(CauseId::BucketRegion, strength).paste(Advice::RegionalHost, paste::code(paste::quoted(&url))))
}
