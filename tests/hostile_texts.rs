//! Texts that nobody means well with, for what reads texts in the pure rooms: nothing panics, sums included, and nothing
//! gets out of the place that it belongs to. Where credentials go is looked at in `where_credentials_go.rs`.
//!
//! `PROPTEST_CASES=100000 cargo test --test hostile_texts` tries more of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

use proptest::prelude::*;
use sigfetch::appsync;
use sigfetch::cognito::{Failure, read_caller};
use sigfetch::config::{Config, EndpointOptions, Options};
use sigfetch::credentials::{Progress, Session, Timing};
use sigfetch::error::Error;
use sigfetch::http::{Document, Json, Reply, RetryAfter};
use sigfetch::pool::ClassicFlowOptions;
use sigfetch::retry::{ErrorKind, stated_time};
use sigfetch::secret::Secret;
use sigfetch::sigv4::{KeyCache, Scope, SigningCredentials, SigningRequest, check_headers, presign, sign_headers};
use sigfetch::time::{amz_date, parse_date};

const SECRET: &str = "wJalrXUtnFEMI-SECRET-KEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjE-SESSION-TOKEN";
const LOGIN: &str = "eyJhbGciOiJSUzI1NiJ9-LOGIN-TOKEN";

/// ECMAScript's last moment, in milliseconds (ECMA-262, "Time Values and Time Range").
const LAST: i64 = 8_640_000_000_000_000;

fn cases(times: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases * times, ..usual }
}

/// What means something to one of the readers, or once meant trouble to another program's.
const PIECES: &[&str] = &[
    "\0",
    "\u{1}",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    ":",
    "=",
    "&",
    "?",
    "#",
    "%",
    "%00",
    "%zz",
    "%c3",
    "%2e%2E",
    "+",
    ";",
    ",",
    "/",
    "//",
    "/../",
    "/./",
    "..",
    "\\",
    "@",
    "[::1]",
    "*",
    "*.",
    "%2A.",
    "'",
    "\"",
    "<",
    ">",
    "é",
    "☂",
    "👩‍👧",
    "İ",
    "\u{212a}",
    "\u{feff}",
    "\u{202e}",
    "0",
    "-1",
    "1e9",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "4294967296",
    "http://",
    "https://",
    "amazonaws.com",
    "us-east-1",
    "s3",
    "host",
    "authorization",
    "x-amz-date",
    "x-amz-security-token",
    "content-type",
    "x-amz-content-sha256",
    "X-Amz-Signature",
    "arn:aws:sts::1:assumed-role/a/b",
    "com.amazon.coral#Name:http://",
    "TooManyRequestsException",
    "{",
    "}",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => prop::sample::select(PIECES).prop_map(str::to_owned),
        2 => "[ -~]{0,6}",
        1 => any::<String>(),
        1 => (prop::sample::select(PIECES), 100usize..400).prop_map(|(piece, times)| piece.repeat(times)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..4_102_444_800_000, 1 => -LAST..=LAST]
}

