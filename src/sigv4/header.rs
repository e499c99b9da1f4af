//! The signature in headers: what `fetch` sends.

use super::{
    CanonicalInput, KeyCache, PathRule, Scope, SigningCredentials, SigningRequest, canonical_request, string_to_sign,
};
use crate::clock::{Millis, amz_date};
use crate::text::concat;

/// The headers to add to the request.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `authorization`.
    pub authorization: String,
    /// `x-amz-date`.
    pub amz_date: String,
    /// Whether `x-amz-content-sha256` goes along; its value is the payload hash.
    pub content_sha256: bool,
}

impl core::fmt::Debug for SignedHeaders {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SignedHeaders").field("amz_date", &self.amz_date).finish_non_exhaustive()
    }
}

/// Whether a service demands `x-amz-content-sha256` (S3 API Reference; OpenSearch Serverless guide). Elsewhere it is left out: each more header is
/// one more that a CORS preflight can refuse.
fn needs_content_sha256(service: &str) -> bool {
    service == "aoss" || PathRule::of(service) == PathRule::S3
}

/// Signs a request at the server's time. The session token, where there is one, goes along as
/// `x-amz-security-token`.
pub fn sign_headers(
    request: SigningRequest<'_>,
    scope: &Scope,
    credentials: &SigningCredentials,
    time: Millis,
    keys: &mut KeyCache,
) -> SignedHeaders {
    let amz_date = amz_date(time);
    let content_sha256 = needs_content_sha256(&scope.service)
        && !request.headers.iter().any(|(name, _)| *name == "x-amz-content-sha256");
    let mut extra = [("x-amz-date", amz_date.as_str()); 3];
    let mut extras = 1;
    if let Some(token) = &credentials.session_token {
        extra[extras] = ("x-amz-security-token", token.expose());
        extras += 1;
    }
    if content_sha256 {
        extra[extras] = ("x-amz-content-sha256", request.payload_hash);
        extras += 1;
    }
    let canonical = canonical_request(&CanonicalInput {
        request,
        extra_query: &[],
        extra_headers: &extra[..extras],
        path_rule: PathRule::of(&scope.service),
    });
    let scope_text = scope.at(&amz_date);
    let to_sign = string_to_sign(&amz_date, &scope_text, &canonical.text);
    let credential = concat(&[&credentials.access_key_id, "/", &scope_text]);
    let signature = keys.signature(&credential, credentials, &scope_text, &to_sign);
    let authorization = concat(&[
        "AWS4-HMAC-SHA256 Credential=",
        &credential,
        ", SignedHeaders=",
        &canonical.signed_headers,
        ", Signature=",
        &signature,
    ]);
    SignedHeaders { authorization, amz_date, content_sha256 }
}
