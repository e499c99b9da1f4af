//! Cognito Identity and STS: what is said on the wire, how refusals read, and the exchange of an identity pool and
//! logins for credentials.

mod exchange;
mod fault;
mod sts;
mod web_identity;
mod wire;

pub use exchange::{Exchange, Failure, Identity, Issued, Step};
pub use sts::{Caller, read_caller};
pub use wire::Logins;
