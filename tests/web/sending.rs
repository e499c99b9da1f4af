//! What is sent for a call, and what comes back to the caller.

use js_sys::{Object, Reflect, Uint8Array};
use sigfetch::retry::Policy;
use sigfetch::{Client, EndpointOptions, Options};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit, RequestMode, RequestRedirect, Response};

use crate::aws::Aws;
use crate::errors::Seen;
use crate::platform::soon;
use crate::{API, get, guest, options, post};

async fn text(response: &Response) -> String {
    JsFuture::from(response.text().unwrap()).await.unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
async fn a_get_goes_out_as_it_is_but_for_its_signature() {
    let aws = Aws::start();
    let request = get(&format!("{API}/a%20b?x=1&y=%2F"));
    request.headers().set("x-note", "kept").unwrap();
    let answer = soon(guest().signed_fetch(&request)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(text(&answer).await.contains("answered"));
    let sent = &aws.sent("api")[0];
    assert_eq!((sent.method().as_str(), sent.url()), ("GET", format!("{API}/a%20b?x=1&y=%2F")));
    assert_eq!(sent.header("x-note").as_deref(), Some("kept"));
    assert_eq!(sent.body(), b"");
    sent.assert_signed_by(1);
    assert_eq!(request.headers().get("authorization").unwrap(), None, "the caller's request stays as it was");
}

#[wasm_bindgen_test]
async fn the_bytes_of_a_post_are_those_that_were_given() {
    let aws = Aws::start();
    let client = guest();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let bodies: [(JsValue, Vec<u8>); 3] = [
        ("{\"kettle\":\"☕\"}".into(), "{\"kettle\":\"☕\"}".into()),
        (Uint8Array::from(bytes.as_slice()).into(), bytes.clone()),
        ("".into(), Vec::new()),
    ];
    for (index, (body, expected)) in bodies.iter().enumerate() {
        let request = post(API, body);
        soon(client.signed_fetch(&request)).await.unwrap();
        let sent = &aws.sent("api")[index];
        assert!(sent.body() == *expected, "body {index}");
        sent.assert_signed_by(1);
        assert!(!request.body_used(), "the caller's request stays usable");
    }
    assert_eq!(aws.sent("api")[0].header("content-type").as_deref(), Some("text/plain;charset=UTF-8"));
}

#[wasm_bindgen_test]
async fn an_expired_token_is_replaced_and_the_same_bytes_are_sent_again() {
    let aws = Aws::start();
    let client = guest();
    let expired = "The security token included in the request is expired";
    aws.refuses("api", 403, "ExpiredTokenException", expired);
    let answer = soon(client.signed_fetch(&post(API, &"kettle".into()))).await.unwrap();
    assert_eq!(answer.status(), 200);
    let sent = aws.sent("api");
    assert_eq!(sent.len(), 2);
    for (attempt, set) in sent.iter().zip([1, 2]) {
        assert_eq!(attempt.body(), b"kettle");
        attempt.assert_signed_by(set);
    }
    assert_eq!((aws.sent("GetId").len(), aws.sent("GetCredentialsForIdentity").len()), (1, 2));
}

#[wasm_bindgen_test]
async fn a_refusal_that_repeats_is_the_answer_and_can_be_read_by_the_caller() {
    let aws = Aws::start();
    let client = guest();
    for _ in 0..2 {
        aws.refuses("api", 403, "ExpiredTokenException", "The security token included in the request is expired");
    }
    let answer = soon(client.signed_fetch(&get(API))).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(text(&answer).await.contains("ExpiredTokenException"));
    assert_eq!(aws.sent("api").len(), 2);
}

#[wasm_bindgen_test]
async fn a_failing_service_is_asked_again_with_the_same_empty_body() {
    let aws = Aws::start();
    aws.answers("api", 503, &[("retry-after", "0")], "");
    aws.breaks_off("api");
    let init = RequestInit::new();
    init.set_method("PUT");
    init.set_body(&"".into());
    let request = Request::new_with_str_and_init(API, &init).unwrap();
    let answer = soon(guest().signed_fetch(&request)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(aws.sent("api").len(), 3);
    aws.sent("api").iter().for_each(|sent| sent.assert_signed_by(1));
}

#[wasm_bindgen_test]
async fn http_errors_are_answers() {
    let aws = Aws::start();
    let client = guest();
    for status in [400, 404, 409, 418] {
        aws.answers("api", status, &[], "no");
        let answer = soon(client.signed_fetch(&get(API))).await.unwrap();
        assert_eq!((answer.status(), text(&answer).await.as_str()), (status, "no"));
    }
}

#[wasm_bindgen_test]
async fn a_redirect_is_not_followed() {
    let aws = Aws::start();
    let client = guest();
    for status in [301, 302, 303, 307, 308] {
        aws.answers("api", status, &[("location", "https://elsewhere.example/")], "");
        let error = soon(client.signed_fetch(&get(API))).await.unwrap_err();
        assert!(JsValue::from(error).is_instance_of::<js_sys::TypeError>());
    }
    let sent = aws.sent("api");
    assert_eq!(sent.len(), 5, "each was sent once");
    assert!(sent.iter().all(|sent| sent.redirect() == "manual"));
}

#[wasm_bindgen_test]
async fn a_redirect_that_the_caller_asked_for_is_an_answer() {
    let aws = Aws::start();
    aws.answers("api", 302, &[("location", "https://elsewhere.example/")], "");
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Manual);
    let request = Request::new_with_str_and_init(API, &init).unwrap();
    assert_eq!(soon(guest().signed_fetch(&request)).await.unwrap().status(), 302);
}

#[wasm_bindgen_test]
async fn what_the_request_says_of_its_referrer_is_kept() {
    let aws = Aws::start();
    let init = Object::new();
    for (name, value) in [("referrer", ""), ("referrerPolicy", "no-referrer"), ("credentials", "include")] {
        Reflect::set(&init, &name.into(), &value.into()).unwrap();
    }
    let request = Request::new_with_str_and_init(API, init.unchecked_ref()).unwrap();
    soon(guest().signed_fetch(&request)).await.unwrap();
    let sent = &aws.sent("api")[0];
    assert_eq!((sent.referrer().as_str(), sent.referrer_policy().as_str()), ("", "no-referrer"));
    assert_eq!(sent.credentials(), "include");
}

#[wasm_bindgen_test]
async fn a_request_whose_signature_the_browser_would_drop_is_refused() {
    let aws = Aws::start();
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    let request = Request::new_with_str_and_init(API, &init).unwrap();
    let seen = Seen::of(soon(guest().signed_fetch(&request)).await.unwrap_err());
    assert_eq!((seen.code.as_str(), seen.field.as_deref()), ("INVALID_REQUEST", Some("request.mode")));
    assert_eq!(aws.asked(), vec![]);
}

#[wasm_bindgen_test]
async fn what_is_judged_is_what_is_sent_whatever_a_request_says_of_itself() {
    let aws = Aws::start();
    let client = guest();
    let lying = get("https://elsewhere.example/collect");
    let lie = Object::new();
    Reflect::set(&lie, &"value".into(), &API.into()).unwrap();
    Reflect::define_property(&lying, &"url".into(), &lie).unwrap();
    assert_eq!(lying.url(), API);
    let seen = Seen::of(soon(client.signed_fetch(&lying)).await.unwrap_err());
    assert_eq!(seen.code, "UNKNOWN_ENDPOINT");
    let copying = get("https://elsewhere.example/collect");
    let copy = js_sys::Function::new_no_args("return this");
    Reflect::set(&copying, &"clone".into(), &copy).unwrap();
    Reflect::define_property(&copying, &"url".into(), &lie).unwrap();
    let seen = Seen::of(soon(client.signed_fetch(&copying)).await.unwrap_err());
    assert_eq!(seen.code, "UNKNOWN_ENDPOINT");
    assert_eq!(aws.asked(), vec![]);
}

#[wasm_bindgen_test]
async fn a_request_whose_body_is_used_up_is_what_the_platform_says_of_it() {
    let aws = Aws::start();
    let request = post(API, &"kettle".into());
    JsFuture::from(request.text().unwrap()).await.unwrap();
    let error = soon(guest().signed_fetch(&request)).await.unwrap_err();
    assert!(JsValue::from(error).is_instance_of::<js_sys::TypeError>());
    assert_eq!(aws.asked(), vec![]);
}

#[wasm_bindgen_test]
async fn credentials_go_to_hosts_of_aws_and_to_declared_ones_alone() {
    let aws = Aws::start();
    let client = Client::new(Options {
        endpoints: vec![EndpointOptions {
            url: "https://api.example.com/v1/".into(),
            service: "execute-api".into(),
            ..EndpointOptions::default()
        }],
        ..options()
    })
    .unwrap();
    for (url, code) in [
        ("https://elsewhere.example/", "UNKNOWN_ENDPOINT"),
        ("https://api.example.com/v2/items", "UNKNOWN_ENDPOINT"),
        ("http://abc123.execute-api.eu-west-1.amazonaws.com/prod", "INSECURE_URL"),
    ] {
        assert_eq!(Seen::of(soon(client.signed_fetch(&get(url))).await.unwrap_err()).code, code, "{url}");
    }
    assert_eq!(aws.asked(), vec![], "not even credentials were asked for");
    let answer = soon(client.signed_fetch(&get("https://api.example.com/v1/items"))).await.unwrap();
    assert_eq!(answer.status(), 501);
    assert_eq!(aws.take_unknown(), ["GET https://api.example.com/v1/items"]);
    aws.sent("unknown")[0].assert_signed_by(1);
}

#[wasm_bindgen_test]
async fn a_network_error_is_what_fetch_threw() {
    let aws = Aws::start();
    let once = Options { retry: Policy { attempts: 1, ..Policy::default() }, ..options() };
    let client = Client::new(once).unwrap();
    aws.breaks_off("api");
    let error = soon(client.signed_fetch(&get(API))).await.unwrap_err();
    assert_eq!(error.code(), None);
    assert!(JsValue::from(error).is_instance_of::<js_sys::TypeError>());
    assert_eq!(aws.sent("api").len(), 1);
}
