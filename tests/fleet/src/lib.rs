//! A fleet of pages on paper.
//!
//! The machine that gets a page its credentials is the product's own (`sigfetch::credentials`), one for each page. What
//! is made up is around it: when the apps call, how long the way to Cognito is, what Cognito takes, and what goes wrong.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod chance;
mod cognito;
mod page;
mod simulation;

pub use cognito::Calls;
pub use simulation::{Fleet, Identity, Incident, Jitter, Outcome};
