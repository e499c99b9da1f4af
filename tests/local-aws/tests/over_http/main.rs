//! A running server, asked over HTTP as any client asks it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed assumption fails the test")]

mod appsync;
mod classic_flow;
mod cognito_identity;
mod control;
mod cors;
mod events;
mod execute_api;
mod faults;
mod process;
mod realtime;
mod realtime_faults;
mod s3;
mod signatures;
mod signed_json;
mod states;
mod sts;
mod subscriptions;
mod support;
mod user_pool;
