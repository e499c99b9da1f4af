//! Thousands of hostile URLs, declarations, lists and overrides: nothing panics, and nothing is signed for a host that is
//! neither AWS's nor declared. What AWS's hosts are and what is declared is decided here by other code than the crate's.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

use proptest::prelude::*;
use sigfetch::endpoint::KnownHosts;
use sigfetch::http::Url;
use sigfetch::routing::{DeclaredEndpoint, HostPattern, Overrides, Rules, SignAs, resolve};

/// Where AWS answers, as botocore's partitions.json and the Lambda and OpenSearch guides have it.
const AWS: &[&str] = &[
    "amazonaws.com",
    "api.aws",
    "on.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
];

/// Names under AWS's domains behind which customers run servers.
const CUSTOMERS: &[&str] =
    &["elb", "compute", "compute-1", "elasticbeanstalk", "s3-website", "rds", "awsapprunner", "cloudfront"];

/// The host that a browser would connect to for a URL as its parser writes it, or none if this is no such URL.
fn browsers_host(url: &str) -> Option<String> {
    let rest = ["https://", "wss://", "http://", "ws://"].iter().find_map(|scheme| url.strip_prefix(scheme))?;
    let authority: String = rest.chars().take_while(|c| !matches!(c, '/' | '?' | '#' | '\\')).collect();
    let host = authority.rsplit('@').next()?.to_owned();
    Some(match host.rfind(':').filter(|at| !host[*at..].contains(']')) {
        Some(at) => host[..at].to_owned(),
        None => host,
    })
}

fn is_aws(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let plain = host
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    plain && AWS.iter().any(|suffix| host.strip_suffix(suffix).is_some_and(|front| front.ends_with('.')))
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host.starts_with("127.")
}

/// Texts that look like something else.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9-]{1,8}",
        2 => prop::sample::select(vec![
            "execute-api", "s3", "sqs", "lambda-url", "amazonaws", "com", "aws", "api", "on", "us-east-1", "eu-west-1",
            "evil", "example", "localhost", "cn", "xn--80ak6aa92e", "127", "0", "1", "aoss", "es", "iot", "s3-website",
        ])
        .prop_map(str::to_owned),
        1 => prop::sample::select(CUSTOMERS.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "", "*", "%2A", "%2e", "%61mazonaws", "é", "。", "а", "\u{ff0e}com", "@", "user@", ":", ":443", "[::1]", " ",
            "\t", "\r\n", "\\", "/", "?", "#", "\0", "%00", "A", "AMAZONAWS", "-", "_", "..", "\u{202e}", "\u{ad}",
        ])
        .prop_map(str::to_owned),
    ]
}

fn hostile_host() -> impl Strategy<Value = String> {
    let tail = prop_oneof![
        Just(String::new()),
        prop::sample::select(AWS.to_vec()).prop_map(|suffix| format!(".{suffix}")),
        prop::sample::select(AWS.to_vec()).prop_map(|suffix| format!(".us-east-1.{suffix}")),
        Just(".amazonaws.com.evil.com".to_owned()),
        Just(".example.com".to_owned()),
        Just("amazonaws.com".to_owned()),
    ];
    let end =
        prop::sample::select(vec!["", "", "", ".", ":443", ":8443", "@evil.com", "\\@evil.com", "%2eevil.com", "。"]);
    (prop::collection::vec(label(), 0..6), tail, end)
        .prop_map(|(labels, tail, end)| format!("{}{tail}{end}", labels.join(".")))
}