fn credentials() -> SigningCredentials {
    SigningCredentials {
        access_key_id: "AKID".into(),
        secret_access_key: Secret::new(SECRET.into()),
        session_token: Some(Secret::new(TOKEN.into())),
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn whatever_is_signed_stays_in_its_place(
        parts in (text(), text(), text(), text()),
        lines in text(),
        service in "[a-z0-9-]{1,12}|s3|iotdevicegateway",
        time in time(),
        expires in any::<u32>(),
    ) {
        let (method, host, path, query) = &parts;
        let headers: Vec<_> = lines.lines().filter_map(|line| line.split_once(':')).collect();
        let acceptable = check_headers(&headers).is_ok();
        let request = SigningRequest { method, host, path, query, headers: &headers, payload_hash: "UNSIGNED-PAYLOAD" };
        let scope = Scope { service, region: "us-east-1".into() };
        let mut keys = KeyCache::default();
        let signed = sign_headers(request, &scope, &credentials(), time, &mut keys);
        prop_assert!(!signed.authorization.contains(SECRET));
        let names = signed.authorization.split("SignedHeaders=").nth(1).and_then(|rest| rest.split(", ").next());
        if acceptable && headers.iter().all(|(name, _)| name.bytes().all(|byte| byte.is_ascii_graphic())) {
            prop_assert!(!signed.authorization.contains(['\n', '\r']));
            for name in ["host", "x-amz-date", "x-amz-security-token"] {
                prop_assert!(names.is_some_and(|names| names.split(';').any(|signed| signed == name)), "{name}");
            }
        }
        prop_assert!(!signed.amz_date.contains(SECRET));
        let presigned = presign(request, &scope, &credentials(), time, expires, &mut keys);
        prop_assert!(presigned.starts_with(query.as_str()) && presigned.contains("X-Amz-Signature="));
        prop_assert!(!presigned.contains(SECRET));
    }

    #[test]
    fn an_element_of_xml_gives_what_stands_in_it_and_nothing_else(
        elements in prop::collection::btree_map("[a-zA-Z0-9._-]{1,8}", "[^<\0]{1,20}", 0..6),
        other in "[a-zA-Z0-9._-]{1,9}",
    ) {
        let xml: String = elements.iter().map(|(name, value)| format!("<{name}>{value}</{name}>\n")).collect();
        let document = Document::Text(Secret::new(format!("<Response>{xml}</Response>")));
        for (name, value) in &elements {
            prop_assert_eq!(document.text(&["Response", name]), Some(value.as_str()));
        }
        prop_assert_eq!(document.text(&[&other]), elements.get(&other).map(String::as_str));
    }

    #[test]
    fn any_document_can_be_asked(document in document(), path in prop::collection::vec(text(), 0..4)) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        prop_assert!(document.text(&path).is_none_or(|text| !text.is_empty()));
        document.number(&path);
        prop_assert_eq!(format!("{document:?}"), "Document(..)");
    }

    #[test]
    fn any_refusal_is_read_and_classified(reply in reply()) {
        prop_assert!(!reply.error().name.contains([':', ',']));
        if reply.status < 400 {
            prop_assert_eq!(ErrorKind::classify(&reply), ErrorKind::Final);
        }
        stated_time(&reply);
    }

    #[test]
    fn any_retry_after_is_read(text in text(), date in any::<i64>()) {
        RetryAfter::parse(&text, |_| None);
        RetryAfter::parse(&text, |_| Some(date));
    }

    #[test]
    fn any_options_are_taken_or_refused(
        declared in (text(), text(), prop::option::of(text()), prop::option::of(text())),
        configured in (prop::option::of(text()), prop::option::of(text()), prop::option::of(text())),
        classic in prop::option::of((text(), prop::option::of(text()), prop::option::of(any::<u32>()), prop::option::of(text()))),
        allowed in prop::option::of(prop::collection::vec(text(), 0..4)),
        (has_credentials, share_between_tabs, timeout) in (any::<bool>(), any::<bool>(), any::<i64>()),
        is_wrong in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        // One of them at a time, or nothing would get past the first that is malformed.
        let (url, service, region, sign_as) = declared;
        let (identity_pool_id, client_region, role_arn) = configured;
        let pool = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
        let classic_flow = classic.map(|(role_arn, role_session_name, duration_seconds, policy)| ClassicFlowOptions {
            role_arn, role_session_name, duration_seconds, policy,
        });
        let options = Options {
            identity_pool_id: if is_wrong.0 { identity_pool_id } else { Some(pool.into()) },
            has_credentials,
            region: client_region.filter(|_| is_wrong.1),
            role_arn: role_arn.filter(|_| is_wrong.2),
            classic_flow,
            endpoints: vec![EndpointOptions { url, service, region, sign_as }],
            allow: allowed,
            timeout,
            share_between_tabs,
            ..Options::default()
        };
        // What is refused is said of the option, by its name.
        if let Err(error) = Config::new(options) {
            prop_assert!(error.field.as_deref().is_some_and(|field| field.starts_with("options.")));
        }
    }

    #[test]
    fn the_time_of_a_signature_reads_back(time in 0i64..253_402_300_799_000, text in text()) {
        prop_assert_eq!(parse_date(&amz_date(time)), Some(time / 1_000 * 1_000));
        parse_date(&text);
    }

    #[test]
    fn any_moment_has_a_text(time in -LAST..=LAST) {
        prop_assert!(amz_date(time).ends_with('Z'));
    }
}

