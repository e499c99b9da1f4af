//! Which headers are signed, and which a caller may not give.

/// Headers that proxies, browsers or AWS change on the way (the union of AWS's own signers' lists, fact sheet 4.1),
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

/// Request headers that a browser drops without a word (Fetch standard, "forbidden request-header").
const FORBIDDEN: &[&str] = &[
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers that the signature brings.
const OURS: &[&str] = &["authorization", "x-amz-date", "x-amz-security-token"];

/// Why a header that the caller gave is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The browser would drop it, and the request would not say what the caller meant.
    Forbidden,
    /// Signing sets it.
    SetBySigning,
    /// It has to be signed, but AWS does not say how text beyond ASCII is signed.
    NotAscii,
}

/// Whether a header, its name in lower case, is part of the signature.
pub fn is_signed(name: &str, value: &str) -> bool {
    NEVER_SIGNED.binary_search(&name).is_err()
        && !name.starts_with("proxy-")
        && !name.starts_with("sec-")
        // Sent as Latin-1, and nobody says how AWS reads it: better unsigned than refused.
        && value.is_ascii()
}

/// Checks the headers that a caller gave, names in lower case; the first one refused comes back.
pub fn check_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), (&'a str, Refused)> {
    for (name, value) in headers {
        if OURS.contains(&name) {
            return Err((name, Refused::SetBySigning));
        }
        if FORBIDDEN.binary_search(&name).is_ok() || name.starts_with("proxy-") || name.starts_with("sec-") {
            return Err((name, Refused::Forbidden));
        }
        if !value.is_ascii() && (name == "content-type" || name.starts_with("x-amz-")) {
            return Err((name, Refused::NotAscii));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_binary_search() {
        assert!(NEVER_SIGNED.is_sorted() && FORBIDDEN.is_sorted());
    }

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
        let check = |name, value| check_headers([("accept", "*/*"), (name, value)]);
        assert_eq!(check("x-api-key", "k"), Ok(()));
        assert_eq!(check("host", "h"), Err(("host", Refused::Forbidden)));
        assert_eq!(check("sec-gpc", "1"), Err(("sec-gpc", Refused::Forbidden)));
        assert_eq!(check("authorization", "a"), Err(("authorization", Refused::SetBySigning)));
        assert_eq!(check("x-amz-meta-a", "\u{e9}"), Err(("x-amz-meta-a", Refused::NotAscii)));
    }
}
