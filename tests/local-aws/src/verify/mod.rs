//! The one place where signatures are judged.
//!
//! The verdict is `aws_sigv4::http_request`'s: it signs the request that arrived, from its method, its target as it
//! went over the wire, the headers that the client says it signed and the body, with the secret that was issued for the
//! key. What comes out must be the signature that came in.

mod canonical;
mod claim;
mod recompute;

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::arrived::Arrived;
use crate::clock::{format_basic, parse_basic};
use crate::issued::{Caller, Issued};

pub(crate) use canonical::{canonical_request, string_to_sign};
pub(crate) use claim::{Claim, Placement};

/// The scope that a service accepts, and how far a client's clock may be off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    /// Five minutes at most services, fifteen at STS.
    pub(crate) window_minutes: u64,
}

/// Why a request is not taken as its sender's. Every service words these in its own way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No signature at all.
    Unsigned,
    /// An `Authorization` header of another kind, or with parts missing. The text says which.
    Incomplete(String),
    /// The key is not from here, or the session token is missing or not the key's.
    UnknownCredentials,
    /// The credentials ended.
    ExpiredCredentials,
    /// Scope, time, signed headers or the signature itself.
    Invalid(Invalid),
}

/// What is wrong with a signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) fault: Fault,
    /// In the words that all services but S3 share.
    pub(crate) text: String,
}

/// The part of a signature that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It was made for another region.
    Region,
    /// It was made for another service, or its scope is malformed.
    Scope,
    /// The client's clock and the server's differ by more than the window.
    Clock,
    /// A presigned request was sent after its end.
    PresignedExpired,
    /// This header was sent and must be signed.
    HeaderNotSigned(String),
    /// It is not the signature of what arrived.
    Mismatch,
}

impl Fault {
    fn told(self, text: impl Into<String>) -> Refusal {
        Refusal::Invalid(Invalid { fault: self, text: text.into() })
    }
}

/// Finds out who sent a request.
pub(crate) fn verify(request: &Arrived, scope: Scope<'_>, issued: &Issued, now: SystemTime) -> Result<Caller, Refusal> {
    let claim = Claim::read(request)?;
    let credentials = issued.find(&claim.access_key_id).ok_or(Refusal::UnknownCredentials)?;
    let token = claim.session_token.as_deref().unwrap_or_default();
    if verify_slices_are_equal(token.as_bytes(), credentials.session_token.as_bytes()).is_err() {
        return Err(Refusal::UnknownCredentials);
    }
    if now >= credentials.expires_at {
        return Err(Refusal::ExpiredCredentials);
    }
    check_scope(&claim, scope)?;
    let signed_at = check_time(&claim, scope, now)?;
    check_signed_headers(request, &claim, scope)?;

    let expected = recompute::signature(request, &claim, credentials, signed_at);
    let genuine = expected
        .is_some_and(|expected| verify_slices_are_equal(expected.as_bytes(), claim.signature.as_bytes()).is_ok());
    if genuine { Ok(credentials.caller.clone()) } else { Err(Fault::Mismatch.told(mismatch(request, &claim))) }
}

/// Whether a request carries an `Authorization` that is no signature. API Gateway complains about one even where it has
/// no such route.
pub(crate) fn is_malformed(request: &Arrived) -> Option<String> {
    match Claim::read(request) {
        Err(Refusal::Incomplete(text)) => Some(text),
        _ => None,
    }
}

fn check_scope(claim: &Claim, scope: Scope<'_>) -> Result<(), Refusal> {
    let day = claim.date_time.get(..8).unwrap_or_default();
    let mut text = String::new();
    if claim.region != scope.region {
        text += &format!("Credential should be scoped to a valid region, not '{}'. ", claim.region);
    }
    if claim.service != scope.service {
        text += &format!("Credential should be scoped to correct service: '{}'. ", scope.service);
    }
    if claim.terminator != "aws4_request" {
        text += &format!(
            "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'. ",
            claim.terminator
        );
    }
    if claim.date != day {
        text += &format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{}' != '{day}', from '{}'.",
            claim.date, claim.date_time
        );
    }
    if text.is_empty() {
        return Ok(());
    }
    let fault = if claim.region == scope.region { Fault::Scope } else { Fault::Region };
    Err(fault.told(text))
}

/// Checks when the request was signed, and says when that was. The texts name the server's time: a client can learn
/// its clock's error from them.
fn check_time(claim: &Claim, scope: Scope<'_>, now: SystemTime) -> Result<SystemTime, Refusal> {
    let stated = &claim.date_time;
    let signed_at = parse_basic(stated).ok_or_else(|| {
        Refusal::Incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{stated}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })?;
    let window = Duration::from_secs(scope.window_minutes * 60);
    let validity = match claim.placement {
        Placement::Headers => window,
        Placement::Query { expires } => expires,
    };
    let server = format_basic(now);
    if signed_at > now + window {
        let limit = format_basic(now + window);
        let minutes = scope.window_minutes;
        return Err(Fault::Clock.told(format!(
            "Signature not yet current: {stated} is still later than {limit} ({server} + {minutes} min.)"
        )));
    }
    if signed_at + validity < now {
        let fault = match claim.placement {
            Placement::Headers => Fault::Clock,
            Placement::Query { .. } => Fault::PresignedExpired,
        };
        let limit = format_basic(now - validity);
        let minutes = validity.as_secs().div_ceil(60);
        return Err(
            fault.told(format!("Signature expired: {stated} is now earlier than {limit} ({server} - {minutes} min.)"))
        );
    }
    Ok(signed_at)
}

/// A header that was not signed could have been changed on the way, so what steers a service must be signed.
fn check_signed_headers(request: &Arrived, claim: &Claim, scope: Scope<'_>) -> Result<(), Refusal> {
    if let Some(name) = claim.signed_headers.iter().find(|name| !request.headers.contains_key(name.as_str())) {
        return Err(Refusal::Incomplete(format!(
            "'{name}' is named as a SignedHeader, but it does not exist in the HTTP request."
        )));
    }
    let must_be_signed = |name: &str| {
        name == "host"
            || name.starts_with("x-amz-")
            || (name == "content-type" && claim.placement == Placement::Headers && scope.service != "s3")
    };
    let unsigned = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| must_be_signed(name))
        .find(|name| !claim.signed_headers.iter().any(|signed| signed == name));
    match unsigned {
        None => Ok(()),
        Some("host") => Err(Fault::HeaderNotSigned("host".to_owned())
            .told("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")),
        Some(name) => Err(Fault::HeaderNotSigned(name.to_owned())
            .told(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."))),
    }
}

/// AWS shows what it would have signed, so that the client can compare.
fn mismatch(request: &Arrived, claim: &Claim) -> String {
    let canonical = canonical_request(request, claim);
    let to_sign = string_to_sign(&canonical, claim);
    format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this \
         request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
    )
}

#[cfg(test)]
mod tests;