/// The members of answers that the readers look for, and others.
fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "__type",
        "code",
        "Code",
        "message",
        "Message",
        "Error",
        "errors",
        "errorType",
        "RequestId",
        "ServerTime",
        "IdentityId",
        "Token",
        "Credentials",
        "AccessKeyId",
        "SecretKey",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
        "Account",
        "Arn",
        "UserId",
        "GetCallerIdentityResponse",
        "GetCallerIdentityResult",
        "AssumeRoleWithWebIdentityResponse",
        "AssumeRoleWithWebIdentityResult",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => text()]
}

const IDENTITY: &str = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::Bool),
        1 => any::<f64>().prop_map(Json::Number),
        1 => Just(Json::Number(1_795_309_200.0)),
        4 => text().prop_map(Json::Text),
        2 => prop::sample::select(vec![IDENTITY, SECRET, TOKEN, LOGIN, "AKID"]).prop_map(|text| Json::Text(text.into())),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(5, 24, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            3 => prop::collection::vec((name(), inner), 0..6).prop_map(Json::Object),
        ]
    })
}

/// A good answer of both services, but for its end and one member.
fn nearly_good() -> impl Strategy<Value = Json> {
    let end = prop_oneof![Just(Json::Number(1_795_309_200.0)), leaf()];
    (end, prop::option::of((name(), leaf()))).prop_map(|(end, odd)| {
        let text = |text: &str| Json::Text(text.into());
        let mut credentials = vec![
            ("AccessKeyId".to_owned(), text("AKID")),
            ("SecretKey".to_owned(), text(SECRET)),
            ("SecretAccessKey".to_owned(), text(SECRET)),
            ("SessionToken".to_owned(), text(TOKEN)),
            ("Expiration".to_owned(), end),
        ];
        if let Some((name, value)) = odd {
            credentials.retain(|(known, _)| *known != name);
            credentials.push((name, value));
        }
        let credentials = Json::Object(credentials);
        let wrapped = Json::Object(vec![(
            "AssumeRoleWithWebIdentityResult".to_owned(),
            Json::Object(vec![("Credentials".to_owned(), credentials.clone())]),
        )]);
        Json::Object(vec![
            ("IdentityId".to_owned(), text(IDENTITY)),
            ("Token".to_owned(), text(LOGIN)),
            ("Credentials".to_owned(), credentials),
            ("AssumeRoleWithWebIdentityResponse".to_owned(), wrapped),
        ])
    })
}

