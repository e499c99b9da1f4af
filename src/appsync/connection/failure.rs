//! Why something failed.

use core::fmt;

use crate::error::Error;

/// Why something failed: an error of ours, or what the host's signer threw, which is handed on as it is. `T` is a value of
/// the host's platform.
#[derive(Clone, PartialEq, Eq)]
pub enum Failure<T> {
    /// An error of ours.
    Coded(Error),
    /// What the host's signer threw.
    Thrown {
        /// The thing itself.
        thrown: T,
        /// Whether the same call may succeed later without a change.
        is_retryable: bool,
    },
}

impl<T> Failure<T> {
    pub(super) fn is_retryable(&self) -> bool {
        match self {
            Self::Coded(error) => error.code.is_retryable(),
            Self::Thrown { is_retryable, .. } => *is_retryable,
        }
    }
}

impl<T> From<Error> for Failure<T> {
    fn from(error: Error) -> Self {
        Self::Coded(error)
    }
}

/// What the page has thrown stays out of logs.
impl<T> fmt::Debug for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coded(error) => f.debug_tuple("Coded").field(error).finish(),
            Self::Thrown { .. } => f.write_str("Thrown(..)"),
        }
    }
}
