//! A value that is given once, to whoever waits for it.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Gives the value; dropped without one, it ends the waiting all the same.
pub(super) struct Giver<T>(Rc<RefCell<State<T>>>);

/// Waits for the value; every clone waits for itself.
pub(super) struct Signal<T> {
    state: Rc<RefCell<State<T>>>,
    /// The place of its waker.
    place: Option<usize>,
}

struct State<T> {
    /// The inner option is none if the giver was dropped.
    value: Option<Option<T>>,
    /// Of whoever waits now. A place is used again, as the end of a long session is waited for by many calls in turn.
    wakers: Vec<Option<Waker>>,
}

/// Both ends.
pub(super) fn signal<T>() -> (Giver<T>, Signal<T>) {
    let state = Rc::new(RefCell::new(State { value: None, wakers: Vec::new() }));
    (Giver(state.clone()), Signal { state, place: None })
}

impl<T> State<T> {
    fn end(state: &RefCell<Self>, value: Option<T>) {
        let mut guard = state.borrow_mut();
        guard.value.get_or_insert(value);
        let wakers = std::mem::take(&mut guard.wakers);
        drop(guard);
        for waker in wakers.into_iter().flatten() {
            waker.wake();
        }
    }
}

impl<T> Giver<T> {
    pub(super) fn give(self, value: T) {
        State::end(&self.0, Some(value));
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        State::end(&self.0, None);
    }
}

impl<T> Signal<T> {
    /// Whether waiting has ended.
    pub(super) fn is_over(&self) -> bool {
        self.state.borrow().value.is_some()
    }
}

impl<T: Clone> Signal<T> {
    /// Waits for work, but no longer than until this is over, which counts first.
    pub(super) async fn unless_over<F: Future>(mut self, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        let first = poll_fn(|context| match Pin::new(&mut self).poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(context).map(Some),
        });
        first.await
    }
}

impl<T: Clone> Future for Signal<T> {
    /// None if the giver was dropped.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Self { state, place } = &mut *self;
        let State { value, wakers } = &mut *state.borrow_mut();
        if let Some(value) = value {
            return Poll::Ready(value.clone());
        }
        let place = *place.get_or_insert_with(|| {
            let free = wakers.iter().position(Option::is_none).unwrap_or(wakers.len());
            if free == wakers.len() {
                wakers.push(None);
            }
            free
        });
        wakers[place] = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), place: None }
    }
}

impl<T> Drop for Signal<T> {
    fn drop(&mut self) {
        if let Some(waker) = self.place.and_then(|place| self.state.borrow_mut().wakers.get_mut(place)?.take()) {
            drop(waker);
        }
    }
}

impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signal(..)")
    }
}
