//! The client for Rust front ends in a real browser, by its public API. `aws.js` stands in for `fetch`: what is shown here
//! is what the edge makes of the platform, and what it sends. Whether AWS would take it, the e2e tests ask servers that
//! verify.
#![cfg(all(target_arch = "wasm32", not(feature = "npm-realtime")))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aborts;
mod answers;
mod aws;
mod errors;
mod identity;
mod letting_go;
mod platform;
mod sending;
mod waking;

use std::rc::Rc;

use sigfetch::{Client, LoginFunction, Options};
use wasm_bindgen::JsValue;
use web_sys::{Request, RequestInit};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const POOL: &str = "eu-west-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
const API: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items";
const PROVIDER: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf";

fn options() -> Options {
    Options { identity_pool_id: Some(POOL.into()), ..Options::default() }
}

fn guest() -> Client {
    Client::new(options()).unwrap()
}

fn login(provider: &str, token: &str) -> LoginFunction {
    let (provider, token) = (provider.to_owned(), token.to_owned());
    Rc::new(move || {
        let logins = vec![(provider.clone(), token.clone())];
        Box::pin(async { Ok(logins) })
    })
}

fn get(url: &str) -> Request {
    Request::new_with_str(url).unwrap()
}

fn post(url: &str, body: &JsValue) -> Request {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(body);
    Request::new_with_str_and_init(url, &init).unwrap()
}
