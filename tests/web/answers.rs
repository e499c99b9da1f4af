//! Answers that nobody means well with, and those that do not come.

use js_sys::{Object, Reflect};
use sigfetch::retry::Policy;
use sigfetch::{Client, Options};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::aws::{Aws, Flow};
use crate::errors::Seen;
use crate::platform::soon;
use crate::{API, get, guest, options};

/// A guest who asks once.
fn once() -> Client {
    let retry = Policy { attempts: 1, ..Policy::default() };
    Client::new(Options { retry, ..options() }).unwrap()
}

/// A guest who asks once and does not wait long.
fn hasty() -> Client {
    let retry = Policy { attempts: 1, ..Policy::default() };
    Client::new(Options { retry, timeout: 500, ..options() }).unwrap()
}

#[wasm_bindgen_test]
async fn an_answer_of_cognito_is_read_up_to_64_kilobytes() {
    let aws = Aws::start();
    let endless = Flow::new(200, 10_000, u32::MAX);
    aws.answers_value("GetId", &endless.response());
    let seen = Seen::of(soon(once().identity_id()).await.unwrap_err());
    assert_eq!((seen.code.as_str(), seen.status), ("SERVICE_FAULT", Some(200)));
    assert_eq!((endless.pieces(), endless.is_cancelled()), (7, true));
}

#[wasm_bindgen_test]
async fn an_answer_of_64_kilobytes_is_read_and_a_longer_one_is_not() {
    const MOST: usize = 64 * 1_024;
    let id = "{\"IdentityId\":\"eu-west-1:0a1b2c3d-0000-4000-8000-000000000001\"}";
    let aws = Aws::start();
    aws.answers("GetId", 200, &[], &format!("{id}{}", " ".repeat(MOST - id.len())));
    assert!(soon(once().identity_id()).await.is_ok());
    aws.answers("GetId", 200, &[], &format!("{id}{}", " ".repeat(MOST - id.len() + 1)));
    assert_eq!(Seen::of(soon(once().identity_id()).await.unwrap_err()).code, "SERVICE_FAULT");
}

#[wasm_bindgen_test]
async fn an_answer_of_sts_is_read_up_to_64_kilobytes() {
    let aws = Aws::start();
    let endless = Flow::new(200, 10_000, u32::MAX);
    aws.answers_value("GetCallerIdentity", &endless.response());
    assert_eq!(Seen::of(soon(once().whoami()).await.unwrap_err()).code, "SERVICE_FAULT");
    assert!(endless.is_cancelled());
}

#[wasm_bindgen_test]
async fn a_refusal_without_end_is_handed_on_after_64_kilobytes() {
    let aws = Aws::start();
    let endless = Flow::new(403, 10_000, u32::MAX);
    aws.answers_value("api", &endless.response());
    let answer = soon(once().signed_fetch(&get(API))).await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(endless.pieces() <= 8, "{} pieces were read", endless.pieces());
    assert!(!endless.is_cancelled(), "the caller may read it");
}

#[wasm_bindgen_test]
async fn silence_of_cognito_ends_with_the_timeout_and_the_request_is_aborted() {
    let aws = Aws::start();
    aws.keeps_silent("GetId");
    let seen = Seen::of(soon(hasty().identity_id()).await.unwrap_err());
    assert_eq!((seen.code.as_str(), seen.is_retryable), ("TIMEOUT", true));
    assert!(aws.sent("GetId")[0].signal().aborted());
}

#[wasm_bindgen_test]
async fn a_body_that_stalls_ends_with_the_timeout_too() {
    let aws = Aws::start();
    let stalled = Flow::new(200, 10, 2);
    aws.answers_value("GetId", &stalled.response());
    assert_eq!(Seen::of(soon(hasty().identity_id()).await.unwrap_err()).code, "TIMEOUT");
    assert!(stalled.is_cancelled());
}

#[wasm_bindgen_test]
async fn silence_of_sts_ends_with_the_timeout_too() {
    let aws = Aws::start();
    aws.keeps_silent("GetCallerIdentity");
    assert_eq!(Seen::of(soon(hasty().whoami()).await.unwrap_err()).code, "TIMEOUT");
}

#[wasm_bindgen_test]
async fn a_client_recovers_from_an_answer_that_never_came() {
    let aws = Aws::start();
    let client = Client::new(Options { timeout: 500, ..options() }).unwrap();
    aws.keeps_silent("GetId");
    aws.breaks_off("GetId");
    aws.answers("GetId", 500, &[], "<html>");
    assert!(soon(client.identity_id()).await.is_ok());
    assert_eq!(aws.sent("GetId").len(), 4);
}

#[wasm_bindgen_test]
async fn what_is_no_answer_of_cognito_is_a_service_fault() {
    let aws = Aws::start();
    for body in ["", "<html>portal</html>", "null", "[]", "7", "\"text\"", "{\"IdentityId\":7}", "{\"IdentityId\":[]}"]
    {
        aws.answers("GetId", 200, &[], body);
        assert_eq!(Seen::of(soon(once().identity_id()).await.unwrap_err()).code, "SERVICE_FAULT", "{body}");
    }
    let deep = format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000));
    aws.answers("GetId", 200, &[], &deep);
    assert_eq!(Seen::of(soon(once().identity_id()).await.unwrap_err()).code, "SERVICE_FAULT");
}

#[wasm_bindgen_test]
async fn a_redirect_of_cognito_is_not_followed() {
    let aws = Aws::start();
    aws.answers("GetId", 307, &[("location", "https://elsewhere.example/")], "");
    assert_eq!(Seen::of(soon(once().identity_id()).await.unwrap_err()).code, "NETWORK");
    assert_eq!(aws.sent("GetId").len(), 1);
}

/// What stands in for `fetch` in a page's unit tests gives anything.
#[wasm_bindgen_test]
async fn a_fetch_that_gives_no_answer_is_a_network_error() {
    let aws = Aws::start();
    let class = Reflect::get(&js_sys::global(), &"Response".into()).unwrap();
    let bodiless = Object::new();
    Reflect::set(&bodiless, &"status".into(), &200.into()).unwrap();
    for value in [JsValue::UNDEFINED, JsValue::NULL, 7.into(), "text".into(), class, bodiless.into()] {
        aws.answers_value("GetId", &value);
        let seen = Seen::of(soon(once().identity_id()).await.unwrap_err());
        assert_eq!(seen.code, "NETWORK", "{value:?}");
    }
    let client = once();
    soon(client.identity_id()).await.unwrap();
    for value in [JsValue::UNDEFINED, JsValue::NULL, 7.into(), "text".into()] {
        aws.answers_value("api", &value);
        let error = soon(client.signed_fetch(&get(API))).await.unwrap_err();
        assert_eq!(error.code(), None, "{value:?}");
        assert!(JsValue::from(error).is_instance_of::<js_sys::TypeError>(), "{value:?}");
    }
}

/// A wrapper of `fetch` may have read the body already.
#[wasm_bindgen_test]
async fn an_answer_whose_body_somebody_else_reads_is_a_network_error() {
    let aws = Aws::start();
    let taken = Flow::new(200, 10, 1).response();
    taken.body().unwrap().get_reader();
    aws.answers_value("GetId", &taken);
    assert_eq!(Seen::of(soon(once().identity_id()).await.unwrap_err()).code, "NETWORK");
    let taken = Flow::new(403, 10, 1).response();
    taken.body().unwrap().get_reader();
    aws.answers_value("api", &taken);
    assert_eq!(soon(guest().signed_fetch(&get(API))).await.unwrap().status(), 403);
}
