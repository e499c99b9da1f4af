//! Cognito Identity and STS: what is said on the wire, how refusals read, and the exchange of an identity pool and
//! logins for credentials.

mod exchange;
mod read;
mod refusals;
mod sts;
mod web_identity;
mod wire;

pub use exchange::{Exchange, Failure, Identity, IssuedCredentials, Step};
pub use sts::{CALLER_IDENTITY_FORM, CallerIdentity, read_caller};
pub use wire::{Body, CognitoInput, GetCredentialsForIdentity, GetId, GetOpenIdToken, Logins, ServiceRequest};

pub(crate) use read::{is_key_id, is_secret_key, is_session_token};
