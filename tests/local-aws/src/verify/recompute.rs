//! The signature that a request should carry, as `aws_sigv4::http_request` computes it.

use std::time::SystemTime;

use aws_credential_types::Credentials as SigningCredentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;

use super::canonical::{canonical_s3_path, payload_hash};
use super::claim::QUERY_PARAMETERS;
use super::{Claim, Placement};
use crate::arrived::Arrived;
use crate::issued::Credentials;

/// None if the request cannot be signed at all, for instance because a signed header is not text.
pub(crate) fn signature(
    request: &Arrived,
    claim: &Claim,
    credentials: &Credentials,
    signed_at: SystemTime,
) -> Option<String> {
    let identity = SigningCredentials::new(
        &credentials.access_key_id,
        &credentials.secret_access_key,
        Some(credentials.session_token.clone()),
        None,
        "local-aws",
    )
    .into();
    let mut settings = SigningSettings::default();
    // The client's own list says what is signed; nothing is left out of it.
    settings.excluded_headers = None;
    let is_s3 = claim.service == "s3";
    let path = if is_s3 { canonical_s3_path(request.path()) } else { request.path().to_owned() };
    if is_s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let uri = match claim.placement {
        Placement::Headers if is_s3 => format!("http://{}{path}?{}", request.host(), request.query()),
        Placement::Headers => format!("http://{}{}", request.host(), request.target()),
        Placement::Query { expires } => {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(expires);
            format!("http://{}{path}?{}", request.host(), without_signature_parameters(request.query()))
        }
    };
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&claim.region)
        .name(&claim.service)
        .time(signed_at)
        .settings(settings)
        .build()
        .ok()?
        .into();
    let headers = signed_headers(request, claim)?;
    let body = if is_s3 {
        SignableBody::Precomputed(payload_hash(request, claim))
    } else {
        SignableBody::Bytes(&request.body)
    };
    let signable = SignableRequest::new(request.method.as_str(), uri, headers.into_iter(), body).ok()?;
    sign(signable, &params).ok().map(|output| output.signature().to_owned())
}

/// The signed headers, but for those that the signer adds by itself.
fn signed_headers<'a>(request: &'a Arrived, claim: &'a Claim) -> Option<Vec<(&'a str, &'a str)>> {
    let mut headers = Vec::new();
    for name in &claim.signed_headers {
        let added_by_signer =
            claim.placement == Placement::Headers && matches!(name.as_str(), "x-amz-date" | "x-amz-security-token");
        if !added_by_signer {
            for value in request.headers.get_all(name) {
                headers.push((name.as_str(), std::str::from_utf8(value.as_bytes()).ok()?));
            }
        }
    }
    Some(headers)
}

/// The raw query without the parameters that the signer adds by itself.
fn without_signature_parameters(query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let mut decoded = form_urlencoded::parse(pair.as_bytes());
            !decoded.next().is_some_and(|(name, _)| QUERY_PARAMETERS.contains(&name.as_ref()))
        })
        .collect();
    kept.join("&")
}
