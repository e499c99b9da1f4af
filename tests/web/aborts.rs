//! An abort of the request's own signal ends the call, and nothing else.

use futures_util::future::join;
use js_sys::Error;
use sigfetch::{Client, Options};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AbortController, Request, RequestInit};

use crate::aws::Aws;
use crate::platform::{pause, soon};
use crate::{API, get, guest, options};

fn abortable() -> (AbortController, Request) {
    let controller = AbortController::new().unwrap();
    let init = RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    let request = Request::new_with_str_and_init(API, &init).unwrap();
    (controller, request)
}

fn abort(controller: &AbortController) -> JsValue {
    let reason: JsValue = Error::new("the user went elsewhere").into();
    controller.abort_with_reason(&reason);
    reason
}

#[wasm_bindgen_test]
async fn an_abort_before_the_call_sends_nothing() {
    let aws = Aws::start();
    let (controller, request) = abortable();
    let reason = abort(&controller);
    let thrown = soon(guest().signed_fetch(&request)).await.unwrap_err();
    assert!(JsValue::from(thrown) == reason);
    pause(20).await;
    assert_eq!(aws.asked(), vec![]);
}

#[wasm_bindgen_test]
async fn an_abort_on_the_way_ends_the_call_which_is_not_sent_again() {
    let aws = Aws::start();
    let client = guest();
    aws.keeps_silent("api");
    let (controller, request) = abortable();
    let call = client.signed_fetch(&request);
    let aborting = async {
        aws.until_asked("api").await;
        abort(&controller)
    };
    let (ended, reason) = soon(join(call, aborting)).await;
    assert!(JsValue::from(ended.unwrap_err()) == reason);
    pause(500).await;
    assert_eq!((aws.sent("api").len(), aws.sent("probe").len()), (1, 0));
}

#[wasm_bindgen_test]
async fn an_abort_while_credentials_are_on_their_way_ends_the_call_and_not_the_refresh() {
    let aws = Aws::start();
    let client = Client::new(Options { timeout: 300, ..options() }).unwrap();
    aws.keeps_silent("GetId");
    let (controller, request) = abortable();
    let (first, second) = (client.signed_fetch(&request), client.signed_fetch(&get(API)));
    let aborting = async {
        aws.until_asked("GetId").await;
        abort(&controller)
    };
    let (ended, reason) = soon(join(first, aborting)).await;
    assert!(JsValue::from(ended.unwrap_err()) == reason);
    assert!(!aws.sent("GetId")[0].signal().aborted());
    assert_eq!(soon(second).await.unwrap().status(), 200);
    assert_eq!(aws.sent("api").len(), 1);
}

#[wasm_bindgen_test]
async fn an_abort_ends_the_pause_before_another_attempt() {
    let aws = Aws::start();
    let client = guest();
    aws.answers("api", 503, &[("retry-after", "5")], "");
    let (controller, request) = abortable();
    let call = client.signed_fetch(&request);
    let aborting = async {
        aws.until_asked("api").await;
        pause(50).await;
        abort(&controller)
    };
    let began = js_sys::Date::now();
    let (ended, reason) = soon(join(call, aborting)).await;
    assert!(JsValue::from(ended.unwrap_err()) == reason);
    assert!(js_sys::Date::now() - began < 3_000.0);
    assert_eq!(aws.sent("api").len(), 1);
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_is_not_sent() {
    let aws = Aws::start();
    let client = guest();
    soon(client.identity_id()).await.unwrap();
    drop(client.signed_fetch(&get(API)));
    pause(20).await;
    assert_eq!(aws.sent("api").len(), 0);
}
