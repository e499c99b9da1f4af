//! The canonical request: the text that both sides build and hash. Rules: IAM User Guide, "Create a signed AWS API
//! request".

use zeroize::Zeroize;

use super::SigningRequest;
use super::encoding::{normalize_encoding, percent_encode, percent_encode_path};
use super::header_rules::is_signed;
use crate::http::mentions;

/// How a service builds the canonical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// What happens to dot segments and double slashes.
    pub segments: Segments,
    /// How often the path is encoded.
    pub encoding: PathEncoding,
}

/// What happens to `.`, `..` and empty segments of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segments {
    /// They are resolved: every service but S3.
    Resolved,
    /// They stay: S3 and its family, where a key may contain `//` or `..`.
    Kept,
}

/// How often a path is percent-encoded, counting the encoding that it is sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// As it is sent: S3 and its family.
    Once,
    /// The sent path is encoded again: every other service.
    Twice,
}

const S3_FAMILY: [&str; 4] = ["s3", "s3express", "s3-object-lambda", "s3-outposts"];

impl PathRule {
    /// The rule of S3 and its family.
    pub const S3: Self = Self { segments: Segments::Kept, encoding: PathEncoding::Once };

    /// The rule of every other service.
    pub const GENERAL: Self = Self { segments: Segments::Resolved, encoding: PathEncoding::Twice };

    /// The rule of the service with this signing name.
    pub fn for_service(service: &str) -> Self {
        if S3_FAMILY.contains(&service) { Self::S3 } else { Self::GENERAL }
    }
}

/// Everything that a canonical request is built from.
#[derive(Clone, Copy)]
pub struct CanonicalInput<'a> {
    /// The request, as AWS will receive it.
    pub request: SigningRequest<'a>,
    /// Query parameters that the signature itself adds (presigning), values not encoded.
    pub own_query: &'a [(&'a str, &'a str)],
    /// Headers that the signature itself adds, names in lower case.
    pub own_headers: &'a [(&'a str, &'a str)],
    /// How the path is written.
    pub path_rule: PathRule,
}

impl core::fmt::Debug for CanonicalInput<'_> {
    /// Leaves out what the signature adds, because the session token is part of it.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CanonicalInput").field("request", &self.request).finish_non_exhaustive()
    }
}

/// A canonical request. It holds the session token, so it prints nothing and is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The whole text.
    pub text: String,
    /// The names of the signed headers, sorted and joined: `host;x-amz-date`.
    pub signed_headers: String,
}

impl core::fmt::Debug for Canonical {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Canonical").field("signed_headers", &self.signed_headers).finish_non_exhaustive()
    }
}

impl Drop for Canonical {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// Builds the canonical request.
pub fn canonical_request(input: &CanonicalInput<'_>) -> Canonical {
    let request = &input.request;
    let headers = headers_to_sign(request, input.own_headers);
    let names = sorted_names(&headers);
    let signed_headers = names.join(";");

    let mut text = String::with_capacity(2 * (request.path.len() + request.query.len()) + 256);
    text.push_str(request.method);
    text.push('\n');
    push_path(&mut text, request.path, input.path_rule);
    text.push('\n');
    push_query(&mut text, request.query, input.own_query);
    text.push('\n');
    // The text must not move once the session token is in it: the old place would not be wiped.
    let lines: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    text.reserve(lines + signed_headers.len() + request.payload_hash.len() + 2);
    for name in names {
        push_header(&mut text, name, &headers);
    }
    text.push('\n');
    text.push_str(&signed_headers);
    text.push('\n');
    text.push_str(request.payload_hash);
    Canonical { text, signed_headers }
}

/// `host`, the request's headers that are signed, and the signature's own.
pub(super) fn headers_to_sign<'a>(
    request: &SigningRequest<'a>,
    own_headers: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut headers = vec![("host", request.host)];
    headers.extend(request.headers.iter().filter(|(name, value)| is_signed(name, value)));
    headers.extend_from_slice(own_headers);
    headers
}

/// Each name once.
pub(super) fn sorted_names<'a>(headers: &[(&'a str, &str)]) -> Vec<&'a str> {
    let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Appends the line of a header. One that comes several times is one line, its values joined in order.
fn push_header(out: &mut String, name: &str, headers: &[(&str, &str)]) {
    out.push_str(name);
    let mut separator = ':';
    for (_, value) in headers.iter().filter(|header| header.0 == name) {
        out.push(separator);
        push_header_value(out, value);
        separator = ',';
    }
    out.push('\n');
}

