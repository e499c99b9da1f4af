//! The small module's decision and signature against the whole way: what the options, the target and the signature say
//! one after the other, as the whole module asks them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::Value;
use sigfetch::clock::parse_date;
use sigfetch::config::Config;
use sigfetch::endpoint::KnownHosts;
use sigfetch::message::Url;
use sigfetch::secret::Secret;
use sigfetch::signer::sign;
use sigfetch::sigv4::{
    EMPTY_HASH, KeyCache, SigningCredentials, SigningRequest, parse_headers, payload_of, sha256_hex, sign_headers,
};
use sigfetch::target::{Overrides, check_header_signed, resolve};

#[derive(Clone, Debug)]
struct Case {
    now: i64,
    url: String,
    headers: String,
    method: String,
    hash: String,
    /// Access key id, secret access key, session token.
    set: [String; 3],
    region: String,
    /// URL, service, region.
    endpoints: Vec<[String; 3]>,
}

impl Case {
    fn arguments(&self) -> String {
        let now = self.now.to_string();
        let mut values = vec![now.as_str(), &self.url, &self.headers, &self.method, &self.hash];
        values.extend(self.set.iter().map(String::as_str));
        values.push(&self.region);
        values.extend(self.endpoints.iter().flatten().map(String::as_str));
        values.join("\0")
    }

    /// What the whole module does with the same; none if it refuses.
    fn signed_by_the_whole(&self) -> Option<String> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut config = Config::default();
        for (index, [url, service, region]) in self.endpoints.iter().enumerate() {
            config.declare(index as u32, url, service, given(region).as_deref(), None).ok()?;
        }
        config.configure(None, given(&self.region), None).ok()?;
        let (url, headers) = (Url::split(&self.url)?, parse_headers(&self.headers));
        check_header_signed(&url, &headers).ok()?;
        let target = resolve(&url, config.rules(), Overrides::default(), &mut KnownHosts::default()).ok()?;
        assert_eq!((target.path, target.unsigned_payload), (None, false));
        let [access_key_id, secret, token] = self.set.clone();
        let credentials = SigningCredentials {
            access_key_id,
            secret_access_key: Secret::new(secret),
            session_token: given(&token).map(Secret::new),
        };
        let hash = if self.hash.is_empty() { EMPTY_HASH } else { &self.hash };
        let request = SigningRequest {
            method: &self.method,
            host: &target.host,
            path: url.path,
            query: url.query,
            headers: &headers,
            payload_hash: payload_of(&headers, hash),
        };
        let signed = sign_headers(request, &target.scope, &credentials, self.now, &mut KeyCache::default());
        let sha256 = if signed.content_sha256 { request.payload_hash } else { "" };
        Some([&signed.amz_date, &signed.authorization, sha256].join("\0"))
    }
}

