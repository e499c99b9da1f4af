//! The verifier against worked cases of another signer, and against one change at a time.

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use proptest::prelude::*;
use serde_json::Value;

use super::{Claim, Fault, Invalid, Refusal, Scope, canonical_request, string_to_sign, verify};
use crate::arrived::Arrived;
use crate::clock::parse_basic;
use crate::issued::{Caller, Credentials, Issued};

/// Cases made with botocore; the package's own signer is tested with the same file.
const VECTORS: &str = include_str!("../../../vectors/sigv4/botocore.json");

struct Case {
    name: String,
    request: Arrived,
    service: String,
    region: String,
    canonical_request: String,
    string_to_sign: String,
}

impl Case {
    fn scope(&self) -> Scope<'_> {
        Scope { service: &self.service, region: &self.region, window_minutes: 5 }
    }
}

struct Vectors {
    signed_at: SystemTime,
    issued: Issued,
    secret: String,
    /// The cases of services that this server plays: the others have rules of their own.
    cases: Vec<Case>,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn arrived(method: &str, url: &str, headers: Vec<(String, String)>, body: &str) -> Arrived {
    let uri: Uri = url.parse().unwrap();
    let mut map = HeaderMap::new();
    map.insert("host", HeaderValue::from_str(uri.authority().unwrap().as_str()).unwrap());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.append(name, HeaderValue::from_str(&value).unwrap());
    }
    Arrived {
        method: method.parse().unwrap(),
        uri: uri.path_and_query().unwrap().as_str().parse().unwrap(),
        headers: map,
        body: Bytes::copy_from_slice(body.as_bytes()),
        request_id: String::new(),
        now: SystemTime::UNIX_EPOCH,
    }
}

fn load() -> Vectors {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let signed_at = parse_basic(&text(&file, "timestamp")).unwrap();
    let given = &file["credentials"];
    let secret = text(given, "secret_access_key");
    let mut issued = Issued::default();
    issued.insert(Credentials {
        access_key_id: text(given, "access_key_id"),
        secret_access_key: secret.clone(),
        session_token: text(given, "session_token"),
        expires_at: signed_at + Duration::from_secs(3600),
        caller: Caller::new("LocalGuest", "test", "test"),
    });
    let cases = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| matches!(case["service"].as_str(), Some("execute-api" | "appsync" | "sts" | "s3")))
        .map(|case| {
            let url = case["signed_url"].as_str().or(case["url"].as_str()).unwrap();
            let headers = case["sent_headers"].as_object().into_iter().flatten();
            let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
            Case {
                name: text(case, "name"),
                request: arrived(&text(case, "method"), url, headers.collect(), &text(case, "body")),
                service: text(case, "service"),
                region: text(case, "region"),
                canonical_request: text(case, "canonical_request"),
                string_to_sign: text(case, "string_to_sign"),
            }
        })
        .collect();
    Vectors { signed_at, issued, secret, cases }
}

fn case(vectors: &mut Vectors, name: &str) -> Case {
    let at = vectors.cases.iter().position(|case| case.name == name).unwrap();
    vectors.cases.remove(at)
}

#[test]
fn every_worked_case_is_accepted() {
    let vectors = load();
    assert_eq!(vectors.cases.len(), 14);
    for case in &vectors.cases {
        let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
        assert!(verdict.is_ok(), "{}: {verdict:?}", case.name);
    }
}

#[test]
fn what_is_printed_on_a_mismatch_is_what_should_have_been_signed() {
    for case in load().cases {
        let claim = Claim::read(&case.request).unwrap();
        let canonical = canonical_request(&case.request, &claim);
        assert_eq!(canonical, case.canonical_request, "{}", case.name);
        assert_eq!(string_to_sign(&canonical, &claim), case.string_to_sign, "{}", case.name);
    }
}

#[test]
fn one_changed_character_anywhere_in_the_signature_is_refused() {
    let mut vectors = load();
    let mut case = case(&mut vectors, "sts-get-caller-identity");
    let authorization = case.request.header("authorization").unwrap().to_owned();
    let start = authorization.find("Signature=").unwrap() + "Signature=".len();
    for at in start..authorization.len() {
        let mut changed = authorization.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        case.request.headers.insert("authorization", HeaderValue::from_bytes(&changed).unwrap());
        let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
        assert!(matches!(verdict, Err(Refusal::Invalid(_))), "{at}");
    }
}

