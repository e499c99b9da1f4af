//! The edge: the only room that knows JavaScript. It converts and delegates, and decides nothing.

mod abort;
#[cfg(feature = "npm")]
mod allocator;
mod browser;
mod front_end;
mod json;
mod login;
#[cfg(feature = "npm")]
mod npm;
mod owner;
mod reply;
mod tabs;
mod thrown;
mod timer;

pub use front_end::{Client, LoginFunction};
#[cfg(feature = "npm")]
pub use npm::{ExportedClient, Hasher, is_aws_host};

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// What a JavaScript expression gives.
#[cfg(test)]
#[track_caller]
fn evaluate(expression: &str) -> wasm_bindgen::JsValue {
    js_sys::eval(&format!("({expression})")).unwrap()
}
