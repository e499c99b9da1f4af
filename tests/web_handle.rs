//! The exported handle in a real browser, called as the JavaScript half calls it: through wasm-bindgen's class, with
//! the operation numbers of `operation.js`, and with answers laid flat by `transport.js`.
#![cfg(all(target_arch = "wasm32", not(feature = "signer")))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use sigfetch::clock::parse_date;
use sigfetch::web::Handle;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
    export const run = (handle, operation, values) => handle.run(operation, values);
    export const hash = (handle, piece, isLast) => handle.hash(piece, isLast);
    export const runUnpaired = (handle, operation) => handle.run(operation, "\ud800\0\udfff\0".repeat(5));
"#)]
extern "C" {
    #[wasm_bindgen(catch)]
    fn run(handle: &JsValue, operation: f64, values: &str) -> Result<String, JsValue>;
    fn hash(handle: &JsValue, piece: &[u8], is_last: bool) -> String;
    /// Halves of surrogate pairs, which only a JavaScript string can hold.
    #[wasm_bindgen(catch, js_name = runUnpaired)]
    fn run_unpaired(handle: &JsValue, operation: f64) -> Result<String, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type Response;
    #[wasm_bindgen(constructor)]
    fn new(body: &str, init: &JsValue) -> Response;
    #[wasm_bindgen(js_namespace = JSON, js_name = parse)]
    fn parse_json(text: &str) -> JsValue;
    #[wasm_bindgen(js_namespace = Array, js_name = from)]
    fn list_from(values: &JsValue) -> Vec<JsValue>;
}

#[wasm_bindgen(module = "/src/web/transport.js")]
extern "C" {
    fn reply(response: &Response, body: &str) -> JsValue;
}

const OPERATIONS: &str = include_str!("../src/web/operation.js");
const VECTORS: &str = include_str!("vectors/sigv4/botocore.json");
const POOL: &str = "us-east-1:11111111-2222-3333-4444-555555555555";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";

/// The number that `operation.js` gives an operation.
fn number_of(operation: &str) -> f64 {
    let declared = format!("export const {operation} = ");
    let (_, rest) = OPERATIONS.split_once(&declared).unwrap_or_else(|| panic!("no operation {operation}"));
    rest.split_once(';').expect("a statement").0.parse().expect("a number")
}

/// A handle as JavaScript holds it.
struct Client(JsValue);

/// What the handle refuses with.
#[derive(Debug)]
struct Refusal {
    code: String,
    field: String,
    message: String,
}

impl Client {
    fn new() -> Self {
        Self(Handle::new().into())
    }

    /// Gives it a set from elsewhere, without an end.
    fn accept(&self, set: &Value) {
        let round = self.get("BEGIN", &[]);
        let text = |name: &str| set[name].as_str().unwrap();
        let [key, secret, token] = ["access_key_id", "secret_access_key", "session_token"].map(text);
        self.get("ACCEPT", &[&round, NOW, key, secret, token]);
    }

    /// Starts an exchange and gives its round.
    fn start_exchange(&self) -> String {
        let round = self.get("BEGIN", &[]);
        assert_eq!(self.get("START_EXCHANGE", &[&round]), "1");
        round
    }

    fn raw(&self, operation: f64, values: &str) -> String {
        run(&self.0, operation, values).unwrap_or_else(|thrown| panic!("operation {operation} threw {thrown:?}"))
    }

    fn call(&self, operation: &str, values: &[&str]) -> Result<String, Refusal> {
        let answer = self.raw(number_of(operation), &values.join("\0"));
        if !answer.starts_with('\u{1}') {
            return Ok(answer);
        }
        let facts: Vec<&str> = answer.split('\0').collect();
        assert_eq!(facts.len(), 9, "{facts:?}");
        assert!(facts[2].ends_with('.'), "advice: {facts:?}");
        Err(Refusal { code: facts[1].into(), field: facts[4].into(), message: facts[8].into() })
    }

