//! Paths that lead out of a declared path although they seem to lie below it.
//!
//! Browsers resolve `..` before a request is signed, but not what a proxy or server behind it may take for one after
//! decoding: `..%2f`, `..%5c`, `%252e%252e`, or `..;` with a matrix parameter (RFC 3986, 3.3, as Java servers read it).
//! Which of them a server understands is not known here, so all are refused.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// How many layers of percent-encoding are taken off. No honest path has as many, so one that has more is refused.
const MAX_LAYERS: usize = 4;

/// Whether some server could read a segment of the percent-encoded `path` as `..`.
pub(super) fn may_lead_upward(path: &str) -> bool {
    let mut path = Cow::Borrowed(path.as_bytes());
    for _ in 0..=MAX_LAYERS {
        if has_parent_segment(&path) {
            return true;
        }
        let decoded = match Cow::from(percent_decode(&path)) {
            Cow::Borrowed(_) => return false,
            Cow::Owned(decoded) => decoded,
        };
        path = Cow::Owned(decoded);
    }
    true
}

fn has_parent_segment(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    segments.any(|segment| {
        // A matrix parameter or a NUL ends the name; Windows ignores spaces around it.
        let name = segment.split(|byte| matches!(byte, b';' | 0)).next().unwrap_or_default();
        name.trim_ascii() == b".."
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn parent_segments_are_found_in_every_disguise() {
        for path in [
            "/api/../admin",
            "/api/%2e%2e/admin",
            "/api/.%2E/admin",
            "/api/..%2fadmin",
            "/api/..%2Fadmin",
            "/api/x%2f..%2f..%2fadmin",
            "/api/..%5cadmin",
            "/api/..\\admin",
            "/api/..;/admin",
            "/api/..;a=b/admin",
            "/api/..%3b/admin",
            "/api/%252e%252e/admin",
            "/api/..%252fadmin",
            "/api/%25252e%25252e%25252fadmin",
            "/api/..%00/admin",
            "/api/..%20/admin",
            "/api/..",
            "/api/..;",
            "/api/%25252525252e",
        ] {
            assert!(may_lead_upward(path), "{path}");
        }
    }

    #[test]
    fn other_dots_and_escapes_are_not_parent_segments() {
        for path in [
            "",
            "/",
            "/api/items",
            "/api/a..b",
            "/api/...",
            "/api/..a",
            "/api/.well-known/x",
            "/api/a%2fb",
            "/api/a;v=..",
            "/api/100%25",
            "/api/100%",
            "/api/%E2%82%AC%20%252F",
            "/api/a%2525252fb",
        ] {
            assert!(!may_lead_upward(path), "{path}");
        }
    }
}
