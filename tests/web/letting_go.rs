//! What a client that is closed, or that nobody holds, leaves behind: nothing.

use std::pin::pin;

use futures_util::future::{Either, join, join_all, select};
use sigfetch::{Client, Options};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::aws::Aws;
use crate::errors::Seen;
use crate::platform::{Platform, pause, soon};
use crate::{API, PROVIDER, get, guest, login, options};

#[wasm_bindgen_test]
async fn clients_that_are_dropped_leave_no_timer_and_no_listener() {
    let _aws = Aws::start();
    let platform = Platform::start_counting();
    let clients: Vec<Client> = (0..10).map(|_| guest()).collect();
    let answers = soon(join_all(clients.iter().map(|client| client.signed_fetch(&get(API))))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(platform.timers(), 10, "each has the timer of its next refresh");
    assert!(platform.listeners() >= 10);
    drop(clients);
    pause(0).await;
    assert_eq!((platform.timers(), platform.listeners()), (0, 0));
}

#[wasm_bindgen_test]
async fn a_client_that_is_dropped_in_mid_refresh_leaves_nothing_when_that_ends() {
    let aws = Aws::start();
    let platform = Platform::start_counting();
    let client = Client::new(Options { timeout: 300, ..options() }).unwrap();
    aws.keeps_silent("GetId");
    let asked = aws.until_asked("GetId");
    assert!(matches!(soon(select(pin!(client.identity_id()), pin!(asked))).await, Either::Right(_)));
    drop(client);
    soon(async {
        while platform.timers() + platform.listeners() > 0 {
            pause(10).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_client_refuses_every_call() {
    let aws = Aws::start();
    let client = guest();
    soon(client.identity_id()).await.unwrap();
    let before = aws.asked();
    client.close();
    client.close();
    let codes = [
        Seen::of(soon(client.signed_fetch(&get(API))).await.unwrap_err()).code,
        Seen::of(soon(client.credentials()).await.unwrap_err()).code,
        Seen::of(soon(client.identity_id()).await.unwrap_err()).code,
        Seen::of(soon(client.whoami()).await.unwrap_err()).code,
        Seen::of(client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap_err()).code,
        Seen::of(client.sign_out().unwrap_err()).code,
    ];
    assert_eq!(codes, ["CLOSED"; 6]);
    assert_eq!(aws.asked(), before);
}

#[wasm_bindgen_test]
async fn closing_ends_the_calls_that_wait_and_aborts_what_was_sent_to_cognito() {
    let aws = Aws::start();
    let platform = Platform::start_counting();
    let client = guest();
    aws.keeps_silent("GetId");
    let calls = join_all((0..3).map(|_| client.signed_fetch(&get(API))));
    let closing = async {
        aws.until_asked("GetId").await;
        client.close();
    };
    let (ended, ()) = soon(join(calls, closing)).await;
    for call in ended {
        assert_eq!(Seen::of(call.unwrap_err()).code, "CLOSED");
    }
    pause(0).await;
    assert!(aws.sent("GetId")[0].signal().aborted());
    assert_eq!((platform.timers(), platform.listeners()), (0, 0));
    drop(client);
}

#[wasm_bindgen_test]
async fn signing_out_ends_the_calls_of_whoever_was_signed_in() {
    let aws = Aws::start();
    let client = guest();
    client.set_logins(Some(login(PROVIDER, "id.token"))).unwrap();
    aws.keeps_silent("GetCredentialsForIdentity");
    let call = client.signed_fetch(&get(API));
    let leaving = async {
        aws.until_asked("GetCredentialsForIdentity").await;
        client.sign_out().unwrap();
    };
    let (ended, ()) = soon(join(call, leaving)).await;
    assert_eq!(Seen::of(ended.unwrap_err()).code, "SIGNED_OUT");
    assert_eq!(soon(client.signed_fetch(&get(API))).await.unwrap().status(), 200);
    assert_eq!(aws.sent("api").len(), 1);
}