    fn get(&self, operation: &str, values: &[&str]) -> String {
        self.call(operation, values).unwrap_or_else(|refusal| panic!("{operation}: {refusal:?}"))
    }

    fn refused(&self, operation: &str, values: &[&str]) -> Refusal {
        self.call(operation, values).expect_err("it was taken")
    }

    /// Sends what REQUEST says nowhere, and takes this for the answer.
    fn answered(&self, round: &str, status: u16, body: &Value) -> Result<String, Refusal> {
        let body = body.to_string();
        let response = Response::new(&body, &parse_json(&json!({ "status": status }).to_string()));
        let reply = list_from(&reply(&response, &body));
        let parts: Vec<String> = reply
            .iter()
            .map(|part| part.as_string().or_else(|| Some(part.as_f64()?.to_string())).unwrap_or_default())
            .collect();
        let mut values = vec![round, "500000", NOW, "0"];
        values.extend(parts.iter().map(String::as_str));
        self.call("ANSWERED", &values)
    }

    /// URL, operation and body of the request to send now.
    fn request(&self) -> (String, String, Value) {
        let request = self.get("REQUEST", &[]);
        let parts: Vec<&str> = request.split('\0').collect();
        assert_eq!(parts.len(), 3);
        (parts[0].into(), parts[1].into(), serde_json::from_str(parts[2]).expect("a JSON body"))
    }
}

/// The time of the vectors, 2025-01-15T12:00:00Z.
const NOW: &str = "1736942400000";

fn vectors() -> Value {
    serde_json::from_str(VECTORS).expect("vectors are JSON")
}

fn vector(file: &Value, name: &str) -> Value {
    file["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).expect("the case").clone()
}

/// Signs a case as the JavaScript half would, and gives the headers to add in the order of their names.
fn sign(client: &Client, case: &Value) -> Vec<(String, String)> {
    let text = |name: &str| case[name].as_str().unwrap();
    let headers: String = case["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{}:{}\n", name.to_lowercase(), value.as_str().unwrap()))
        .collect();
    let body_hash = hash(&client.0, text("body").as_bytes(), true);
    let added = client.get("SIGN", &[NOW, text("url"), &headers, "", "", "", "", text("method"), &body_hash]);
    let names = ["x-amz-date", "authorization", "x-amz-content-sha256", "x-amz-security-token"];
    let mut added: Vec<_> = names
        .iter()
        .zip(added.split('\0'))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
        .collect();
    added.sort();
    added
}

