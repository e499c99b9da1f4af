//! The official SigV4 suite and botocore's browser-like cases at every stage, natively and in the browser: a failure
//! names the first stage that differs.
#![allow(clippy::expect_used, clippy::panic)]

use serde_json::Value;
use sigfetch::secret::Secret;
use sigfetch::sigv4::{
    CanonicalInput, KeyCache, PathEncoding, PathRule, Scope, Segments, SigningCredentials, SigningRequest,
    canonical_request, is_signed, presign, sha256_hex, sign_headers,
};
use sigfetch::time::parse_date;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn load(json: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(json).expect("vectors are JSON");
    match value {
        Value::Array(cases) => cases,
        _ => panic!("vectors are a list"),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {value}"))
}

struct Raw {
    method: String,
    path: String,
    query: String,
    host: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Reads the suite's `request.txt`: a request line, headers that may be folded, an empty line, a body.
fn parse_request(request: &str) -> Raw {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.trim_end().lines();
    let line = lines.next().expect("a request line").trim_end_matches(" HTTP/1.1");
    let (method, target) = line.split_once(' ').expect("method and target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with(' ') {
            let last = headers.last_mut().expect("a folded line follows a header");
            last.1 = format!("{} {}", last.1, line.trim());
        } else {
            let (name, value) = line.split_once(':').expect("a header");
            headers.push((name.to_lowercase(), value.into()));
        }
    }
    let at = headers.iter().position(|(name, _)| name == "host").expect("a host");
    let host = headers.remove(at).1;
    headers.retain(|(name, _)| name != "x-amz-date");
    Raw { method: method.into(), path: path.into(), query: query.into(), host, headers, body: body.into() }
}

fn credentials(context: &Value) -> SigningCredentials {
    SigningCredentials {
        access_key_id: text(&context["credentials"], "access_key_id").into(),
        secret_access_key: Secret::new(text(&context["credentials"], "secret_access_key").into()),
        session_token: context["credentials"]["token"].as_str().map(|token| Secret::new(token.into())),
    }
}

fn authorization_of(request: &str) -> &str {
    let line = request.lines().find(|line| line.starts_with("Authorization:"));
    line.expect("an Authorization header").trim_start_matches("Authorization:").trim()
}

/// The suite signs `content-length` and, in some cases, no session token, which this crate never does. So each stage is
/// called by itself, with the headers of the suite.
#[wasm_bindgen_test(unsupported = test)]
fn the_official_suite_agrees_at_every_stage_in_both_forms() {
    let cases = load(include_str!("vectors/sigv4/official.json"));
    let complete: Vec<_> = cases.iter().filter(|case| !case["context"].is_null()).collect();
    assert_eq!(complete.len(), 38);
    for case in complete {
        header_form(case);
        query_form(case);
    }
}

struct Context {
    credentials: SigningCredentials,
    scope: Scope,
    time: i64,
    rule: PathRule,
    omit_token: bool,
}

fn context(case: &Value) -> Context {
    let context = &case["context"];
    Context {
        credentials: credentials(context),
        scope: Scope { service: text(context, "service").into(), region: text(context, "region").into() },
        time: parse_date(text(context, "timestamp")).expect("a date"),
        rule: PathRule {
            segments: if context["normalize"] == true { Segments::Resolved } else { Segments::Kept },
            encoding: PathEncoding::Once,
        },
        omit_token: context["omit_session_token"] == true,
    }
}

fn header_form(case: &Value) {
    let name = text(case, "name");
    let (raw, context) = (parse_request(text(case, "request")), context(case));
    let stages = &case["header"];
    let hash = sha256_hex(raw.body.as_bytes());
    let mut headers: Vec<(&str, &str)> =
        raw.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let scope = context.scope.at(context.time);
    headers.push(("x-amz-date", &scope.amz_date));
    if let (Some(token), false) = (&context.credentials.session_token, context.omit_token) {
        headers.push(("x-amz-security-token", token.expose()));
    }
    if case["context"]["sign_body"] == true {
        headers.push(("x-amz-content-sha256", &hash));
    }
    let (given, own) = as_we_sign(headers);
    let canonical = canonical_request(&CanonicalInput {
        request: request(&raw, &given, &hash),
        own_query: &[],
        own_headers: &own,
        path_rule: context.rule,
    });
    assert_eq!(canonical.text, text(stages, "canonicalRequest"), "canonical request of {name}");
    let to_sign = scope.string_to_sign(&canonical.text);
    assert_eq!(to_sign, text(stages, "stringToSign"), "string to sign of {name}");
    let signature = KeyCache::default().signature(&context.credentials, &scope, &to_sign);
    assert_eq!(signature, text(stages, "signature"), "signature of {name}");
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
        context.credentials.access_key_id, scope.credential_scope, canonical.signed_headers
    );
    assert_eq!(authorization, authorization_of(text(stages, "signedRequest")), "signed request of {name}");
}

