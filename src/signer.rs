//! The signature of a request from one text, with credentials handed in. What a page does first needs nothing else, so
//! this much is compiled as a module of its own, less than half of the whole one's download.
//!
//! What it signs, it signs as the whole module does. What that would refuse or treat in a way of its own, this leaves
//! to it: there are no errors here, because their texts are bytes too.

use crate::endpoint::is_region;
use crate::message::Url;
use crate::secret::Secret;
use crate::sigv4::{EMPTY_HASH, KeyCache, SigningCredentials, SigningRequest, parse_headers, payload_of, sign_headers};
use crate::target::{Declared, can_sign_headers, plain_scope};
use crate::text::{concat, next_piece, parse_decimal};

/// Takes texts with a NUL between them: the server's time in milliseconds, URL, headers as
/// [`parse_headers`] reads them, method, the body's hash (empty without a body), access key id, secret access key,
/// session token (empty without one), the client's region (empty without one), and for each declared endpoint its URL,
/// service and region (empty for the client's). Gives what the headers to add say, with a NUL between them:
/// `x-amz-date`, `authorization` and `x-amz-content-sha256`, which is empty where it is not to be added. None if the
/// request, or anything else of it all, is not for this module.
///
/// What it knows no argument for is not for it either: `init.aws`, `options.allow`, and declared endpoints with `signAs`.
pub fn sign(arguments: &str, keys: &mut KeyCache) -> Option<String> {
    let mut rest = Some(arguments);
    let mut next = || next_piece(&mut rest, 0);
    let time = parse_decimal(next()?)?;
    let url = Url::split(next()?)?;
    let headers = parse_headers(next()?);
    let (method, hash) = (next()?, next()?);
    let credentials = SigningCredentials {
        access_key_id: given(next()?)?.into(),
        secret_access_key: Secret::new(given(next()?)?.into()),
        session_token: given(next()?).map(|token| Secret::new(token.into())),
    };
    let region = given(next()?);
    let mut declared = Vec::new();
    while let Some(url) = next() {
        let (service, region) = (next()?, next()?);
        declared.push(Declared::check(url, service, given(region)).ok()?);
    }
    if !region.is_none_or(is_region) || !can_sign_headers(&url, &headers) {
        return None;
    }
    let scope = plain_scope(&url, &declared, region)?;
    let request = SigningRequest {
        method,
        host: url.authority,
        path: url.path,
        query: url.query,
        headers: &headers,
        payload_hash: payload_of(&headers, given(hash).unwrap_or(EMPTY_HASH)),
    };
    let signed = sign_headers(request, &scope, &credentials, time, keys);
    let sha256 = if signed.content_sha256 { request.payload_hash } else { "" };
    Some(concat(&[&signed.amz_date, "\0", &signed.authorization, "\0", sha256]))
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const HOST: &str = "https://abc.execute-api.us-east-1.amazonaws.com/prod";

    fn arguments<'a>(url: &'a str, region: &'a str) -> Vec<&'a str> {
        vec!["1440938160000", url, "accept:*/*\n", "GET", "", "AKIDEXAMPLE", "secret", "token", region]
    }

    fn signed(arguments: &[&str]) -> Option<String> {
        sign(&arguments.join("\0"), &mut KeyCache::default())
    }

    #[test]
    fn one_text_gives_the_headers_to_add() {
        let answer = signed(&arguments(HOST, "")).unwrap();
        let [date, authorization, sha256] = answer.split('\0').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!((date, sha256), ("20150830T123600Z", ""));
        let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, \
                     SignedHeaders=accept;host;x-amz-date;x-amz-security-token, Signature=";
        assert_eq!(authorization.strip_prefix(start).map(str::len), Some(64));
    }

    #[test]
    fn a_declared_endpoint_is_signed_for_in_its_own_region_or_the_clients() {
        for (endpoint, expected) in [("us-west-2", "us-west-2"), ("", "eu-west-1")] {
            let mut arguments = arguments("https://b.example.com/key", "eu-west-1");
            assert_eq!(signed(&arguments), None);
            arguments.extend(["https://*.example.com/", "s3", endpoint]);
            let answer = signed(&arguments).unwrap();
            assert!(answer.contains(&format!("/20150830/{expected}/s3/aws4_request,")), "{answer}");
            assert!(answer.ends_with(&format!("\0{EMPTY_HASH}")), "{answer}");
            arguments[4] = "ab";
            assert!(signed(&arguments).unwrap().ends_with("\0ab"));
        }
    }

    #[test]
    fn what_is_not_whole_is_not_signed() {
        let mut whole = arguments(HOST, "");
        whole.extend(["https://api.example.com/", "execute-api", ""]);
        for count in 0..=whole.len() {
            assert_eq!(signed(&whole[..count]).is_some(), count == 9 || count == 12, "{count}");
        }
        for (index, value) in [
            (0, ""),
            (0, "-1"),
            (0, "1e12"),
            (1, "/prod"),
            (1, "wss://abc.execute-api.us-east-1.amazonaws.com/prod"),
            (1, "http://abc.execute-api.us-east-1.amazonaws.com/prod"),
            (1, "https://sts.amazonaws.com.example.com/"),
            (1, "https://b.s3-accelerate.amazonaws.com/"),
            (2, "x-amz-date:20150830T123600Z\n"),
            (2, "content-type:caf\u{e9}\n"),
            (5, ""),
            (6, ""),
            (8, "moon"),
            (9, "http://api.example.com/"),
            (10, "execute api"),
            (11, "moon"),
        ] {
            let mut values = whole.clone();
            values[index] = value;
            assert_eq!(signed(&values), None, "{index}: {value:?}");
        }
    }
}
