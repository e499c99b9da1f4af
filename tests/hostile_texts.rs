//! Texts that nobody means well with, for what reads texts in the pure rooms: nothing panics, sums included, and nothing
//! gets out of the place that it belongs to. Where credentials go is looked at in `where_credentials_go.rs`.
//!
//! `PROPTEST_CASES=100000 cargo test --test hostile_texts` tries more of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

use proptest::prelude::*;
use sigfetch::appsync;
use sigfetch::clock::{amz_date, parse_date};
use sigfetch::cognito::{Failure, read_caller};
use sigfetch::config::Config;
use sigfetch::credentials::{Progress, Session};
use sigfetch::error::Error;
use sigfetch::message::{Document, HttpReply, error_name};
use sigfetch::secret::Secret;
use sigfetch::sigv4::{
    KeyCache, Scope, SigningCredentials, SigningRequest, check_headers, parse_headers, presign, sign_headers,
};

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
    "\u{2}",
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
        let headers = parse_headers(&lines);
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
    fn a_flat_document_gives_what_was_laid_in_and_nothing_else(
        pairs in prop::collection::btree_map("[a-zA-Z0-9._-]{1,8}#?", "[^\0\u{1}\u{2}]{1,20}", 0..6),
        other in "[a-zA-Z0-9._#-]{1,9}",
    ) {
        let flat: String = pairs.iter().map(|(path, value)| format!("\u{2}{path}\u{1}{value}")).collect();
        let document = Document::new(flat);
        for (path, value) in &pairs {
            prop_assert_eq!(document.text(path), Some(value.as_str()));
        }
        prop_assert_eq!(document.text(&other), pairs.get(&other).map(String::as_str));
    }

    #[test]
    fn any_document_can_be_asked(flat in text(), path in text()) {
        let document = Document::new(flat);
        document.text(&path);
        if let Some(number) = document.whole_number(&path) {
            prop_assert!(number >= 0);
        }
        prop_assert!(!error_name(&path).contains([':', ',']));
    }

    #[test]
    fn any_options_are_taken_or_refused(
        declared in (text(), text(), prop::option::of(text()), prop::option::of(text())),
        configured in (prop::option::of(text()), prop::option::of(text()), prop::option::of(text())),
        classic in (text(), text(), text(), text()),
        allowed in prop::collection::vec(text(), 0..4),
    ) {
        let mut config = Config::default();
        // What is refused is said of the option, by its name.
        let is_about = |refused: Result<(), Error>, start: &str| {
            refused.err().and_then(|error| error.field.clone()).is_none_or(|field| field.starts_with(start))
        };
        let (url, service, region, sign_as) = declared;
        prop_assert!(is_about(config.declare(0, &url, &service, region.as_deref(), sign_as.as_deref()), "options.endpoints[0]."));
        let (pool, region, role) = configured;
        prop_assert!(is_about(config.configure(pool.as_deref(), region, role), "options."));
        let (role, session, duration, policy) = &classic;
        prop_assert!(is_about(config.use_classic_flow(role, session, duration, policy), "options.classicFlow"));
        let hosts: Vec<&str> = allowed.iter().map(String::as_str).collect();
        prop_assert!(is_about(config.allow(&hosts), "options.allow["));
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

/// What came back, or did not.
#[derive(Clone, Debug)]
enum Answer {
    Reply(HttpReply),
    None(bool),
}

fn reply() -> impl Strategy<Value = HttpReply> {
    let good = format!(
        "\u{2}IdentityId\u{1}us-east-1:1\u{2}Token\u{1}{LOGIN}\u{2}Credentials.AccessKeyId\u{1}AKID\
         \u{2}Credentials.SecretKey\u{1}{SECRET}\u{2}Credentials.SessionToken\u{1}{TOKEN}\u{2}Credentials.Expiration#\u{1}"
    );
    let path = prop_oneof![
        prop::sample::select(vec![
            "__type",
            "message",
            "Message",
            "IdentityId",
            "Token",
            "Credentials.AccessKeyId",
            "Credentials.Expiration#",
            "errors.0.message",
            "errors.0.errorType",
            "Error.Code",
            "Error.Message",
            "Account",
            "Arn",
            "UserId",
            "GetCallerIdentityResponse.GetCallerIdentityResult.Arn",
        ])
        .prop_map(str::to_owned),
        text(),
    ];
    let pairs = prop::collection::vec((path, text()), 0..6);
    let flat = pairs.prop_map(|pairs| pairs.iter().map(|(path, value)| format!("\u{2}{path}\u{1}{value}")).collect());
    let document = prop_oneof![
        2 => prop_oneof![Just("1795309200".to_owned()), text()].prop_map(move |end| format!("{good}{end}")),
        3 => flat,
        1 => text(),
    ];
    let status = prop_oneof![6 => prop::sample::select(vec![200u16, 200, 400, 403, 429, 500, 503]), 1 => any::<u16>()];
    (status, text(), text(), document).prop_map(|(status, error_type, request_id, document)| HttpReply {
        status,
        error_type,
        request_id,
        document: Document::new(document),
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![9 => reply().prop_map(Answer::Reply), 1 => any::<bool>().prop_map(Answer::None)]
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn any_answer_is_understood_or_refused_without_a_secret(reply in reply()) {
        let refused = appsync::refusal(&reply);
        prop_assert!(!refused.message.contains(SECRET) && !refused.message.contains(TOKEN));
        if let Err(error) = read_caller(&reply) {
            prop_assert!(!error.message.contains(SECRET) && !error.message.contains(TOKEN));
        }
    }

    #[test]
    fn a_round_ends_whatever_is_answered(
        answers in prop::collection::vec((answer(), 0.0..1.0, time()), 1..40),
        role in prop::option::of(Just("arn:aws:iam::123456789012:role/Reader")),
        classic in any::<bool>(),
        has_login in any::<bool>(),
    ) {
        let mut config = Config::default();
        let pool = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
        config.configure(Some(pool), None, role.filter(|_| !classic).map(str::to_owned)).expect("good options");
        if classic {
            config.use_classic_flow("arn:aws:iam::123456789012:role/Reader", "", "", "").expect("good options");
        }
        let mut session = Session::default();
        let round = session.begin();
        let login = ("accounts.google.com".to_owned(), Secret::new(LOGIN.into()));
        let logins = if has_login { vec![login] } else { Vec::new() };
        session.start_exchange(round, config.pool().expect("a pool"), logins, None);
        let mut sent = 0;
        for (answer, random, now) in answers {
            prop_assert!(session.request().is_some(), "a round that goes on has something to send");
            sent += 1;
            let progress = match answer {
                Answer::Reply(reply) => session.answered(round, &reply, random, now),
                Answer::None(true) => session.unanswered(round, Failure::Network, random, now),
                Answer::None(false) => session.unanswered(round, Failure::Timeout, random, now),
            };
            match progress {
                Progress::SendAfter(wait) => prop_assert!((0..60_000).contains(&wait), "waits {wait} ms"),
                Progress::Failed(error) => {
                    for secret in [SECRET, TOKEN, LOGIN] {
                        prop_assert!(!format!("{error:?}").contains(secret), "a secret is in an error");
                    }
                    break;
                }
                Progress::Done => {
                    prop_assert!(session.current().is_some());
                    session.decide(now);
                    break;
                }
                Progress::Overtaken => break,
            }
        }
        prop_assert!(sent < 30, "it sent {sent} requests");
    }
}
