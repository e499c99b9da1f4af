//! What a signature in headers was made of, for explanations of a refused one. Nobody pays for it who does not ask: the
//! two texts are built again from what was signed.

use super::authorization::canonical_request_in_headers;
use super::{Scope, SigningCredentials, SigningRequest};
use crate::secret::Secret;
use crate::time::Millis;

/// Stands for the session token in [`Evidence::canonical_request`].
const REDACTED: &str = "[redacted]";

/// The two texts behind a signature, to compare with those that AWS prints in `SignatureDoesNotMatch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The canonical request, with `[redacted]` in place of the session token.
    pub canonical_request: String,
    /// The string to sign, exactly as it was signed.
    pub string_to_sign: String,
}

/// Builds the texts that [`sign_headers`](super::sign_headers) signs for the same arguments.
pub fn evidence(
    request: SigningRequest<'_>,
    scope: &Scope,
    credentials: &SigningCredentials,
    time: Millis,
) -> Evidence {
    let dated = scope.at(time);
    let token = credentials.session_token.as_ref().map(Secret::expose);
    let signed = canonical_request_in_headers(request, &dated, token);
    let shown = canonical_request_in_headers(request, &dated, token.map(|_| REDACTED));
    Evidence { canonical_request: shown.text.clone(), string_to_sign: dated.string_to_sign(&signed.text) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::sigv4::{EMPTY_HASH, KeyCache, sha256_hex, sign_headers};

    #[test]
    fn the_texts_are_those_that_were_signed_with_the_token_redacted() {
        let request = SigningRequest {
            method: "GET",
            host: "abc.execute-api.us-east-1.amazonaws.com",
            path: "/prod/items",
            query: "b=2&a=1",
            headers: &[("accept", "*/*")],
            payload_hash: EMPTY_HASH,
        };
        let scope = Scope { service: "execute-api".into(), region: "us-east-1".into() };
        let mut credentials = SigningCredentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: Secret::new("wJalrXUtnFEMI".into()),
            session_token: Some(Secret::new("TOKEN".into())),
        };
        let found = evidence(request, &scope, &credentials, 1_440_938_160_000);
        assert_eq!(
            found.canonical_request,
            format!(
                "GET\n/prod/items\na=1&b=2\naccept:*/*\nhost:abc.execute-api.us-east-1.amazonaws.com\n\
                 x-amz-date:20150830T123600Z\nx-amz-security-token:[redacted]\n\n\
                 accept;host;x-amz-date;x-amz-security-token\n{EMPTY_HASH}"
            )
        );
        let signed_text = found.canonical_request.replace("[redacted]", "TOKEN");
        assert_eq!(
            found.string_to_sign,
            format!(
                "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/execute-api/aws4_request\n{}",
                sha256_hex(signed_text.as_bytes())
            )
        );
        assert!(!format!("{found:?}").contains("TOKEN") && !format!("{found:?}").contains("wJalr"));

        let mut keys = KeyCache::default();
        let signed = sign_headers(request, &scope, &credentials, 1_440_938_160_000, &mut keys);
        let signature = keys.signature(&credentials, &scope.at(1_440_938_160_000), &found.string_to_sign);
        assert!(signed.authorization.ends_with(&format!("Signature={signature}")));

        credentials.session_token = None;
        let found = evidence(request, &scope, &credentials, 1_440_938_160_000);
        assert!(found.string_to_sign.ends_with(&sha256_hex(found.canonical_request.as_bytes())));
    }
}