fn query_form(case: &Value) {
    let name = text(case, "name");
    let (raw, context) = (parse_request(text(case, "request")), context(case));
    let stages = &case["query"];
    let hash = sha256_hex(raw.body.as_bytes());
    let headers: Vec<(&str, &str)> = raw.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).chain(["host"]).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(";");
    let scope = context.scope.at(context.time);
    let credential = format!("{}/{}", context.credentials.access_key_id, scope.credential_scope);
    let expires = case["context"]["expiration_in_seconds"].to_string();
    let mut own_query = vec![
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", &scope.amz_date),
        ("X-Amz-Expires", &expires),
        ("X-Amz-SignedHeaders", &names),
    ];
    if let (Some(token), false) = (&context.credentials.session_token, context.omit_token) {
        own_query.push(("X-Amz-Security-Token", token.expose()));
    }
    let (given, own_headers) = as_we_sign(headers);
    let canonical = canonical_request(&CanonicalInput {
        request: request(&raw, &given, &hash),
        own_query: &own_query,
        own_headers: &own_headers,
        path_rule: context.rule,
    });
    assert_eq!(canonical.text, text(stages, "canonicalRequest"), "canonical request of {name}, query form");
    let to_sign = scope.string_to_sign(&canonical.text);
    assert_eq!(to_sign, text(stages, "stringToSign"), "string to sign of {name}, query form");
    let signature = KeyCache::default().signature(&context.credentials, &scope, &to_sign);
    assert_eq!(signature, text(stages, "signature"), "signature of {name}, query form");
}

type Header<'a> = (&'a str, &'a str);

/// The suite signs headers that this crate does not, such as `content-length`: those are passed as the signature's own.
fn as_we_sign<'a>(headers: Vec<Header<'a>>) -> (Vec<Header<'a>>, Vec<Header<'a>>) {
    headers.into_iter().partition(|(name, value)| is_signed(name, value))
}

fn request<'a>(raw: &'a Raw, headers: &'a [(&'a str, &'a str)], hash: &'a str) -> SigningRequest<'a> {
    SigningRequest {
        method: &raw.method,
        host: &raw.host,
        path: &raw.path,
        query: &raw.query,
        headers,
        payload_hash: hash,
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_suites_double_encoding_cases_agree_with_the_general_rule() {
    let cases = load(include_str!("vectors/sigv4/official.json"));
    let double: Vec<_> = cases.iter().filter(|case| case["context"].is_null()).collect();
    assert_eq!(double.len(), 2);
    for case in double {
        let raw = parse_request(text(case, "request"));
        let expected = text(&case["header"], "canonicalRequest");
        let date = expected.lines().find_map(|line| line.strip_prefix("x-amz-date:")).expect("a date");
        let hash = sha256_hex(raw.body.as_bytes());
        let canonical = canonical_request(&CanonicalInput {
            request: request(&raw, &[], &hash),
            own_query: &[],
            own_headers: &[("x-amz-date", date)],
            path_rule: PathRule::GENERAL,
        });
        assert_eq!(canonical.text, expected, "{}", text(case, "name"));
    }
}

/// From a request as a browser sends it to the headers or the URL.
#[wasm_bindgen_test(unsupported = test)]
fn botocores_browser_like_cases_come_out_whole() {
    let file: Value = serde_json::from_str(include_str!("vectors/sigv4/botocore.json")).expect("vectors are JSON");
    let time = parse_date(text(&file, "timestamp")).expect("a date");
    let credentials = SigningCredentials {
        access_key_id: text(&file["credentials"], "access_key_id").into(),
        secret_access_key: Secret::new(text(&file["credentials"], "secret_access_key").into()),
        session_token: Some(Secret::new(text(&file["credentials"], "session_token").into())),
    };
    let cases = file["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 15);
    for case in cases {
        let name = text(case, "name");
        let scope = Scope { service: text(case, "service").into(), region: text(case, "region").into() };
        let url = text(case, "url").split_once("://").expect("a scheme").1;
        let (host, rest) = url.split_at(url.find('/').expect("a path"));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut headers: Vec<(String, &str)> = case["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.as_str().expect("a value")))
            .collect();
        headers.sort();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let hash = match case["signed_url"].as_str() {
            Some(_) if scope.service == "s3" => "UNSIGNED-PAYLOAD".into(),
            _ => sha256_hex(text(case, "body").as_bytes()),
        };
        let request =
            SigningRequest { method: text(case, "method"), host, path, query, headers: &headers, payload_hash: &hash };
        let mut keys = KeyCache::default();
        if let Some(url) = case["signed_url"].as_str() {
            let expires = case["expires"].as_u64().expect("seconds") as u32;
            let query = presign(request, &scope, &credentials, time, expires, &mut keys);
            assert_eq!(pairs(&query), pairs(url.split_once('?').expect("a query").1), "{name}");
            let last = |query: &str| query.rsplit_once('&').expect("pairs").1.to_owned();
            assert_eq!(last(&query), last(url), "what comes after the signature in {name}");
        } else {
            let signed = sign_headers(request, &scope, &credentials, time, &mut keys);
            assert_eq!(signed.authorization, text(case, "authorization"), "{name}");
            assert_eq!(signed.amz_date, text(&file, "timestamp"), "{name}");
            let sent = case["sent_headers"].as_object().expect("headers");
            let sends_hash = sent.keys().any(|name| name.eq_ignore_ascii_case("x-amz-content-sha256"));
            assert_eq!(signed.content_sha256, sends_hash, "{name}");
        }
    }
}

fn pairs(query: &str) -> Vec<&str> {
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    pairs
}
