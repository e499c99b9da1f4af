//! The canonical request and the string to sign, for printing.
//!
//! `aws_sigv4` decides and keeps these to itself; AWS prints them when it refuses, so they are built here. The tests hold
//! the two together: what is printed must hash to the signature that is demanded.

use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};

use super::{Claim, Placement};
use crate::arrived::Arrived;

/// Everything but the unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The request in the form that is hashed.
pub(crate) fn canonical_request(request: &Arrived, claim: &Claim) -> String {
    let mut names = claim.signed_headers.clone();
    names.sort();
    let headers: String =
        names.iter().map(|name| format!("{name}:{}\n", canonical_value(&request.headers, name))).collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        if claim.service == "s3" { canonical_s3_path(request.path()) } else { canonical_path(request.path()) },
        canonical_query(request.query()),
        names.join(";"),
        payload_hash(request, claim),
    )
}

/// The last line of the canonical request. S3 alone takes the client's word for it.
pub(crate) fn payload_hash(request: &Arrived, claim: &Claim) -> String {
    match (claim.service.as_str(), request.header("x-amz-content-sha256"), claim.placement) {
        ("s3", Some(stated), _) => stated.to_owned(),
        ("s3", None, Placement::Query { .. }) => "UNSIGNED-PAYLOAD".to_owned(),
        _ => hex(digest(&SHA256, &request.body).as_ref()),
    }
}

/// S3 encodes every character once, and keeps empty and dot segments.
pub(super) fn canonical_s3_path(path: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    percent_encode(&decoded, ENCODED_IN_PATH).to_string()
}

/// What the signature is computed over.
pub(crate) fn string_to_sign(canonical_request: &str, claim: &Claim) -> String {
    format!(
        "AWS4-HMAC-SHA256\n{}\n{}\n{}",
        claim.date_time,
        claim.scope(),
        hex(digest(&SHA256, canonical_request.as_bytes()).as_ref()),
    )
}

/// Drops empty and dot segments, then encodes what went over the wire once more.
fn canonical_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let mut normalised = format!("/{}", kept.join("/"));
    if is_folder && !kept.is_empty() {
        normalised.push('/');
    }
    utf8_percent_encode(&normalised, ENCODED_IN_PATH).to_string()
}

fn canonical_query(query: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn canonical_value(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<String> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            words.join(" ")
        })
        .collect();
    values.join(",")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_encoded_again() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/a%20b/@me", "/a%2520b/%40me"),
            ("//a///b//", "/a/b/"),
            ("/a/./b/../c", "/a/c"),
            ("/a/.", "/a/"),
            ("/..", "/"),
        ] {
            assert_eq!(canonical_path(path), expected, "{path}");
        }
    }

    #[test]
    fn s3_paths_are_encoded_once_and_kept() {
        for (path, expected) in [("/a//b/./c", "/a//b/./c"), ("/a%20(b)", "/a%20%28b%29"), ("/%C3%BC", "/%C3%BC")] {
            assert_eq!(canonical_s3_path(path), expected, "{path}");
        }
    }

    #[test]
    fn queries_are_decoded_encoded_and_sorted_and_lose_the_signature() {
        for (query, expected) in [
            ("", ""),
            ("b=2&a=1%2F3&empty=&a=0", "a=0&a=1%2F3&b=2&empty="),
            ("a", "a="),
            ("a=%E2%82%AC&X-Amz-Signature=0", "a=%E2%82%AC"),
        ] {
            assert_eq!(canonical_query(query), expected, "{query}");
        }
    }
}
