//! The signature of a request from one text, with credentials handed in. What a page does first needs nothing else, so
//! this much is compiled as a module of its own, a good third of the whole one's download.
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
