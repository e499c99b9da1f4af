//! The AWS services that sigfetch talks to, on one loopback port.
//!
//! It verifies rather than pretends: every signed request is recomputed with `aws_sigv4::http_request`, tokens are
//! real RS256 tokens, and refusals carry the statuses, headers, bodies and CORS habits of AWS.
//!
//! The map:
//!
//! - [`Server`] binds and accepts; `host` tells the services apart by host name; `dispatch` runs one request;
//! - `account` is what is fixed (ids, users), `settings` what an owner can set (roles, policies, pools, APIs), `states` a
//!   list of ways to set it wrong;
//! - `world` holds what the services share: `clock`, `identities`, `tokens`, `issued` credentials, `faults`, `stats`;
//! - `verify` is the one place where signatures are judged, `iam` the one place where permissions are;
//! - one module per service: `cognito_identity`, `cognito_idp`, `sts`, `execute_api`, `appsync` (over HTTP and sockets),
//!   `signed_json`, `s3`;
//! - `control` is the way in for tests and for the page.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed assumption fails the test"))]

mod account;
mod answer;
mod appsync;
mod arrived;
mod aws_json;
mod clock;
mod cognito_identity;
mod cognito_idp;
mod control;
mod cors;
mod dispatch;
mod execute_api;
mod faults;
mod host;
mod iam;
mod identities;
mod issued;
mod log;
mod proxy;
mod random;
mod s3;
mod server;
mod settings;
mod signed_json;
mod states;
mod stats;
mod sts;
mod tokens;
mod verify;
mod world;

pub use server::{Options, Server};
