//! sigfetch: Cognito identity pool credentials and SigV4-signed fetch for web pages.

pub mod endpoint;
