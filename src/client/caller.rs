//! Whose a call is. A call that was made as one user never goes out as another: it ends when its period does.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::signal::{Giver, Signal, signal};

/// The time in which one user, or one guest, uses the client.
pub(super) struct Period {
    caller: Caller,
    /// How many were before.
    pub(super) number: u32,
    /// Dropping it ends the calls.
    _end: Giver<()>,
}

/// Whoever made a call.
#[derive(Clone, Debug)]
pub struct Caller(Signal<()>);

impl Period {
    pub(super) fn new() -> Self {
        let (end, ended) = signal();
        Self { caller: Caller(ended), number: 0, _end: end }
    }

    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Ends the calls that were made in it, and begins another.
    pub(super) fn end(&mut self) {
        *self = Self { number: self.number + 1, ..Self::new() };
    }
}

/// Waits for work, but no longer than until `end`.
pub(crate) async fn before<F: Future>(work: F, end: impl Future) -> Option<F::Output> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    let first = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => end.as_mut().poll(context).map(|_| None),
    });
    first.await
}

impl Caller {
    /// Whether its period goes on.
    pub(super) fn is_current(&self) -> bool {
        !self.0.is_over()
    }

    /// Waits for work, but no longer than the period.
    pub(super) async fn unless_ended<F: Future>(&self, work: F) -> Option<F::Output> {
        self.0.clone().unless_over(work).await
    }
}