#[test]
fn one_changed_byte_of_the_body_the_path_or_the_query_is_refused() {
    type Change = fn(&mut Arrived);
    let changes: [(&str, Change); 5] = [
        ("body", |request| request.body = Bytes::from_static(b"{}")),
        ("path", |request| request.uri = "/prod/pets/a%20b/%40mE?b=2&a=1%2F3&empty=&a=0".parse().unwrap()),
        ("query", |request| request.uri = "/prod/pets/a%20b/%40me?b=2&a=1%2F3&empty=&a=1".parse().unwrap()),
        ("method", |request| request.method = http::Method::POST),
        ("header", |request| {
            request.headers.insert("content-type", HeaderValue::from_static("text/plain"));
        }),
    ];
    for (what, change) in changes {
        let mut vectors = load();
        let mut case = case(&mut vectors, "apigw-get-double-encoding");
        change(&mut case.request);
        let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
        let Err(Refusal::Invalid(Invalid { text, .. })) = verdict else { unreachable!("{what}: {verdict:?}") };
        assert!(text.starts_with("The request signature we calculated does not match"), "{what}: {text}");
        assert!(text.contains("The Canonical String for this request should have been\n'GET\n") || what == "method");
    }
}

#[test]
fn the_window_is_five_minutes_either_way_and_names_the_servers_time() {
    let mut vectors = load();
    let case = case(&mut vectors, "apigw-port");
    let at = |seconds: i64| {
        let shift = Duration::from_secs(seconds.unsigned_abs());
        let now = if seconds < 0 { vectors.signed_at - shift } else { vectors.signed_at + shift };
        verify(&case.request, case.scope(), &vectors.issued, now).map(|_| ())
    };
    assert_eq!(at(300), Ok(()));
    assert_eq!(at(-300), Ok(()));
    assert_eq!(
        at(301),
        Err(Fault::Clock.told(
            "Signature expired: 20250115T120000Z is now earlier than 20250115T120001Z (20250115T120501Z - 5 min.)"
        ))
    );
    assert_eq!(
        at(-301),
        Err(Fault::Clock.told(
            "Signature not yet current: 20250115T120000Z is still later than 20250115T115959Z \
             (20250115T115459Z + 5 min.)"
        ))
    );
    assert_eq!(at(3600), Err(Refusal::ExpiredCredentials));
}

#[test]
fn a_presigned_url_lasts_as_long_as_it_says() {
    let mut vectors = load();
    let case = case(&mut vectors, "apigw-ws-presign");
    let at = |seconds| {
        let now = vectors.signed_at + Duration::from_secs(seconds);
        verify(&case.request, case.scope(), &vectors.issued, now).map(|_| ())
    };
    assert_eq!(at(300), Ok(()));
    let Err(Refusal::Invalid(invalid)) = at(301) else { unreachable!() };
    assert!(invalid.fault == Fault::PresignedExpired && invalid.text.starts_with("Signature expired: "));
}

#[test]
fn a_wrong_scope_is_named() {
    let mut vectors = load();
    let case = case(&mut vectors, "apigw-port");
    let with = |scope: Scope<'_>| match verify(&case.request, scope, &vectors.issued, vectors.signed_at) {
        Err(Refusal::Invalid(invalid)) => invalid.text,
        other => unreachable!("{other:?}"),
    };
    assert_eq!(
        with(Scope { region: "eu-west-1", ..case.scope() }),
        "Credential should be scoped to a valid region, not 'us-east-1'. "
    );
    assert_eq!(
        with(Scope { service: "appsync", ..case.scope() }),
        "Credential should be scoped to correct service: 'appsync'. "
    );
    assert_eq!(
        with(Scope { service: "appsync", region: "eu-west-1", ..case.scope() }),
        "Credential should be scoped to a valid region, not 'us-east-1'. Credential should be scoped to correct service: \
         'appsync'. "
    );
}

#[test]
fn a_signed_header_that_got_lost_is_named() {
    let mut vectors = load();
    let mut case = case(&mut vectors, "apigw-get-double-encoding");
    let lost = Claim::read(&case.request).unwrap().signed_headers.into_iter().find(|name| !name.starts_with("x-amz-"));
    let lost = lost.filter(|name| name != "host").unwrap_or_else(|| "host".to_owned());
    case.request.headers.remove(&lost);
    let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
    let expected = format!("'{lost}' is named as a SignedHeader, but it does not exist in the HTTP request.");
    assert_eq!(verdict.map(|_| ()), Err(Refusal::Incomplete(expected)));
}

