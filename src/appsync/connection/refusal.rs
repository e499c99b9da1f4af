//! What AppSync says over a socket when it refuses something, and what is to be done about it.

use super::failure::Failure;
use super::frame::{Member, Value};
use crate::retry::ErrorKind;

/// What helps against a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Signing again: with other credentials, or by the right clock, which the client knows of by now.
    Recover,
    /// Trying again later.
    Wait,
    /// Nothing.
    Nothing,
}

impl Remedy {
    /// What helps against this.
    pub(crate) fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ExpiredCredentials | ErrorKind::DeniedRole | ErrorKind::ClockSkew(_) => Self::Recover,
            ErrorKind::Throttled | ErrorKind::ServerFault | ErrorKind::Network => Self::Wait,
            ErrorKind::Final => Self::Nothing,
        }
    }
}

/// What is said of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<P> {
    /// What helps.
    pub remedy: Remedy,
    /// The error for the caller, if nothing helps.
    pub failure: Failure<P>,
}

/// Judges a refusal by the first of the frame's errors, if there is one. With the id of the access key whose signature was
/// refused, whoever signs also learns from it, so that the next signature is another one. What AWS's errors mean is known
/// to the client alone.
pub type Judge<P> = Box<dyn Fn(Option<&P>, Option<&str>) -> Verdict<P>>;

/// Reads `errors`, which stands at the top level or inside `payload`, and is an array or, in the wild, an object
/// (aws-amplify/aws-appsync-realtime-client-ios#67).
pub(in crate::appsync) fn first_error<P: Value>(frame: &P) -> Option<P> {
    let errors = |value: &P| value.member(Member::Errors);
    let list = errors(frame).or_else(|| errors(&frame.member(Member::Payload)?))?;
    list.item(0).or(Some(list))
}
