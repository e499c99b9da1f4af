//! The edge: the only room that knows JavaScript. It converts, sends and waits; what to do is decided below it.

mod client;
mod error;
mod options;
mod request;
mod session;
mod transport;
mod value;

use wasm_bindgen::prelude::wasm_bindgen;

/// The public types: the one place where they are written. The build ships the same file beside the package's entries.
#[wasm_bindgen(typescript_custom_section)]
const API: &'static str = include_str!("api.d.ts");
