//! sigfetch: Cognito identity pool credentials and SigV4-signed fetch for web pages.

pub mod appsync;
pub mod clock;
pub mod cognito;
pub mod config;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod message;
pub mod retry;
pub mod secret;
pub mod sigv4;
pub mod target;
pub mod text;

#[cfg(target_arch = "wasm32")]
pub mod web;
