//! sigfetch: Cognito identity pool credentials and SigV4-signed fetch for web pages.
//!
//! The map of the house; a room imports only what stands above it in this list:
//!
//! - small rooms: [`text`], [`clock`], [`secret`], [`error`], [`message`], [`retry`], [`heal`], [`lifetime`]
//! - [`sigv4`]: requests, scope and credentials in, headers or query out
//! - [`endpoint`]: from a host to service, region and partition
//! - [`target`]: where a request goes and what it is signed for; [`pool`]: the identity pool and the way to its
//!   credentials; [`config`]: options, checked once
//! - [`signer`]: of a request, whether it can be signed with nothing but these rooms, and its signature
//! - [`cognito`]: what is said to Cognito Identity and STS, and the exchange of pool and logins for credentials
//! - [`credentials`]: the life of a credential set, and the rounds that renew it
//! - [`appsync`]: what AppSync's refusals mean
//! - `web`: the only room that knows JavaScript
//!
//! Nothing outside `web` reads a clock, draws random numbers, sends or prints: time and bytes come in as arguments, and
//! machines say what to do next.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod appsync;
pub mod clock;
pub mod cognito;
pub mod config;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod heal;
pub mod lifetime;
pub mod message;
pub mod pool;
pub mod retry;
pub mod secret;
pub mod signer;
pub mod sigv4;
pub mod target;
pub mod text;

#[cfg(target_arch = "wasm32")]
pub mod web;