/// Hosts that are often taken, so that what must hold for those that are is tried.
fn host() -> impl Strategy<Value = String> {
    let aws = (
        prop::sample::select(vec!["", "a.", "a.b.", "vpce-1.", "search-x."]),
        prop::sample::select(vec!["execute-api", "s3", "sqs", "lambda-url", "maps.geo", "elb", "compute", "sts", "es"]),
        prop::sample::select(vec![".us-east-1", ".cn-north-1", ".us-gov-west-1", ".eu", ""]),
        prop_oneof![3 => Just("amazonaws.com"), 1 => prop::sample::select(AWS.to_vec())],
    )
        .prop_map(|(id, service, region, suffix)| format!("{id}{service}{region}.{suffix}"));
    let own = prop::sample::select(vec![
        "example.com",
        "a.example.com",
        "b.a.example.com",
        "a.example.com.",
        "aexample.com",
        "a.example.com:8443",
        "x.localhost",
        "localhost:5173",
        "127.0.0.1",
        "[::1]:80",
        "a.example.com.evil.com",
    ]);
    prop_oneof![3 => hostile_host(), 3 => aws, 3 => own.prop_map(str::to_owned)]
}

/// What options declare: mostly what the hosts above are below.
fn entry() -> impl Strategy<Value = String> {
    let base = prop::sample::select(vec![
        "https://example.com",
        "https://*.example.com",
        "https://%2A.a.example.com",
        "https://a.example.com:8443",
        "http://*.localhost",
        "http://localhost:5173",
        "http://[::1]:80",
        "http://127.0.0.1",
        "wss://a.example.com",
        "https://*.com",
        "https://*.amazonaws.com",
        "https://*",
        "http://*.example.com",
    ]);
    let end = prop::sample::select(vec!["", "/", "/api", "/api/", "/api/*", "/?x"]);
    prop_oneof![4 => (base, end).prop_map(|(base, end)| format!("{base}{end}")), 1 => url()]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "(/[a-z0-9.%*@~-]{0,6}){0,4}",
        1 => prop::sample::select(vec![
            "/api", "/api/", "/apiary", "/api/..", "/api/%2e%2e/x", "//evil.com/api", "/\\evil.com", "/api?x", "/api#x",
            "/api/*", "/mqtt", "/v2/x",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,10}",
    ]
}

fn url() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        12 => Just("https://"),
        3 => Just("wss://"),
        3 => Just("http://"),
        1 => prop::sample::select(vec![
            "ws://", "ftp://", "https:", "https:///", "HTTPS://", "", "blob:https://", "javascript://", "//",
        ]),
    ];
    let url = (scheme, host(), path()).prop_map(|(scheme, host, path)| format!("{scheme}{host}{path}"));
    prop_oneof![20 => url, 1 => "\\PC{0,40}"]
}

/// What the entry's author meant it to hold for: host (below it for a star), port, path.
fn is_meant(declared: &str, url: &str) -> bool {
    let (Some(pattern), Some(host)) = (browsers_host(declared), browsers_host(url)) else { return false };
    let pattern = pattern.to_ascii_lowercase();
    let pattern = pattern.strip_suffix('.').unwrap_or(&pattern).to_owned();
    match pattern.strip_prefix("*.").or_else(|| pattern.strip_prefix("%2a.")) {
        Some(name) => host.strip_suffix(name).is_some_and(|front| front.len() > 1 && front.ends_with('.')),
        None => host == pattern,
    }
}

fn allowed_host() -> impl Strategy<Value = String> {
    let named =
        prop::sample::select(vec!["*.amazonaws.com", "*.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"]);
    prop_oneof![1 => host(), 2 => named.prop_map(str::to_owned)]
}

/// What `init.aws` holds: service, region, signAs, unsignedPayload.
type Given = (Option<String>, Option<String>, Option<String>, bool);

fn overrides() -> impl Strategy<Value = Given> {
    let text = || {
        let text = prop_oneof![1 => hostile_host(), 3 => Just("us-east-1".to_owned()), 1 => Just("s3".to_owned())];
        prop::option::weighted(0.2, text)
    };
    let sign_as = prop::option::weighted(0.2, (host(), path()).prop_map(|(host, path)| host + &path));
    (text(), text(), sign_as, prop::bool::weighted(0.1))
}

