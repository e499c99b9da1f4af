//! What a call fails with.

use crate::error::{Code, Error};

/// An error of ours with what caused it, or what the page or `fetch` threw, passed on as it is.
#[derive(Clone, Debug)]
pub enum CallError<T> {
    /// An error with a code.
    Coded {
        /// The error.
        error: Error,
        /// What was thrown by the page's function, or by `fetch`.
        cause: Option<T>,
    },
    /// What `fetch` or the platform threw.
    Thrown(T),
}

impl<T> CallError<T> {
    /// An error that was caused by something that was thrown.
    pub fn caused(error: Error, cause: T) -> Self {
        Self::Coded { error, cause: Some(cause) }
    }

    /// The code, if it is an error of ours.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Coded { error, .. } => Some(error.code),
            Self::Thrown(_) => None,
        }
    }
}

impl<T> From<Error> for CallError<T> {
    fn from(error: Error) -> Self {
        Self::Coded { error, cause: None }
    }
}

/// The error of a call that waited when its user signed out or another one signed in.
pub(crate) fn signed_out() -> Error {
    Error::new(Code::SignedOut, "Signed out while this call waited")
}

/// The error of a call of a closed client.
pub(super) fn closed() -> Error {
    Error::new(Code::Closed, "The client is closed")
}

/// The error of a synchronous call without credentials.
pub(super) fn not_ready() -> Error {
    Error::new(Code::NotReady, "There are no credentials yet")
}
