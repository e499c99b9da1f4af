//! Which headers are signed, and which a caller may not set.

use crate::error::{Code, Error};

/// Headers that proxies, browsers or AWS change on the way (the union of the lists in AWS's own signers), and
/// `authorization`, which holds the signature itself.
const NEVER_SIGNED: &[&str] = &[
    "authorization",
    "baggage",
    "cache-control",
    "connection",
    "content-length",
    "expect",
    "from",
    "keep-alive",
    "max-forwards",
    "pragma",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Headers that signing sets, or that follow from the URL.
const SET_BY_SIGNING: &[&str] = &["authorization", "host", "x-amz-date", "x-amz-security-token"];

/// Whether a header, its name in lower case, is part of the signature.
pub fn is_signed(name: &str, value: &str) -> bool {
    !NEVER_SIGNED.contains(&name)
        && !name.starts_with("proxy-")
        && !name.starts_with("sec-")
        // Browsers send such a value as Latin-1, and it is not documented how AWS reads that. Unsigned, it is accepted.
        && value.is_ascii()
}

/// Checks the headers that a caller sets; names are in lower case.
///
/// # Errors
///
/// `INVALID_REQUEST`, with the header as its field, for a header that signing sets, and for a value outside ASCII in a
/// header that has to be signed (`content-type`, `x-amz-*`).
pub fn check_headers(headers: &[(&str, &str)]) -> Result<(), Error> {
    for &(name, value) in headers {
        let has_to_be_signed = name == "content-type" || name.starts_with("x-amz-");
        let problem = if SET_BY_SIGNING.contains(&name) {
            "is set by signing"
        } else if has_to_be_signed && !value.is_ascii() {
            "must be ASCII to be signed"
        } else {
            continue;
        };
        return Err(Error::new(Code::InvalidRequest, format!("The header {name} {problem}"))
            .field(format!("init.headers[\"{name}\"]")));
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_signed_is_signed() {
        for name in ["content-type", "x-amz-target", "x-amz-content-sha256", "x-api-key", "accept"] {
            assert!(is_signed(name, "value"), "{name}");
        }
        for name in ["user-agent", "sec-fetch-mode", "proxy-authorization", "cache-control"] {
            assert!(!is_signed(name, "value"), "{name}");
        }
        assert!(!is_signed("x-note", "caf\u{e9}"));
    }

    #[test]
    fn a_refused_header_is_named() {
        let field = |name: &str, value: &str| {
            let error = check_headers(&[("accept", "*/*"), (name, value)]).err()?;
            assert_eq!(error.code, Code::InvalidRequest);
            error.field.clone().map(|field| field.into_owned())
        };
        assert_eq!(field("x-api-key", "k:1"), None);
        assert_eq!(field("x-note", "caf\u{e9}"), None);
        for (name, value) in [
            ("host", "h"),
            ("authorization", "a"),
            ("x-amz-date", "d"),
            ("x-amz-security-token", "t"),
            ("x-amz-meta-a", "\u{e9}"),
            ("content-type", "\u{e9}"),
        ] {
            assert_eq!(field(name, value), Some(format!("init.headers[\"{name}\"]")));
        }
    }
}
