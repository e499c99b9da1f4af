//! sigfetch: Cognito identity pool credentials and SigV4-signed fetch for web pages.
//!
//! A Rust front end uses [`Client`]; the npm package is made of the same crate with the feature `npm`.
//!
//! The map of the house; a room imports only what stands above it in this list:
//!
//! - small rooms: [`secret`], [`error`], [`time`], [`http`], [`retry`]
//! - [`sigv4`]: requests, scope and credentials in, headers or query out; the only room that names aws-sigv4
//! - [`endpoint`]: from a host to service, region and partition
//! - [`routing`]: where credentials may go, and what a request is signed for
//! - [`pool`]: the identity pool and the flow to its credentials; [`config`]: options, checked once
//! - [`cognito`]: what is said to Cognito Identity and STS, and the exchange of logins for credentials
//! - [`credentials`]: when a credential set is refreshed, and what its refusals mean
//! - [`appsync`]: what AppSync's answers mean, and the machines of its real-time protocols
//! - [`event`]: what a client tells listeners
//! - `explain` (own feature): evidence of a failed call in, its causes and what to change out
//! - [`client`]: waits for all of this, over the trait [`client::Host`]
//! - `web`: the only room that knows JavaScript
//! - `explain_module`: what stands in its place in the WebAssembly file that explains; in that of lasting connections it
//!   is `web::realtime` alone
//!
//! Nothing outside `web` reads a clock, draws random numbers, sends or prints: machines decide, `client` waits, `web`
//! converts.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod appsync;
pub mod client;
pub mod cognito;
pub mod config;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod event;
#[cfg(feature = "explain")]
pub mod explain;
pub mod http;
pub mod pool;
pub mod retry;
pub mod routing;
pub mod secret;
pub mod sigv4;
pub mod time;

#[cfg(all(target_arch = "wasm32", feature = "npm-explain"))]
mod explain_module;
#[cfg(all(target_arch = "wasm32", not(any(feature = "npm-explain", feature = "npm-realtime"))))]
mod web;
#[cfg(all(target_arch = "wasm32", feature = "npm-realtime"))]
mod web {
    mod allocator;
    mod realtime;

    pub use realtime::*;
}

pub use config::{EndpointOptions, Options};
pub use error::{Code, Error};
pub use pool::ClassicFlowOptions;

#[cfg(all(target_arch = "wasm32", feature = "npm-explain"))]
pub use explain_module::*;
#[cfg(all(target_arch = "wasm32", not(feature = "npm-explain")))]
pub use web::*;
