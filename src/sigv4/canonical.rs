//! The canonical request: the one text that both sides build and hash. Rules: IAM User Guide, "Create a signed AWS API
//! request".

use super::SigningRequest;
use super::encoding::{Slash, encode, encode_path, recode};
use super::headers::is_signed;
use crate::text::{concat, contains, cut, cut_last, next_piece, order};

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

const S3_FAMILY: [&str; 4] = ["s3", "s3express", "s3-object-lambda", "s3-outposts"];

impl PathRule {
    /// S3 and its family.
    pub const S3: Self = Self { segments: Segments::Kept, encoding: PathEncoding::Once };

    /// Every other service.
    pub const GENERAL: Self = Self { segments: Segments::Resolved, encoding: PathEncoding::Twice };

    /// The rule of a signing name.
    pub fn of(service: &str) -> Self {
        if S3_FAMILY.contains(&service) { Self::S3 } else { Self::GENERAL }
    }
}

/// All that enters a canonical request.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalInput<'a> {
    /// The request as it goes on the wire.
    pub request: SigningRequest<'a>,
    /// Query parameters that the signature itself brings (presigning), not encoded.
    pub extra_query: &'a [(&'a str, &'a str)],
    /// Headers that the signature itself brings, names in lower case, values without blanks.
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

/// What most canonical requests take besides path and query: a session token has some thousand characters.
const ROOM: usize = 2_048;

/// Builds the canonical request.
pub fn canonical_request(input: &CanonicalInput<'_>) -> Canonical {
    let request = &input.request;
    let mut text = String::with_capacity(request.path.len() + request.query.len() + ROOM);
    text.push_str(request.method);
    text.push_str("\n");
    push_path(&mut text, request.path, input.path_rule);
    text.push_str("\n");
    push_query(&mut text, request.query, input.extra_query);
    text.push_str("\n");
    let signed_headers = push_headers(&mut text, input);
    text.push_str("\n");
    text.push_str(&signed_headers);
    text.push_str("\n");
    text.push_str(request.payload_hash);
    Canonical { text, signed_headers }
}

/// Writes a line for each header that is signed, and gives their list.
fn push_headers(text: &mut String, input: &CanonicalInput<'_>) -> String {
    let (mut names, mut values) = (Vec::with_capacity(8), Vec::with_capacity(8));
    names.push("host");
    values.push(input.request.host);
    let given = input.request.headers.iter().filter(|(name, value)| is_signed(name, value));
    for (name, value) in given.chain(input.extra_headers) {
        names.push(name);
        values.push(value);
    }
    let own = names.len() - input.extra_headers.len();
    let mut list = String::with_capacity(64);
    let mut last = "";
    for at in order(&names) {
        let name = names[at];
        // A header that comes several times is one line, its values joined in order.
        if name == last {
            text.pop();
            text.push_str(",");
        } else {
            if !list.is_empty() {
                list.push_str(";");
            }
            list.push_str(name);
            text.push_str(name);
            text.push_str(":");
            last = name;
        }
        // A session token is long, and its blanks need not be looked for.
        if at < own {
            push_header_value(text, values[at]);
        } else {
            text.push_str(values[at]);
        }
        text.push_str("\n");
    }
    list
}

fn push_path(out: &mut String, path: &str, rule: PathRule) {
    if path.is_empty() {
        out.push_str("/");
        return;
    }
    // Most paths have nothing to resolve, so most are not copied.
    let resolved = (rule.segments == Segments::Resolved && (contains(path, "//") || contains(path, "/.")))
        .then(|| normalise(path));
    let path = resolved.as_deref().unwrap_or(path);
    match rule.encoding {
        PathEncoding::Once => recode(out, path, Slash::Kept),
        PathEncoding::Twice => encode_path(out, path),
    }
}

/// Resolves `.`, `..` and empty segments (RFC 3986, 5.2.4, and `//` is `/`); a trailing slash stays.
fn normalise(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 1);
    let mut rest = Some(path);
    let mut ends_open = true;
    while let Some(segment) = next_piece(&mut rest, b'/') {
        ends_open = matches!(segment, "" | "." | "..");
        if segment == ".." {
            out.truncate(cut_last(&out, b'/').map_or(0, |(before, _)| before.len()));
        } else if !ends_open {
            out.push_str("/");
            out.push_str(segment);
        }
    }
    if ends_open || out.is_empty() {
        out.push_str("/");
    }
    out
}

fn push_query(out: &mut String, query: &str, extra: &[(&str, &str)]) {
    // Name and value with a NUL between them sort like the two by themselves: nothing encoded is smaller.
    let mut pairs: Vec<String> = Vec::new();
    let mut rest = Some(query);
    while let Some(piece) = next_piece(&mut rest, b'&') {
        if !piece.is_empty() {
            let (name, value) = cut(piece, "=").unwrap_or((piece, ""));
            let mut pair = String::with_capacity(piece.len() + 1);
            recode(&mut pair, name, Slash::Encoded);
            pair.push_str("\0");
            recode(&mut pair, value, Slash::Encoded);
            pairs.push(pair);
        }
    }
    for (name, value) in extra {
        let mut pair = concat(&[name, "\0"]);
        encode(&mut pair, value);
        pairs.push(pair);
    }
    let mut keys = Vec::new();
    for pair in &pairs {
        keys.push(pair.as_str());
    }
    for (count, at) in order(&keys).into_iter().enumerate() {
        if count > 0 {
            out.push_str("&");
        }
        let (name, value) = cut(keys[at], "\0").unwrap_or((keys[at], ""));
        out.push_str(name);
        out.push_str("=");
        out.push_str(value);
    }
}

/// Trimmed, and inner runs of spaces made one.
fn push_header_value(out: &mut String, value: &str) {
    let mut words = 0;
    let mut rest = Some(value);
    while let Some(word) = next_piece(&mut rest, b' ') {
        if !word.is_empty() {
            if words > 0 {
                out.push_str(" ");
            }
            out.push_str(word);
            words += 1;
        }
    }
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
