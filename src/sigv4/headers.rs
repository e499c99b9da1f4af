//! Which headers are signed, and which a caller may not give.

use crate::error::{Code, Error};
use crate::text::{concat, cut, is_ascii};

/// Headers that proxies, browsers or AWS change on the way (the union of the lists of AWS's own signers),
/// and those that the signature itself brings.
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

/// Headers that the signature brings, or that follow from the URL. What else a browser does not let a page set, the
/// browser knows best: the JavaScript half asks it.
const OURS: &[&str] = &["authorization", "host", "x-amz-date", "x-amz-security-token"];

/// Reads headers from lines of `name:value`.
pub fn parse_headers(lines: &str) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = cut(rest, "\n") {
        rest = after;
        if let Some((name, value)) = cut(line, ":") {
            headers.push((name, value));
        }
    }
    headers
}

/// Whether a header, its name in lower case, is part of the signature.
pub fn is_signed(name: &str, value: &str) -> bool {
    !NEVER_SIGNED.contains(&name)
        && !name.starts_with("proxy-")
        && !name.starts_with("sec-")
        // Sent as Latin-1, and nobody says how AWS reads it: better unsigned than refused.
        && is_ascii(value)
}

/// Whether a caller may give a header, its name in lower case.
pub fn may_be_given(name: &str, value: &str) -> bool {
    let must_be_signed = name == "content-type" || name.starts_with("x-amz-");
    !OURS.contains(&name) && (is_ascii(value) || !must_be_signed)
}

/// Refuses headers that a caller may not give; names are in lower case.
pub fn check_headers(headers: &[(&str, &str)]) -> Result<(), Error> {
    for &(name, value) in headers {
        if may_be_given(name, value) {
            continue;
        }
        let why = if OURS.contains(&name) { " is set by signing" } else { " must be ASCII to be signed" };
        return Err(Error::new(Code::InvalidRequest, concat(&["The header ", name, why])).field(concat(&[
            "init.headers[\"",
            name,
            "\"]",
        ])));
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
            let lines = format!("accept:*/*\n{name}:{value}\n");
            let headers = parse_headers(&lines);
            assert_eq!(headers.len(), 2);
            check_headers(&headers).err().map(|error| error.field.clone().unwrap().into_owned())
        };
        assert_eq!(field("x-api-key", "k:1"), None);
        for (name, value) in [("host", "h"), ("authorization", "a"), ("x-amz-date", "d"), ("x-amz-meta-a", "\u{e9}")] {
            assert_eq!(field(name, value), Some(format!("init.headers[\"{name}\"]")));
        }
    }
}
