//! The canonical request (AWS fact sheet 4.1): the one text that both sides build and hash.

use super::SigningRequest;
use super::encoding::{Plus, encode_path, recode};
use super::headers::is_signed;

/// How a service builds the canonical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// What becomes of dot segments and double slashes.
    pub segments: Segments,
    /// How often the path on the wire is encoded.
    pub encoding: PathEncoding,
}

/// What becomes of `.`, `..` and empty segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segments {
    /// They are resolved: every service but S3.
    Resolved,
    /// They stay: S3 and its family, where a key may hold `//` or `..`.
    Kept,
}

/// How often a path is percent-encoded, the encoding on the wire counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// As on the wire: S3 and its family.
    Once,
    /// What is on the wire is encoded again: every other service.
    Twice,
}

impl PathRule {
    /// S3 and its family.
    pub const S3: Self = Self { segments: Segments::Kept, encoding: PathEncoding::Once };

    /// Every other service.
    pub const GENERAL: Self = Self { segments: Segments::Resolved, encoding: PathEncoding::Twice };

    /// The rule of a signing name.
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Self::S3,
            _ => Self::GENERAL,
        }
    }
}

/// All that enters a canonical request.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalInput<'a> {
    /// The request as it goes on the wire.
    pub request: SigningRequest<'a>,
    /// Query parameters that the signature itself brings (presigning), not encoded.
    pub extra_query: &'a [(&'a str, &'a str)],
    /// Headers that the signature itself brings, names in lower case.
    pub extra_headers: &'a [(&'a str, &'a str)],
    /// How the path is written.
    pub path_rule: PathRule,
}

/// A canonical request, and the list of signed headers that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The whole text.
    pub text: String,
    /// `a;b;c`: the names of the headers that are signed.
    pub signed_headers: String,
}

/// Builds the canonical request.
pub fn canonical_request(input: &CanonicalInput<'_>) -> Canonical {
    let request = &input.request;
    let headers = signed_headers(input);
    let names = headers.iter().map(|(name, _)| name.len() + 1).sum::<usize>();
    let values = headers.iter().map(|(_, value)| value.len() + 2).sum::<usize>();
    let url = (request.path.len() + request.query.len()) * 3;

    let mut text = String::with_capacity(request.method.len() + url + 2 * names + values + 80);
    text.push_str(request.method);
    text.push('\n');
    push_path(&mut text, request.path, input.path_rule);
    text.push('\n');
    push_query(&mut text, request.query, input.extra_query);
    text.push('\n');
    let mut list = String::with_capacity(names);
    for (at, (name, value)) in headers.iter().enumerate() {
        // A header that comes several times is one line, its values joined in order.
        if at > 0 && headers[at - 1].0 == *name {
            text.pop();
            text.push(',');
        } else {
            if !list.is_empty() {
                list.push(';');
            }
            list.push_str(name);
            text.push_str(name);
            text.push(':');
        }
        push_header_value(&mut text, value);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&list);
    text.push('\n');
    text.push_str(request.payload_hash);
    Canonical { text, signed_headers: list }
}

fn signed_headers<'a>(input: &CanonicalInput<'a>) -> Vec<(&'a str, &'a str)> {
    let mut headers = Vec::with_capacity(input.request.headers.len() + input.extra_headers.len() + 1);
    headers.push(("host", input.request.host));
    for (name, value) in input.request.headers {
        if is_signed(name, value) {
            headers.push((name.as_str(), value.as_str()));
        }
    }
    headers.extend_from_slice(input.extra_headers);
    headers.sort_by(|a, b| a.0.cmp(b.0));
    headers
}

fn push_path(out: &mut String, path: &str, rule: PathRule) {
    if path.is_empty() {
        out.push('/');
        return;
    }
    // Most paths have nothing to resolve, so most are not copied.
    let resolved =
        (rule.segments == Segments::Resolved && (path.contains("//") || path.contains("/."))).then(|| normalise(path));
    let path = resolved.as_deref().unwrap_or(path);
    match rule.encoding {
        PathEncoding::Once => recode(out, path, Plus::Literal),
        PathEncoding::Twice => encode_path(out, path),
    }
}

/// Resolves `.`, `..` and empty segments (RFC 3986, 5.2.4, and `//` is `/`); a trailing slash stays.
fn normalise(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let ends_open = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let mut out = String::with_capacity(path.len() + 1);
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    if ends_open || kept.is_empty() {
        out.push('/');
    }
    out
}

fn push_query(out: &mut String, query: &str, extra: &[(&str, &str)]) {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let (mut to_name, mut to_value) = (String::new(), String::new());
        recode(&mut to_name, name, Plus::Space);
        recode(&mut to_value, value, Plus::Space);
        pairs.push((to_name, to_value));
    }
    for (name, value) in extra {
        let mut to_value = String::new();
        super::encoding::encode(&mut to_value, value);
        pairs.push(((*name).into(), to_value));
    }
    // By encoded name, then encoded value.
    pairs.sort();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
}

/// Trimmed, and inner runs of spaces made one.
fn push_header_value(out: &mut String, value: &str) {
    let mut after_space = false;
    for character in value.trim_matches(' ').chars() {
        if character != ' ' || !after_space {
            out.push(character);
        }
        after_space = character == ' ';
    }
}

#[cfg(test)]
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
            assert_eq!(normalise(path), expected, "{path}");
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
    }

    #[test]
    fn a_query_is_sorted_by_encoded_name_then_value() {
        let mut out = String::new();
        push_query(&mut out, "b=2&a=1%2F3&empty=&a=0&bare&&a-b=1&=x", &[]);
        assert_eq!(out, "=x&a=0&a=1%2F3&a-b=1&b=2&bare=&empty=");
    }
}