/// What botocore adds to the case's own headers, in the order of their names.
fn added_by_botocore(case: &Value) -> Vec<(String, String)> {
    let given = case["headers"].as_object().unwrap();
    let mut added: Vec<_> = case["sent_headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !given.contains_key(*name))
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
        .collect();
    added.sort();
    added
}

#[wasm_bindgen_test]
fn bad_options_are_refused_by_name_and_never_shown() {
    let client = Client::new();
    let refused = |operation, values: &[&str], field: &str| {
        let refusal = client.refused(operation, values);
        assert_eq!((refusal.code.as_str(), refusal.field.as_str()), ("INVALID_OPTION", field));
        assert!(refusal.message.starts_with(field), "{refusal:?}");
        for value in values.iter().filter(|value| value.len() > 4) {
            assert!(!refusal.message.contains(value), "{refusal:?} shows {value}");
        }
    };
    refused("DECLARE", &["3", "http://api.example.com/", "execute-api"], "options.endpoints[3].url");
    refused("DECLARE", &["0", "https://api.example.com/", "execute-api", "EU West"], "options.endpoints[0].region");
    refused("CONFIGURE", &["us-east-1_AbCdEfGhI"], "options.identityPoolId");
    refused("CONFIGURE", &[&POOL.to_uppercase()], "options.identityPoolId");
    refused("CONFIGURE", &[POOL, "nowhere at all"], "options.region");
}

#[wasm_bindgen_test]
fn an_exchange_ends_in_credentials_that_sign_as_botocore_does() {
    let file = vectors();
    let set = &file["credentials"];
    let client = Client::new();
    client.get("CONFIGURE", &[POOL]);
    assert_eq!(client.get("DECIDE", &[NOW]), "2", "there is nothing to use yet");
    let round = client.get("BEGIN", &[]);
    client.get("LOGIN", &[PROVIDER, "a.token"]);
    assert_eq!(client.get("START_EXCHANGE", &[&round]), "1");

    let (url, target, body) = client.request();
    assert_eq!(url, "https://cognito-identity.us-east-1.amazonaws.com/");
    assert_eq!(target, "AWSCognitoIdentityService.GetId");
    assert_eq!(body, json!({ "IdentityPoolId": POOL, "Logins": { PROVIDER: "a.token" } }));
    let identity_id = "us-east-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    assert_eq!(client.answered(&round, 200, &json!({ "IdentityId": identity_id })).unwrap(), "0");

    let (_, target, body) = client.request();
    assert_eq!(target, "AWSCognitoIdentityService.GetCredentialsForIdentity");
    assert_eq!(body, json!({ "IdentityId": identity_id, "Logins": { PROVIDER: "a.token" } }));
    let issued = json!({
        "IdentityId": identity_id,
        "Credentials": {
            "AccessKeyId": set["access_key_id"],
            "SecretKey": set["secret_access_key"],
            "SessionToken": set["session_token"],
            "Expiration": 1_736_946_000.25,
        },
    });
    assert_eq!(client.answered(&round, 200, &issued).unwrap(), "-");
    assert_eq!(client.get("DECIDE", &[NOW]), "0", "the set is there to use");

    let expected = ["access_key_id", "secret_access_key", "session_token"].map(|name| set[name].as_str().unwrap());
    let given = client.get("CREDENTIALS", &[]);
    let given: Vec<&str> = given.split('\0').collect();
    assert_eq!(given[..3], expected);
    assert_eq!(given[3..], [identity_id, "1736946000000"]);
    let case = vector(&file, "apigw-get-double-encoding");
    assert_eq!(sign(&client, &case), added_by_botocore(&case));

    client.get("SIGN_OUT", &[]);
    assert_eq!(client.get("CREDENTIALS", &[]), "");
    assert_eq!(client.get("DECIDE", &[NOW]), "2");
}

#[wasm_bindgen_test]
fn a_refusal_of_cognito_ends_the_round_and_an_overtaken_one_is_not_heard() {
    let client = Client::new();
    client.get("CONFIGURE", &[POOL]);
    let round = client.start_exchange();
    let gone = json!({ "__type": "ResourceNotFoundException", "message": "IdentityPool 'x' not found." });
    assert_eq!(client.answered(&round, 400, &gone).expect_err("it goes on").code, "POOL_NOT_FOUND");

    let overtaken = client.start_exchange();
    client.get("SIGN_OUT", &[]);
    assert_eq!(client.answered(&overtaken, 200, &json!({ "IdentityId": "us-east-1:x" })).unwrap(), "-");
    assert_eq!(client.get("START_EXCHANGE", &[&overtaken]), "");
    assert_eq!(client.get("CREDENTIALS", &[]), "");
}

#[wasm_bindgen_test]
fn what_is_signed_is_what_botocore_signs() {
    let file = vectors();
    let time = parse_date(file["timestamp"].as_str().unwrap()).unwrap();
    assert_eq!(time.to_string(), NOW);
    let client = Client::new();
    client.accept(&file["credentials"]);
    let case = vector(&file, "apigw-get-double-encoding");
    assert_eq!(sign(&client, &case), added_by_botocore(&case));
    let case = vector(&file, "apigw-connections");
    let mut expected = added_by_botocore(&case);
    expected.iter_mut().filter(|(name, _)| name == "x-amz-security-token").for_each(|(_, token)| *token = "=".into());
    assert_eq!(sign(&client, &case), expected, "the token was given before");
    client.accept(&file["credentials"]);
    assert_eq!(sign(&client, &case), added_by_botocore(&case), "another set has another token");
    let url = "https://abc.execute-api.us-east-1.amazonaws.com/";
    let signed = |hash: &str, body: &str| {
        client
            .get("SIGN", &[NOW, url, "", "", "", "", "", "POST", hash, "", body])
            .split('\0')
            .nth(1)
            .map(str::to_owned)
    };
    assert_eq!(signed("", "na\u{ef}ve"), signed(&hash(&client.0, "na\u{ef}ve".as_bytes(), true), ""));
    assert_ne!(signed("", "na\u{ef}ve"), signed("", ""));
    let unknown = client.refused("SIGN", &[NOW, "https://example.com/", "", "", "", "", "", "GET"]);
    assert_eq!(unknown.code, "UNKNOWN_ENDPOINT");
}

#[wasm_bindgen_test]
fn urls_are_presigned_as_botocore_does() {
    let file = vectors();
    let client = Client::new();
    client.accept(&file["credentials"]);
    for (name, scheme) in
        [("apigw-ws-presign", "wss"), ("iot-ws-presign-token-appended", "wss"), ("s3-presign-get", "https")]
    {
        let case = vector(&file, name);
        let url = |member: &str| case[member].as_str().unwrap().replacen("https", scheme, 1);
        let expires = case["expires"].to_string();
        let presigned = client.get("PRESIGN", &[NOW, &url("url"), "", "", "", "", "", "GET", &expires]);
        assert_eq!(presigned, url("signed_url"), "{name}");
    }
    let refused = |values: &[&str]| client.refused("PRESIGN", values).field;
    let api = "https://abc.execute-api.us-east-1.amazonaws.com/";
    assert_eq!(refused(&[NOW, api, "", "", "", "", "", "GET", "604801"]), "init.expiresSeconds");
    assert_eq!(
        refused(&[NOW, "wss://abc.execute-api.us-east-1.amazonaws.com/", "a:b\n", "", "", "", "", "GET"]),
        "init"
    );
    client.get("SIGN_OUT", &[]);
    assert_eq!(client.get("PRESIGN", &[NOW, api, "", "", "", "", "", "GET"]), "", "there are no credentials");
}

#[wasm_bindgen_test]
fn what_is_allowed_is_all_of_aws_that_is_called() {
    let client = Client::new();
    client.get("CONFIGURE", &["", "us-east-1"]);
    client.get("ALLOW", &["*.execute-api.us-east-1.amazonaws.com"]);
    client.get("CHECK", &["https://abc.execute-api.us-east-1.amazonaws.com/"]);
    client.get("CHECK", &["https://sts.us-east-1.amazonaws.com/"]);
    assert_eq!(client.refused("CHECK", &["https://sqs.us-east-1.amazonaws.com/"]).code, "UNKNOWN_ENDPOINT");
    assert_eq!(client.refused("CHECK", &["wss://abc.execute-api.us-east-1.amazonaws.com/"]).field, "input");
    assert_eq!(client.refused("ALLOW", &["a.example.com", "*"]).field, "options.allow[1]");
    client.get("ALLOW", &[]);
    client.refused("CHECK", &["https://abc.execute-api.us-east-1.amazonaws.com/"]);
}

/// SHA-256 of the first bytes of 0, 1, …, 250, 0, 1, …, as Python's hashlib has it.
const HASHES: [(usize, &str); 4] = [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (3, "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc"),
    (65_537, "237356e18b503616912abb8ffaed3a72591e397d4ac294c4637917d48a3f529d"),
    (200_000, "e24bc62381f1224fbbb74688663f8f9743b9680b193edd666835e97b06e730eb"),
];

#[wasm_bindgen_test]
fn a_body_hashes_the_same_in_one_piece_and_in_many() {
    let client = Client::new();
    let bytes: Vec<u8> = (0..200_000u32).map(|at| (at % 251) as u8).collect();
    for (length, expected) in HASHES {
        let body = &bytes[..length];
        assert_eq!(hash(&client.0, body, true), expected, "{length} bytes at once");
        for size in [1_000, 65_536] {
            body.chunks(size).for_each(|piece| assert_eq!(hash(&client.0, piece, false), ""));
            assert_eq!(hash(&client.0, &[], true), expected, "{length} bytes in pieces of {size}");
        }
    }
}

/// Values that no operation expects.
const HOSTILE: [&str; 19] = [
    "",
    "\u{1}",
    "\u{2}",
    "-1",
    "0",
    "1",
    "200",
    "4294967296",
    "999999999999999",
    "9223372036854775808",
    "NaN",
    "1e309",
    "é☂\u{1f600}\u{feff}",
    "https://",
    "https://[::1",
    "https://a.execute-api.us-east-1.amazonaws.com/%zz/../..//?=&&=%",
    "http://localhost",
    ":\n:é\n\n",
    "\u{2}IdentityId\u{1}x\u{2}Credentials.Expiration#\u{1}99999999999999999999",
];

#[wasm_bindgen_test]
fn no_text_and_no_operation_number_brings_the_handle_down() {
    let file = vectors();
    let mut texts: Vec<String> = HOSTILE.iter().map(|value| [*value; 9].join("\0")).collect();
    texts.extend(["x".repeat(1 << 20), "\0".repeat(100_000), "é/".repeat(100_000), "1".repeat(100_000)]);
    let client = Client::new();
    for operation in (0..30).map(f64::from).chain([255.0, 300.0, -1.0, 0.5, 1e20, f64::NAN, f64::INFINITY]) {
        client.accept(&file["credentials"]);
        texts.iter().for_each(|text| {
            client.raw(operation, text);
        });
        run_unpaired(&client.0, operation).expect("no trap");
    }
    // What they changed lasts, such as which hosts are allowed, but nothing is broken.
    client.accept(&file["credentials"]);
    client.get("ALLOW", &["*.amazonaws.com"]);
    let case = vector(&file, "apigw-get-double-encoding");
    let names: Vec<_> = sign(&client, &case).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["authorization", "x-amz-date", "x-amz-security-token"]);
}