fn one_of(texts: &[&str]) -> impl Strategy<Value = String> + use<> {
    prop::sample::select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

/// Mostly of the one kind, so that the many parts of a case are often all of it.
fn mostly<T: core::fmt::Debug>(
    usual: impl Strategy<Value = T> + 'static,
    odd: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = T> {
    prop_oneof![19 => usual, 1 => odd]
}

/// AWS's hosts and those that are also declared; or else without a region, of unknown services and of customers.
fn host() -> impl Strategy<Value = String> {
    let name = one_of(&["abc.execute-api", "s3", "a.b.s3", "sqs", "maps.geo", "email", "abc.ddb", "abc-ats.iot"]);
    let region = one_of(&[".us-east-1", ".eu-west-1", ".us-gov-west-1"]);
    let aws = (
        mostly(name, one_of(&["elb", "b.s3-accelerate", "iam", "a.b.sqs", "abc.lambda-url", "vpce-1.sqs"])),
        mostly(region, one_of(&[".moon", ".cn-north-1", ""])),
        mostly(
            one_of(&["amazonaws.com", "api.aws"]),
            one_of(&["on.aws", "amazonaws.com.cn", "amazonaws.com.evil.com"]),
        ),
    );
    let aws = aws.prop_map(|(name, region, suffix)| format!("{name}{region}.{suffix}"));
    mostly(prop_oneof![2 => aws, 1 => own_host()], "[a-zA-Z0-9.:@%*-]{0,12}")
}

fn own_host() -> impl Strategy<Value = String> {
    let usual = one_of(&["example.com", "a.example.com", "b.a.example.com", "a.example.com:8443"]);
    mostly(usual, one_of(&["x.localhost", "127.0.0.1:80", "[::1]", "a.EXAMPLE.com."]))
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![one_of(&["", "/", "/api", "/api/", "/v2/tiles", "/mqtt"]), "(/[a-z0-9%+.é!]{0,4}){0,4}"]
}

fn url() -> impl Strategy<Value = String> {
    let scheme = mostly(Just("https".to_owned()), one_of(&["http", "wss", "ws", "ftp"]));
    let query = prop_oneof![Just(String::new()), "\\?([a-b%+=&/]|%20|é){0,10}", Just("#part".to_owned())];
    let parts = (scheme, host(), path(), query);
    mostly(parts.prop_map(|(scheme, host, path, query)| format!("{scheme}://{host}{path}{query}")), "[^\0]*")
}

fn region() -> impl Strategy<Value = String> {
    mostly(one_of(&["", "eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1"]), Just("moon".to_owned()))
}

fn endpoint() -> impl Strategy<Value = [String; 3]> {
    let own = prop_oneof![Just("*.example.com".to_owned()), own_host()];
    let secure = (mostly(own, host()), path()).prop_map(|(host, path)| format!("https://{host}{path}"));
    let local = one_of(&["http://*.localhost/", "http://127.0.0.1:80/", "http://[::1]/api", "http://example.com/"]);
    let service = one_of(&["execute-api", "s3", "appsync", "aoss", "s3express", "sqs"]);
    let service = mostly(service, one_of(&["a b", "", "s3/x"]));
    (mostly(secure, local), service, region()).prop_map(|(url, service, region)| [url, service, region])
}

fn headers() -> impl Strategy<Value = String> {
    let given = ["accept", "content-type", "x-api-key", "x-note", "user-agent", "x-amz-content-sha256", "x-amz-meta-a"];
    let ours = ["host", "x-amz-date", "authorization", "x-amz-security-token"];
    let name = mostly(one_of(&given), one_of(&ours));
    let line = (name, mostly("[a-z ,:=]{0,12}", "[a-zé ]{0,6}")).prop_map(|(name, value)| format!("{name}:{value}\n"));
    let lines = prop::collection::vec(line, 0..4).prop_map(|lines| lines.concat());
    mostly(lines, "[^\0]{0,20}")
}

fn case() -> impl Strategy<Value = Case> {
    let set = ["[A-Z0-9]{1,20}", "[a-zA-Z0-9/+]{1,40}", "[a-zA-Z0-9/+=]{0,80}"];
    let hash = prop_oneof![Just(String::new()), "[0-9a-f]{64}"];
    let request = (url(), headers(), one_of(&["GET", "POST", "PATCH"]), hash);
    (0..4_000_000_000_000_i64, request, set, region(), prop::collection::vec(endpoint(), 0..4)).prop_map(
        |(now, (url, headers, method, hash), set, region, endpoints)| Case {
            now,
            url,
            headers,
            method,
            hash,
            set,
            region,
            endpoints,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_signs_what_the_whole_signs_the_same_way_and_nothing_else(cases in prop::collection::vec(case(), 1..4)) {
        let mut keys = KeyCache::default();
        for case in cases {
            prop_assert_eq!(sign(&case.arguments(), &mut keys), case.signed_by_the_whole(), "{:?}", case);
        }
    }

    #[test]
    fn any_text_is_signed_or_not(text in "(\\PC|\0){0,60}") {
        let _ = sign(&text, &mut KeyCache::default());
    }
}

/// How often what is generated is signed: a property of refusals alone would say little.
#[test]
fn of_what_is_generated_much_is_signed_and_much_refused() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let generate = |_| case().new_tree(&mut runner).expect("a case").current();
    let signed = (0..2_000).map(generate).filter(|case| case.signed_by_the_whole().is_some()).count();
    assert!((400..1_600).contains(&signed), "{signed} of 2000");
}

#[test]
fn botocores_browser_like_cases_come_out_whole() {
    let file: Value = serde_json::from_str(include_str!("vectors/sigv4/botocore.json")).expect("vectors are JSON");
    let text = |value: &Value, name: &str| value[name].as_str().expect("a text").to_owned();
    let set = ["access_key_id", "secret_access_key", "session_token"].map(|name| text(&file["credentials"], name));
    let cases = file["cases"].as_array().expect("cases").iter().filter(|case| case["signed_url"].is_null());
    let mut keys = KeyCache::default();
    let mut count = 0;
    for vector in cases {
        // Some are for hosts of the user's own.
        let url = text(vector, "url");
        let host = Url::split(&url).expect("a URL").authority;
        let declared = [format!("https://{host}/"), text(vector, "service"), text(vector, "region")];
        let headers = vector["headers"].as_object().expect("headers").iter();
        let headers =
            headers.map(|(name, value)| format!("{}:{}\n", name.to_lowercase(), value.as_str().expect("a value")));
        let case = Case {
            now: parse_date(&text(&file, "timestamp")).expect("a date"),
            url: url.clone(),
            headers: headers.collect(),
            method: text(vector, "method"),
            hash: sha256_hex(text(vector, "body").as_bytes()),
            set: set.clone(),
            region: String::new(),
            endpoints: if host.ends_with(".amazonaws.com") { vec![] } else { vec![declared] },
        };
        let answer = sign(&case.arguments(), &mut keys).expect("a signature");
        let parts: Vec<&str> = answer.split('\0').collect();
        let sent = vector["sent_headers"].as_object().expect("headers");
        let sha256 = sent.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amz-content-sha256"));
        let sha256 = sha256.map_or("", |(_, value)| value.as_str().expect("a hash"));
        assert_eq!(parts, [&text(&file, "timestamp"), &text(vector, "authorization"), sha256], "{}", vector["name"]);
        count += 1;
    }
    assert!(count >= 10, "{count}");
}