fn path_piece() -> impl Strategy<Value = String> {
    let pieces = [
        ".", "..", "%2e", "%2E", "%252e", "/", "%2f", "%2F", "%252f", "%5c", "\\", ";", "%3b", ";v=1", "a", "%41",
        "%25",
    ];
    prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

/// Takes off one layer of percent-encoding.
fn decoded(path: &str) -> String {
    let mut pieces = path.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| match piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        Some(byte) => text + &char::from(byte).to_string() + &piece[2..],
        None => text + "%" + piece,
    })
}

/// How many segments deep a server ends up that resolves a path; none if it was above the root on the way.
fn depth_of(path: &str) -> Option<usize> {
    path.split('/').try_fold(0_usize, |depth, segment| match segment.split(';').next() {
        Some("" | ".") => Some(depth),
        Some("..") => depth.checked_sub(1),
        _ => Some(depth + 1),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, ..ProptestConfig::default() })]

    #[test]
    fn only_aws_and_what_is_declared_is_signed_for(
        url in url(),
        entries in prop::collection::vec(entry(), 0..4),
        sign_as in (host(), path()).prop_map(|(host, path)| host + &path),
        hosts in prop::option::weighted(0.3, prop::collection::vec(allowed_host(), 0..4)),
        overrides in overrides(),
    ) {
        let sign_as = SignAs::parse(&sign_as).is_ok().then_some(sign_as.as_str());
        let declared: Vec<(DeclaredEndpoint, &String)> = entries
            .iter()
            .filter_map(|text| Some((DeclaredEndpoint::new(text, "execute-api", None, sign_as).ok()?, text)))
            .collect();
        let allowed: Option<Vec<HostPattern>> =
            hosts.map(|hosts| hosts.iter().filter_map(|text| HostPattern::parse(text).ok()).collect());
        let only: Vec<DeclaredEndpoint> = declared.iter().map(|(entry, _)| entry.clone()).collect();
        let rules = Rules { declared: &only, allowed: allowed.as_deref(), region: Some("us-east-1") };
        let Some(parts) = Url::split(&url) else { return Ok(()) };
        let overrides = Overrides {
            service: overrides.0.as_deref(),
            region: overrides.1.as_deref(),
            sign_as: overrides.2.as_deref(),
            unsigned_payload: overrides.3,
        };
        let Ok(target) = resolve(&parts, rules, overrides, &mut KnownHosts::default()) else { return Ok(()) };

        let host = browsers_host(&url).unwrap_or_default();
        prop_assert_eq!(parts.host(), &host, "the host that is judged is the host that is called");
        let meant = declared.iter().any(|(_, text)| is_meant(text, &url));
        prop_assert!(meant || is_aws(&host), "{} is signed for", url);
        if !meant {
            // Such a name with nothing in front of it is AWS's own.
            let labels: Vec<_> = host.split('.').skip(1).collect();
            // And the name of a bucket may have dots.
            let is_bucket = |at: usize| labels[at..].contains(&"s3");
            let customers = (0..labels.len()).any(|at| CUSTOMERS[..4].contains(&labels[at]) && !is_bucket(at));
            prop_assert!(!customers, "{} is a customer's server", url);
            let named = |pattern: &HostPattern| pattern.matches(&host);
            prop_assert!(allowed.is_none_or(|allowed| allowed.iter().any(named)), "{} is not allowed", url);
        }
        let secure = url.starts_with("https://") || url.starts_with("wss://");
        prop_assert!(secure || is_loopback(&host), "{} is not secure", url);
        // Nothing that is signed can break out of its line of the canonical request.
        let path = target.path.as_deref().unwrap_or_default();
        prop_assert!(!target.host.contains(['\n', '\r', ' ']) && !path.contains(['\n', '\r', ' ']));
    }

    /// A server that decodes a path once more than it should, reads backslashes as slashes or knows matrix parameters, or
    /// does all of that, must still find itself below the declared path.
    #[test]
    fn no_server_is_led_out_of_the_declared_path(rest in prop::collection::vec(path_piece(), 0..8), layers in 0..3) {
        let path = format!("/api/a/{}", rest.concat());
        let declared = [DeclaredEndpoint::new("https://x.example/api/", "execute-api", None, None).expect("an entry")];
        let rules = Rules { declared: &declared, allowed: None, region: Some("us-east-1") };
        let url = format!("https://x.example{path}");
        let parts = Url::split(&url).expect("a URL");
        if resolve(&parts, rules, Overrides::default(), &mut KnownHosts::default()).is_ok() {
            let read = (0..layers).fold(path, |path, _| decoded(&path));
            prop_assert!(depth_of(&read.replace('\\', "/")) >= Some(1), "{} is read as {}", url, read);
        }
    }

    #[test]
    fn any_text_is_an_entry_or_refused(text in "\\PC{0,40}", host in "\\PC{0,40}") {
        let pattern = HostPattern::parse(&text);
        if let Ok(pattern) = &pattern {
            let name = text.trim_start_matches("*.").trim_start_matches("%2A.").trim_end_matches('.').to_ascii_lowercase();
            prop_assert!(!name.contains(['*', ':', '/', '@', '%', '[']));
            prop_assert!(!pattern.matches(&host) || host.ends_with(&name));
        }
        let _ = SignAs::parse(&text);
        let _ = DeclaredEndpoint::new(&text, &host, None, None);
    }
}