#[test]
fn headers_that_steer_a_service_must_be_signed() {
    for name in ["content-type", "x-amz-target", "x-amz-content-sha256"] {
        let mut vectors = load();
        let mut case = case(&mut vectors, "apigw-port");
        case.request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
        let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
        let expected = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        assert_eq!(verdict.map(|_| ()), Err(Fault::HeaderNotSigned(name.to_owned()).told(expected)));
    }
}

#[test]
fn a_missing_or_changed_session_token_is_unknown() {
    for token in [None, Some("FQoDYXdzEXAMPLE//token+with/slash=")] {
        let mut vectors = load();
        let mut case = case(&mut vectors, "apigw-port");
        case.request.headers.remove("x-amz-security-token");
        if let Some(token) = token {
            case.request.headers.insert("x-amz-security-token", HeaderValue::from_static(token));
        }
        let verdict = verify(&case.request, case.scope(), &vectors.issued, vectors.signed_at);
        assert_eq!(verdict.map(|_| ()), Err(Refusal::UnknownCredentials));
    }
}

#[test]
fn an_authorization_that_is_no_signature_is_told_what_it_lacks() {
    for (authorization, expected) in [
        (
            "Bearer eyJ0",
            "'eyJ0' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJ0'.",
        ),
        ("AWS4-HMAC-SHA512 Credential=a", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."),
        (
            "AWS4-HMAC-SHA256 Signature=a, SignedHeaders=host",
            "Authorization header requires 'Credential' parameter. Authorization header requires existence of either \
             a 'X-Amz-Date' or a 'Date' header. ",
        ),
    ] {
        let headers = vec![("authorization".to_owned(), authorization.to_owned())];
        let request = arrived("GET", "http://a.localhost/", headers, "");
        let Err(Refusal::Incomplete(text)) = Claim::read(&request) else { unreachable!("{authorization}") };
        assert!(text.starts_with(expected), "{text}");
    }
}

proptest! {
    // The text that is printed and the verdict come from two implementations; they must never part.
    #[test]
    fn the_printed_canonical_request_hashes_to_the_signature_that_is_accepted(
        path in "(/[a-zA-Z0-9._~%!$&'()*+,;=:@-]{0,6}){0,4}",
        query in "([a-c%+~*-]{0,3}=?[a-z0-9%+/ü-]{0,4}&?){0,4}",
        value in "[ -~]{0,20}",
        body in "[ -~é]{0,20}",
    ) {
        let vectors = load();
        // Percent signs that start no escape are left out: no URL parser sends them.
        let path = path.replace('%', "%41");
        let query = query.replace('%', "%42").replace('ü', "%C3%BC");
        let url = format!("http://abc.execute-api.us-east-1.localhost:4599/prod{path}?{query}");
        let claimed = |signature: &str| vec![
            ("x-amz-date".to_owned(), "20250115T120000Z".to_owned()),
            ("x-amz-security-token".to_owned(), "FQoDYXdzEXAMPLE//token+with/slash==".to_owned()),
            ("x-amz-meta".to_owned(), value.clone()),
            // No SDK signs this one, and a client that says it did is taken at its word.
            ("user-agent".to_owned(), "test".to_owned()),
            ("authorization".to_owned(), format!(
                "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20250115/us-east-1/execute-api/aws4_request, \
                 SignedHeaders=x-amz-meta;user-agent;host;x-amz-date;x-amz-security-token, Signature={signature}"
            )),
        ];
        let unsigned = arrived("PUT", &url, claimed("0"), &body);
        let claim = Claim::read(&unsigned).unwrap();
        let to_sign = string_to_sign(&canonical_request(&unsigned, &claim), &claim);
        let key = generate_signing_key(&vectors.secret, vectors.signed_at, "us-east-1", "execute-api");
        let signed = arrived("PUT", &url, claimed(&calculate_signature(key, to_sign.as_bytes())), &body);
        let scope = Scope { service: "execute-api", region: "us-east-1", window_minutes: 5 };
        let verdict = verify(&signed, scope, &vectors.issued, vectors.signed_at);
        prop_assert!(verdict.is_ok(), "{:?}", verdict);
    }
}
