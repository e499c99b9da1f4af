//! A fleet of pages against Cognito's quotas, on a simulated clock.
//!
//! Each client is the product's own [`sigfetch::client::Client`]: refreshes, retries, backoff and background refreshes
//! are run, not modelled. What is made up is around it: when the apps call, how long the way to Cognito is, what Cognito
//! takes, and what goes wrong.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cognito;
mod host;
mod outcome;
mod simulation;

#[cfg(test)]
mod tests;

pub use cognito::{Calls, Quotas};
pub use outcome::{LONGEST_TIMES_BOUND, MOST_REFUSED_PER_SERVED, Outcome};
pub use simulation::{Fleet, Incident};
