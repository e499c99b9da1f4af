//! The pure rooms beside aws-sigv4's own request signer: the same requests, the same headers as a result, on this
//! machine instead of in a browser. Both hash the body.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sigfetch::secret::Secret;
use sigfetch::sigv4::{KeyCache, Scope, SigningCredentials, SigningRequest, sha256_hex, sign_headers};

const HOST: &str = "abc123def4.execute-api.eu-west-1.amazonaws.com";
const PATH: &str = "/prod/items";
const QUERY: &str = "limit=25&after=2026-11-22&search=kettle";
const HEADERS: &[(&str, &str)] = &[("content-type", "application/json")];
const SECONDS: u64 = 1_795_305_600;

/// Bytes of the body; none is a GET.
const BODIES: &[usize] = &[0, 300, 16_384, 1_048_576];

fn main() {
    divan::main();
}

/// As long as those of a role.
fn session_token() -> String {
    "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789".repeat(28)
}

fn method(size: usize) -> &'static str {
    if size == 0 { "GET" } else { "POST" }
}

#[divan::bench(args = BODIES)]
fn sigfetch_key_kept(bencher: Bencher<'_, '_>, size: usize) {
    bench_sigfetch(bencher, size, true);
}

#[divan::bench(args = BODIES)]
fn sigfetch_key_derived_each_time(bencher: Bencher<'_, '_>, size: usize) {
    bench_sigfetch(bencher, size, false);
}

fn bench_sigfetch(bencher: Bencher<'_, '_>, size: usize, keeps_key: bool) {
    let scope = Scope { service: "execute-api".into(), region: "eu-west-1".into() };
    let credentials = SigningCredentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
        secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into()),
        session_token: Some(Secret::new(session_token())),
    };
    let body = vec![7; size];
    let mut keys = KeyCache::default();
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        if !keeps_key {
            keys.clear();
        }
        let request = SigningRequest {
            method: method(size),
            host: HOST,
            path: PATH,
            query: QUERY,
            headers: HEADERS,
            payload_hash: &sha256_hex(black_box(&body)),
        };
        sign_headers(request, &scope, &credentials, (SECONDS * 1_000).cast_signed(), &mut keys)
    });
}

/// It derives the key each time, as it keeps nothing between requests.
#[divan::bench(args = BODIES)]
fn aws_sigv4(bencher: Bencher<'_, '_>, size: usize) {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", secret, Some(session_token()), None, "bench");
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("execute-api")
        .time(UNIX_EPOCH + Duration::from_secs(SECONDS))
        .settings(SigningSettings::default())
        .build()
        .expect("complete parameters")
        .into();
    let url = format!("https://{HOST}{PATH}?{QUERY}");
    let body = vec![7; size];
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let body = SignableBody::Bytes(black_box(&body));
        let request = SignableRequest::new(method(size), &url, HEADERS.iter().copied(), body);
        sign(request.expect("a signable request"), &params).expect("a signature")
    });
}
