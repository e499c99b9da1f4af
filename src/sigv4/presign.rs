//! The signature in the query: a URL that carries its own permission.

use super::canonical::{headers_to_sign, sorted_names};
use super::{
    ALGORITHM, CanonicalInput, KeyCache, PathRule, Scope, SigningCredentials, SigningRequest, canonical_request,
    percent_encode,
};
use crate::time::Millis;

/// Where the session token is placed in a presigned URL (as AWS's own MQTT and WebSocket clients place it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPlacement {
    /// In the signed query: everything but IoT.
    Signed,
    /// After the signature, unsigned: IoT's MQTT over WebSocket.
    Appended,
}

impl TokenPlacement {
    /// The placement for the service with this signing name.
    pub fn for_service(service: &str) -> Self {
        if service == "iotdevicegateway" { Self::Appended } else { Self::Signed }
    }
}

/// Whether a query is signed already: a second signature would invalidate both.
pub(crate) fn is_presigned(query: &str) -> bool {
    query.split('&').any(|pair| pair.starts_with("X-Amz-Signature="))
}

/// Signs a request in its query at `time`, in server time, for `expires_seconds`. Gives the whole query of the presigned
/// URL, without `?`: the request's own, then the signature's.
pub fn presign(
    request: SigningRequest<'_>,
    scope: &Scope,
    credentials: &SigningCredentials,
    time: Millis,
    expires_seconds: u32,
    keys: &mut KeyCache,
) -> String {
    let dated = scope.at(time);
    let credential = format!("{}/{}", credentials.access_key_id, dated.credential_scope);
    let expires = expires_seconds.to_string();
    // The query names the signed headers, so they have to be known before the canonical request is built.
    let signed_headers = sorted_names(&headers_to_sign(&request, &[])).join(";");
    let mut own_query = vec![
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", credential.as_str()),
        ("X-Amz-Date", dated.amz_date.as_str()),
        ("X-Amz-Expires", expires.as_str()),
        ("X-Amz-SignedHeaders", signed_headers.as_str()),
    ];
    let token = credentials.session_token.as_ref().map(|token| ("X-Amz-Security-Token", token.expose()));
    let (signed_token, appended_token) = match TokenPlacement::for_service(&scope.service) {
        TokenPlacement::Signed => (token, None),
        TokenPlacement::Appended => (None, token),
    };
    own_query.extend(signed_token);
    let canonical = canonical_request(&CanonicalInput {
        request,
        own_query: &own_query,
        own_headers: &[],
        path_rule: PathRule::for_service(&scope.service),
    });
    let signature = keys.signature(credentials, &dated, &dated.string_to_sign(&canonical.text));
    own_query.push(("X-Amz-Signature", &signature));
    own_query.extend(appended_token);

    let mut query = String::from(request.query);
    for (name, value) in own_query {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        percent_encode(&mut query, value);
    }
    query
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_query_with_a_signature_is_known() {
        for query in ["X-Amz-Signature=a", "a=1&X-Amz-Date=1&X-Amz-Signature=b"] {
            assert!(is_presigned(query), "{query}");
        }
        for query in ["", "a=X-Amz-Signature", "X-Amz-Acl=private"] {
            assert!(!is_presigned(query), "{query}");
        }
    }
}