/// Appends a value without the spaces around it, and with one space where several follow each other.
fn push_header_value(out: &mut String, value: &str) {
    for (index, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

fn push_path(out: &mut String, path: &str, rule: PathRule) {
    if path.is_empty() {
        out.push('/');
        return;
    }
    let resolved;
    let path = match rule.segments {
        // Most paths have nothing to resolve, so most are not copied.
        Segments::Resolved if mentions(path, "//") || mentions(path, "/.") => {
            resolved = resolve_segments(path);
            &resolved
        }
        _ => path,
    };
    match rule.encoding {
        PathEncoding::Twice => percent_encode_path(out, path),
        // By segment, because an escaped slash is part of a key and stays escaped.
        PathEncoding::Once => {
            for (index, segment) in path.split('/').enumerate() {
                if index > 0 {
                    out.push('/');
                }
                normalize_encoding(out, segment);
            }
        }
    }
}

/// Resolves `.`, `..` and empty segments (RFC 3986, 5.2.4, and `//` counts as `/`); a trailing slash stays.
fn resolve_segments(path: &str) -> String {
    let mut kept = Vec::new();
    let mut ends_with_slash = true;
    for segment in path.split('/') {
        ends_with_slash = matches!(segment, "" | "." | "..");
        if segment == ".." {
            kept.pop();
        } else if !ends_with_slash {
            kept.push(segment);
        }
    }
    let end = if ends_with_slash && !kept.is_empty() { "/" } else { "" };
    ["/", &kept.join("/"), end].concat()
}

fn push_query(out: &mut String, query: &str, own: &[(&str, &str)]) {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let mut encoded = String::with_capacity(pair.len() + 1);
        normalize_encoding(&mut encoded, name);
        encoded.push('=');
        normalize_encoding(&mut encoded, value);
        pairs.push(encoded);
    }
    for (name, value) in own {
        let mut encoded = [name, "="].concat();
        percent_encode(&mut encoded, value);
        pairs.push(encoded);
    }
    // By name, then by value. Both are encoded, so the only `=` stands between them.
    pairs.sort_unstable_by(|a, b| a.split('=').cmp(b.split('=')));
    out.push_str(&pairs.join("&"));
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_and_keep_their_trailing_slash() {
        for (path, expected) in [
            ("/", "/"),
            ("//", "/"),
            ("/a//b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("/a/./b/..", "/a/"),
            ("/..", "/"),
            ("/../a", "/a"),
            ("//foo//", "/foo/"),
            ("/foo%2F.%2Fbar", "/foo%2F.%2Fbar"),
        ] {
            assert_eq!(resolve_segments(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_is_encoded_again_but_not_for_s3() {
        let mut out = String::new();
        push_path(&mut out, "/a%20b/@me!", PathRule::GENERAL);
        assert_eq!(out, "/a%2520b/%40me%21");
        out.clear();
        push_path(&mut out, "/a%20b//../@me!", PathRule::S3);
        assert_eq!(out, "/a%20b//../%40me%21");
        out.clear();
        push_path(&mut out, "/a+b%2B%2fc/", PathRule::S3);
        assert_eq!(out, "/a%20b%2B%2Fc/");
    }

    #[test]
    fn a_query_is_sorted_by_encoded_name_then_value() {
        let mut out = String::new();
        push_query(&mut out, "b=2&a=1%2F3&empty=&a=0&bare&&a-b=1&=x&a=1=2", &[("B", "/")]);
        assert_eq!(out, "=x&B=%2F&a=0&a=1%2F3&a=1%3D2&a-b=1&b=2&bare=&empty=");
    }

    #[test]
    fn neither_input_nor_result_prints_the_session_token() {
        let request =
            SigningRequest { method: "GET", host: "h", path: "/", query: "", headers: &[], payload_hash: "hash" };
        let own_headers = [("x-amz-security-token", "TOKEN")];
        let input = CanonicalInput { request, own_query: &[], own_headers: &own_headers, path_rule: PathRule::S3 };
        let canonical = canonical_request(&input);
        assert!(canonical.text.contains("x-amz-security-token:TOKEN\n"));
        assert!(!format!("{input:?}{canonical:?}").contains("TOKEN"));
    }
}
