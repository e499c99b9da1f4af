//! The signature in the query: a URL that carries its own permission.

use super::encoding::encode;
use super::{
    CanonicalInput, KeyCache, PathRule, Scope, SigningCredentials, SigningRequest, canonical_request, string_to_sign,
};
use crate::clock::{Millis, amz_date};
use crate::text::{concat, contains, decimal, order};

/// Where the session token stands in a presigned URL (as AWS's own MQTT and WebSocket clients sign).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPlacement {
    /// In the signed query: everything but IoT.
    Signed,
    /// Appended after the signature: IoT MQTT over WebSocket.
    Appended,
}

impl TokenPlacement {
    /// The placement of a signing name.
    pub fn of(service: &str) -> Self {
        if service == "iotdevicegateway" { Self::Appended } else { Self::Signed }
    }
}

/// Whether a query carries a signature already: a second one would make both worthless.
pub fn is_presigned(query: &str) -> bool {
    contains(query, "X-Amz-Signature=")
}

/// Gives the whole query of the presigned URL, without `?`: what the request had, then the signature's own.
pub fn presign(
    request: SigningRequest<'_>,
    scope: &Scope,
    credentials: &SigningCredentials,
    time: Millis,
    expires_seconds: u32,
    keys: &mut KeyCache,
) -> String {
    let amz_date = amz_date(time);
    let scope_text = scope.at(&amz_date);
    let credential = concat(&[&credentials.access_key_id, "/", &scope_text]);
    let expires = decimal(expires_seconds.into());
    let signed_names = signed_names(request.headers);
    let mut own = vec![
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", credential.as_str()),
        ("X-Amz-Date", amz_date.as_str()),
        ("X-Amz-Expires", expires.as_str()),
        ("X-Amz-SignedHeaders", signed_names.as_str()),
    ];
    let token = credentials.session_token.as_ref();
    let token = token.map(|token| (TokenPlacement::of(&scope.service), ("X-Amz-Security-Token", token.expose())));
    if let Some((TokenPlacement::Signed, token)) = token {
        own.push(token);
    }
    let canonical = canonical_request(&CanonicalInput {
        request,
        extra_query: &own,
        extra_headers: &[],
        path_rule: PathRule::of(&scope.service),
    });
    let to_sign = string_to_sign(&amz_date, &scope_text, &canonical.text);
    let signature = keys.signature(&credential, credentials, &scope_text, &to_sign);
    own.push(("X-Amz-Signature", &signature));
    if let Some((TokenPlacement::Appended, token)) = token {
        own.push(token);
    }

    let mut query = String::from(request.query);
    for (name, value) in own {
        if !query.is_empty() {
            query.push_str("&");
        }
        query.push_str(name);
        query.push_str("=");
        encode(&mut query, value);
    }
    query
}

/// The names that the canonical request will list, known before it is built because the query names them.
fn signed_names(headers: &[(&str, &str)]) -> String {
    let mut names = vec!["host"];
    for (name, value) in headers {
        if super::is_signed(name, value) && !names.contains(name) {
            names.push(name);
        }
    }
    let mut list = String::new();
    for at in order(&names) {
        if !list.is_empty() {
            list.push_str(";");
        }
        list.push_str(names[at]);
    }
    list
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
