//! Generated requests, signed by this crate and by aws-sigv4's request signer: every header that it adds has to be equal,
//! byte for byte, for services with single and with double path encoding.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use proptest::prelude::*;
use sigfetch::secret::Secret;
use sigfetch::sigv4::{
    KeyCache, Scope, SigningCredentials, SigningRequest, TokenPlacement, UNSIGNED_PAYLOAD, effective_payload_hash,
    presign, sha256_hex, sign_headers,
};

const SERVICES: &[&str] =
    &["execute-api", "appsync", "lambda", "dynamodb", "sts", "kendra", "s3", "s3-object-lambda", "aoss"];

/// Services whose URLs are presigned for WebSockets.
const SOCKETS: &[&str] = &["execute-api", "transcribe", "iotdevicegateway"];

#[derive(Clone, Debug)]
struct Case {
    method: &'static str,
    host: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    service: &'static str,
    region: &'static str,
    token: Option<String>,
    secret: String,
    seconds: u64,
}

/// A path segment as `new URL()` leaves it on the wire: some reserved characters raw, the rest escaped.
fn segment() -> impl Strategy<Value = String> {
    let raw = prop_oneof![
        6 => "[a-zA-Z0-9._~-]{1,8}",
        2 => "[!$&'()*+,;=:@]{1,4}",
        2 => any::<char>().prop_map(|c| escape(&c.to_string())),
        1 => Just("%2F".to_owned()),
        1 => Just("%25".to_owned()),
        1 => Just("%7e".to_owned()),
    ];
    prop::collection::vec(raw, 0..4).prop_map(|parts| parts.concat())
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 0..5)
        .prop_map(|segments| format!("/{}", segments.join("/")))
        // The URL parser has resolved dot segments before anybody signs.
        .prop_filter("no dot segments", |path| {
            !path.split('/').any(|s| matches!(s.to_lowercase().replace("%2e", ".").as_str(), "." | ".."))
        })
}

fn query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9._~-]{0,6}",
        2 => "[!$'()*,;:@/?+]{0,3}",
        2 => any::<char>().prop_map(|c| escape(&c.to_string())),
        1 => Just("%20".to_owned()),
        1 => Just("%e2%82%ac".to_owned()),
    ];
    let pair = (piece.clone(), prop::option::of(piece)).prop_map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    });
    prop::collection::vec(pair, 0..6).prop_map(|pairs| pairs.join("&"))
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        Just("content-type".to_owned()),
        Just("accept".to_owned()),
        Just("x-amz-target".to_owned()),
        Just("x-api-key".to_owned()),
        "x-[a-z]{1,8}",
    ];
    prop::collection::btree_map(name, "[!-~]{1,6}( {1,3}[!-~]{1,6}){0,2}", 0..5)
        .prop_map(|headers| headers.into_iter().collect())
}

