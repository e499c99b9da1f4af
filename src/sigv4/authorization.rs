//! The signature in headers, as `fetch` sends it.

use super::{
    ALGORITHM, Canonical, CanonicalInput, DatedScope, KeyCache, PathRule, Scope, SigningCredentials, SigningRequest,
    canonical_request,
};
use crate::secret::Secret;
use crate::time::Millis;

/// The headers to add to the request, besides `x-amz-security-token`, whose value is the session token.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `authorization`.
    pub authorization: String,
    /// `x-amz-date`.
    pub amz_date: String,
    /// Whether to add `x-amz-content-sha256`; its value is the payload hash.
    pub content_sha256: bool,
}

impl core::fmt::Debug for SignedHeaders {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SignedHeaders").field("amz_date", &self.amz_date).finish_non_exhaustive()
    }
}

/// Signs a request in its headers at `time`, in server time. The session token, if there is one, is signed as
/// `x-amz-security-token`.
pub fn sign_headers(
    request: SigningRequest<'_>,
    scope: &Scope,
    credentials: &SigningCredentials,
    time: Millis,
    keys: &mut KeyCache,
) -> SignedHeaders {
    let dated = scope.at(time);
    let token = credentials.session_token.as_ref().map(Secret::expose);
    let canonical = canonical_request_in_headers(request, &dated, token);
    let signature = keys.signature(credentials, &dated, &dated.string_to_sign(&canonical.text));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={signature}",
        credentials.access_key_id, dated.credential_scope, canonical.signed_headers
    );
    SignedHeaders { authorization, amz_date: dated.amz_date, content_sha256: adds_content_sha256(&request, scope) }
}

/// The canonical request with the headers that the signature brings.
pub(super) fn canonical_request_in_headers(
    request: SigningRequest<'_>,
    dated: &DatedScope<'_>,
    session_token: Option<&str>,
) -> Canonical {
    let mut own_headers = Vec::with_capacity(3);
    own_headers.push(("x-amz-date", dated.amz_date.as_str()));
    own_headers.extend(session_token.map(|token| ("x-amz-security-token", token)));
    if adds_content_sha256(&request, dated.scope) {
        own_headers.push(("x-amz-content-sha256", request.payload_hash));
    }
    canonical_request(&CanonicalInput {
        request,
        own_query: &[],
        own_headers: &own_headers,
        path_rule: PathRule::for_service(&dated.scope.service),
    })
}

/// Whether the signature brings `x-amz-content-sha256`: the service demands it (S3 API Reference; OpenSearch Serverless
/// guide) and the caller has not set it. Elsewhere it is left out: each additional header can fail a CORS preflight.
fn adds_content_sha256(request: &SigningRequest<'_>, scope: &Scope) -> bool {
    let is_demanded = scope.service == "aoss" || PathRule::for_service(&scope.service) == PathRule::S3;
    is_demanded && !request.headers.iter().any(|(name, _)| *name == "x-amz-content-sha256")
}
