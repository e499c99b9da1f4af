//! The credentials of one client: the life of a set, the refreshes that renew it, and what tabs share.

mod cache;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod model;
mod session;
pub mod sharing;

pub use cache::{Decision, Generation};
pub use session::{Attempt, IdentityKind, Progress, Session, Timing};

use crate::sigv4::SigningCredentials;
use crate::time::Millis;

/// Credentials, whose they are and when they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSet {
    /// What signs.
    pub signing: SigningCredentials,
    /// The Cognito identity they belong to, if they come from Cognito.
    pub identity_id: Option<String>,
    /// When they end by the server's clock; none if they do not.
    pub expires_at: Option<Millis>,
}
