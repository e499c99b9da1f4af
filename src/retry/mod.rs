//! Retry: how often and after what pauses something is tried again, and what an answer means for another attempt.

mod call;
mod cool_down;
mod error_kind;
mod policy;

pub use call::{Call, Recovered, RetryDecision, RetryPlan, is_idempotent};
pub use cool_down::{CoolDown, SharedCoolDown};
pub use error_kind::{ErrorKind, is_throttling, needs_body, stated_time};
pub use policy::{ATTEMPTS, Policy, backoff, requested_pause};