#[wasm_bindgen_test]
fn no_answer_brings_the_handle_down() {
    let client = Client::new();
    client.get("CONFIGURE", &[POOL]);
    for status in ["0", "1", "99", "200", "400", "500", "65535", "65736"] {
        for value in HOSTILE {
            for random in ["0", "999999", "999999999999999"] {
                let round = client.start_exchange();
                let values = [&round, random, "999999999999999", value, status, value, value, value];
                // Taken or refused, but heard.
                client.raw(number_of("ANSWERED"), &values.join("\0"));
                client.get("DECIDE", &[value]);
                client.get("SIGN_OUT", &[]);
            }
        }
    }
    let never =
        json!({ "AccessKeyId": "a", "SecretKey": "b", "SessionToken": "c", "Expiration": 999_999_999_999_999_i64 });
    let mut beyond = never.clone();
    beyond["Expiration"] = json!(i64::MAX);
    for credentials in [json!(null), json!([]), json!("x"), json!({ "Expiration": -1 }), never, beyond] {
        let round = client.start_exchange();
        client.answered(&round, 200, &json!({ "IdentityId": "us-east-1:x" })).expect("an identity");
        let answer = json!({ "IdentityId": "us-east-1:x", "Credentials": credentials });
        let progress = client.answered(&round, 200, &answer).expect("another attempt or the end");
        let taken = credentials["Expiration"] == json!(999_999_999_999_999_i64);
        assert_eq!(progress == "-", taken, "{credentials}");
        assert_eq!(client.get("DECIDE", &[NOW]), if taken { "0" } else { "2" });
        client.get("SIGN_OUT", &[]);
    }
}