fn case() -> impl Strategy<Value = Case> {
    let target = (
        prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
        "[a-z0-9]{3,10}\\.example\\.com(:8443)?",
        path(),
        query(),
    );
    let content = (headers(), prop::collection::vec(any::<u8>(), 0..200));
    let scope = (
        prop::sample::select(SERVICES),
        prop::sample::select(vec!["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]),
    );
    let who = (prop::option::of("[A-Za-z0-9+/=]{1,300}"), "[A-Za-z0-9+/]{40}", 0u64..4_000_000_000);
    (target, content, scope, who).prop_map(|(target, content, scope, who)| Case {
        method: target.0,
        host: target.1,
        path: target.2,
        query: target.3,
        headers: content.0,
        body: content.1,
        service: scope.0,
        region: scope.1,
        token: who.0,
        secret: who.1,
        seconds: who.2,
    })
}

fn is_s3(service: &str) -> bool {
    service.starts_with("s3")
}

/// S3's rule is "decoded, with a raw plus as a space, then encoded once". aws-sigv4 takes the path as it is and leaves
/// that to its caller, so it is given the path in the form that the rule asks for.
fn oracle_path(case: &Case) -> String {
    if !is_s3(case.service) {
        return case.path.clone();
    }
    let bytes = case.path.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let (byte, width) = match bytes[at] {
            b'%' => (u8::from_str_radix(&case.path[at + 1..at + 3], 16).expect("an escape"), 3),
            byte => (byte, 1),
        };
        match (byte, width) {
            (b'/', 1) => out.push('/'),
            (b'+', 1) => out.push_str("%20"),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        at += width;
    }
    out
}

fn settings(case: &Case) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if is_s3(case.service) {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

fn url(case: &Case) -> String {
    let mark = if case.query.is_empty() { "" } else { "?" };
    format!("https://{}{}{mark}{}", case.host, oracle_path(case), case.query)
}

fn oracle(case: &Case, settings: SigningSettings, body: SignableBody<'_>) -> (Vec<(String, String)>, String) {
    let identity = Credentials::new("AKIDEXAMPLE", &case.secret, case.token.clone(), None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(case.region)
        .name(case.service)
        .time(UNIX_EPOCH + Duration::from_secs(case.seconds))
        .settings(settings)
        .build()
        .expect("complete parameters")
        .into();
    let url = url(case);
    let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new(case.method, url, headers, body).expect("a signable request");
    let (instructions, signature) = sign(request, &params).expect("a signature").into_parts();
    let (headers, query) = instructions.into_parts();
    let mut all: Vec<(String, String)> =
        headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect();
    all.extend(query.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())));
    (all, signature)
}

fn ours(case: &Case) -> (Scope, SigningCredentials, String) {
    let scope = Scope { service: case.service.into(), region: case.region.into() };
    let credentials = SigningCredentials {
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: Secret::new(case.secret.clone()),
        session_token: case.token.clone().map(Secret::new),
    };
    (scope, credentials, sha256_hex(&case.body))
}

fn pairs(case: &Case) -> Vec<(&str, &str)> {
    case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn request<'a>(case: &'a Case, headers: &'a [(&'a str, &'a str)], hash: &'a str) -> SigningRequest<'a> {
    SigningRequest {
        method: case.method,
        host: &case.host,
        path: &case.path,
        query: &case.query,
        headers,
        payload_hash: hash,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12_000, ..ProptestConfig::default() })]

    #[test]
    fn signed_headers_equal_the_oracles(case in case()) {
        let (scope, credentials, hash) = ours(&case);
        let time = case.seconds as i64 * 1_000;
        let signed = sign_headers(request(&case, &pairs(&case), &hash), &scope, &credentials, time, &mut KeyCache::default());
        let mut settings = settings(&case);
        if signed.content_sha256 {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let (expected, _) = oracle(&case, settings, SignableBody::Bytes(&case.body));
        let mut added = vec![
            ("authorization".to_owned(), signed.authorization),
            ("x-amz-date".to_owned(), signed.amz_date),
        ];
        if signed.content_sha256 {
            added.push(("x-amz-content-sha256".to_owned(), hash));
        }
        if let Some(token) = &case.token {
            added.push(("x-amz-security-token".to_owned(), token.clone()));
        }
        let mut expected = expected;
        expected.sort();
        added.sort();
        prop_assert_eq!(added, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// S3 without a hash of the body: the header says so, whether the caller sets it or the signature adds it.
    #[test]
    fn unsigned_payloads_equal_the_oracles(case in case(), given: bool) {
        let (mut scope, credentials, hash) = ours(&case);
        scope.service = "s3".into();
        let case = Case { service: "s3", ..case };
        let mut headers = pairs(&case);
        if given {
            headers.push(("x-amz-content-sha256", UNSIGNED_PAYLOAD));
        }
        let hash = if given { hash.as_str() } else { UNSIGNED_PAYLOAD };
        let request = SigningRequest { payload_hash: effective_payload_hash(&headers, hash), ..request(&case, &headers, hash) };
        let time = case.seconds as i64 * 1_000;
        let signed = sign_headers(request, &scope, &credentials, time, &mut KeyCache::default());
        let mut settings = settings(&case);
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let (expected, _) = oracle(&case, settings, SignableBody::UnsignedPayload);
        prop_assert!(expected.contains(&("authorization".to_owned(), signed.authorization)));
    }

    #[test]
    fn presigned_queries_equal_the_oracles(
        case in case(),
        socket in prop::option::weighted(0.3, prop::sample::select(SOCKETS)),
        with_headers: bool,
        expires in 1u32..604_800,
    ) {
        let case = Case { body: Vec::new(), service: socket.unwrap_or(case.service), ..case };
        let case = if with_headers && socket.is_none() { case } else { Case { headers: Vec::new(), ..case } };
        let (scope, credentials, empty) = ours(&case);
        let unsigned = is_s3(case.service);
        let hash = if unsigned { "UNSIGNED-PAYLOAD".to_owned() } else { empty };
        let time = case.seconds as i64 * 1_000;
        let query = presign(request(&case, &pairs(&case), &hash), &scope, &credentials, time, expires, &mut KeyCache::default());
        let mut settings = settings(&case);
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(expires.into()));
        let appended = TokenPlacement::for_service(case.service) == TokenPlacement::Appended;
        settings.session_token_mode = if appended { SessionTokenMode::Exclude } else { SessionTokenMode::Include };
        let body = if unsigned { SignableBody::UnsignedPayload } else { SignableBody::Bytes(b"") };
        let (_, signature) = oracle(&case, settings, body);
        let mark = format!("X-Amz-Signature={signature}");
        prop_assert!(query.split('&').any(|pair| pair == mark), "{query} {signature}");
        if appended && case.token.is_some() {
            let (_, end) = query.split_once(&mark).expect("the signature");
            prop_assert!(end.starts_with("&X-Amz-Security-Token="));
        }
    }

    /// Whatever comes from outside is signed without a panic, and no header can break out of its line.
    #[test]
    fn any_text_is_signed(method in ".{0,8}", host in ".{0,40}", path in ".{0,60}", query in ".{0,60}") {
        let request = SigningRequest {
            method: &method, host: &host, path: &path, query: &query, headers: &[], payload_hash: "",
        };
        let scope = Scope { service: "execute-api".into(), region: "us-east-1".into() };
        let credentials = SigningCredentials {
            access_key_id: "AKID".into(), secret_access_key: Secret::new("s".into()), session_token: None,
        };
        let mut keys = KeyCache::default();
        let signed = sign_headers(request, &scope, &credentials, 0, &mut keys);
        prop_assert!(!signed.authorization.contains('\n'));
        presign(request, &scope, &credentials, 0, 60, &mut keys);
    }
}