fn document() -> impl Strategy<Value = Document> {
    let xml = prop::collection::vec((name(), text()), 0..6).prop_map(|elements| {
        let xml: String = elements.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
        Document::Text(Secret::new(xml))
    });
    prop_oneof![
        2 => nearly_good().prop_map(Document::Json),
        2 => json().prop_map(Document::Json),
        1 => xml,
        1 => text().prop_map(|text| Document::Text(Secret::new(text))),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let status = prop_oneof![6 => prop::sample::select(vec![200u16, 200, 400, 403, 429, 500, 503]), 1 => any::<u16>()];
    let retry_after = prop::option::of(prop_oneof![
        any::<u32>().prop_map(RetryAfter::Seconds),
        any::<i64>().prop_map(RetryAfter::Date),
    ]);
    let date = prop::option::of(prop_oneof![time(), any::<i64>()]);
    (status, text(), text(), date, retry_after, document()).prop_map(
        |(status, error_type, request_id, date, retry_after, document)| Reply {
            status,
            error_type,
            request_id,
            date,
            retry_after,
            document,
        },
    )
}

/// What came back, or did not.
#[derive(Clone, Debug)]
enum Answer {
    Reply(Reply),
    None(Failure),
}

fn answer() -> impl Strategy<Value = Answer> {
    let failure = prop_oneof![Just(Failure::Network), Just(Failure::Timeout)];
    prop_oneof![9 => reply().prop_map(Answer::Reply), 1 => failure.prop_map(Answer::None)]
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn any_answer_is_understood_or_refused_without_a_secret(reply in reply()) {
        // What a service says of an error is shown; what it says otherwise is not.
        let said = reply.error();
        let shown = [said.name, said.message, said.request_id].concat();
        let refused = appsync::refusal(&reply);
        let errors = [Some(refused), read_caller(&reply).err()];
        for secret in [SECRET, TOKEN].into_iter().filter(|secret| !shown.contains(secret)) {
            let is_shown = |error: &Error| format!("{error:?}").contains(secret);
            prop_assert!(!errors.iter().flatten().any(is_shown));
        }
    }

    #[test]
    fn a_refresh_ends_whatever_is_answered(
        answers in prop::collection::vec((answer(), 0.0..1.0, time()), 1..40),
        role in prop::option::of(Just("arn:aws:iam::123456789012:role/Reader")),
        classic in any::<bool>(),
        has_login in any::<bool>(),
    ) {
        let role_arn = "arn:aws:iam::123456789012:role/Reader".to_owned();
        let config = Config::new(Options {
            identity_pool_id: Some("us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0".into()),
            role_arn: role.filter(|_| !classic).map(str::to_owned),
            classic_flow: classic.then(|| ClassicFlowOptions { role_arn, ..ClassicFlowOptions::default() }),
            ..Options::default()
        });
        let config = config.expect("good options");
        let mut session = Session::default();
        let generation = session.begin_refresh(0.5);
        let login = ("accounts.google.com".to_owned(), Secret::new(LOGIN.into()));
        let logins = if has_login { vec![login] } else { Vec::new() };
        session.start_exchange(generation, config.pool().expect("a pool"), logins, None);
        let mut sent = 0;
        for (answer, random, now) in answers {
            prop_assert!(session.request().is_some(), "a refresh that goes on has something to send");
            sent += 1;
            let timing = Timing { sent: now, received: now, elapsed: 0 };
            let said = match &answer {
                Answer::Reply(reply) => [reply.error().name, reply.error().message, reply.error().request_id].concat(),
                Answer::None(_) => String::new(),
            };
            let progress = match answer {
                Answer::Reply(reply) => session.on_reply(generation, &reply, timing, random),
                Answer::None(failure) => session.on_failure(generation, failure, timing, random),
            };
            match progress {
                Progress::SendAfter(wait) => prop_assert!((0..60_000).contains(&wait), "waits {wait} ms"),
                Progress::Failed(error) => {
                    // What was sent is never shown; what a service says of an error is, if it holds nothing of that.
                    for secret in [SECRET, TOKEN, LOGIN] {
                        let may_say = said.contains(secret) && !(has_login && secret == LOGIN);
                        prop_assert!(may_say || !format!("{error:?}").contains(secret), "a secret is in an error");
                    }
                    break;
                }
                Progress::Done => {
                    prop_assert!(session.current().is_some());
                    session.decide(now);
                    session.next_refresh_in(now, true);
                    prop_assert!(session.may_refresh(now) == Ok(0));
                    break;
                }
                Progress::Superseded => break,
            }
        }
        prop_assert!(sent < 30, "it sent {sent} requests");
    }
}