/// URLs that people have fallen for, as a browser's parser would write them, or before it has.
#[test]
fn lookalikes_are_not_signed_for() {
    let declared = [DeclaredEndpoint::new("https://*.example.com/api", "execute-api", None, None).expect("a pattern")];
    let rules = Rules { declared: &declared, allowed: None, region: Some("us-east-1") };
    for url in [
        "https://x.amazonaws.com.evil.com/",
        "https://abc.execute-api.us-east-1.amazonaws.com.evil.com/",
        "https://abc.execute-api.us-east-1.amazonaws.com@evil.com/",
        "https://evil.com@abc.execute-api.us-east-1.amazonaws.com/",
        "https://evil.com/@abc.execute-api.us-east-1.amazonaws.com/",
        "https://evil.com\\.execute-api.us-east-1.amazonaws.com/",
        "https://evil.com#.execute-api.us-east-1.amazonaws.com/",
        "https://evil.com?.execute-api.us-east-1.amazonaws.com/",
        "https://evilamazonaws.com/",
        "https://abc.execute-api.us-east-1.amazonaws.com../",
        "https://abc.execute-api.us-east-1.amazonaws。com/",
        "https://abc.execute-api.us-east-1.\u{ff41}mazonaws.com/",
        "https://abc.execute-api.us-east-1.%61mazonaws.com/",
        "https://abc.execute-api.us-east-1.amazonaws.com%2eevil.com/",
        "https://abc.execute-api.us-east-1.xn--mazonaws-8fh.com/",
        "https://[::ffff:52.94.0.1]/",
        "https://[::1]/",
        "https://52.94.0.1/",
        "https://my-lb-1.us-east-1.elb.amazonaws.com/",
        "https://ec2-1-2-3-4.compute-1.amazonaws.com/",
        "https://b.s3-website-us-east-1.amazonaws.com/",
        "https://d111111abcdef8.cloudfront.net/",
        "https://example.com/api",
        "https://a.example.com/",
        "https://a.example.com/apiary",
        "https://a.example.com.evil.com/api",
        "https://a.example.com:8443/api",
        "https://a.example.com./api",
        "https://aexample.com/api",
        "http://a.example.com/api",
        "https://a.example.com/api/..%2fadmin",
        "https://a.example.com/api/..%5cadmin",
        "https://a.example.com/api/%2e%2e/admin",
        "https://a.example.com/api/..;/admin",
        "https://a.example.com/api/%252e%252e/admin",
    ] {
        let target =
            Url::split(url).map(|parts| resolve(&parts, rules, Overrides::default(), &mut KnownHosts::default()));
        assert!(!matches!(target, Some(Ok(_))), "{url}");
    }
    let trusted = Url::split("https://a.example.com/api/x").expect("a URL");
    assert!(resolve(&trusted, rules, Overrides::default(), &mut KnownHosts::default()).is_ok());
}
