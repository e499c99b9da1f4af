//! Refreshes that nobody waits for: before the credentials expire, and when the page wakes.

use std::rc::Rc;

use futures_util::future::FutureExt;

use super::Inner;
use super::host::Host;
use super::signal::signal;
use crate::time::Millis;

/// The longest time that a browser's timer takes, in milliseconds.
const LONGEST_TIMER: Millis = 2_147_483_647;

impl<H: Host> Inner<H> {
    /// Refreshes now if it is time, or sets the timer. `woken` says that time may have passed unseen, or that the network
    /// is back.
    pub(super) fn schedule(self: &Rc<Self>, woken: bool) {
        self.watch_clock();
        let mut state = self.state.borrow_mut();
        state.timer = None;
        if state.is_closed {
            return;
        }
        match state.session.next_refresh_in(self.host.now(), woken) {
            None => {}
            Some(0) => {
                drop(state);
                self.start_refresh();
            }
            Some(wait) => {
                let sleep = self.host.sleep_in_background(wait.min(LONGEST_TIMER));
                // The timer does not keep the client, so that one that nobody holds is collected.
                let client = Rc::downgrade(self);
                let (timer, cancelled) = signal();
                state.timer = Some(timer);
                let work = async move {
                    if cancelled.unless_over(sleep).await.is_some()
                        && let Some(client) = client.upgrade()
                    {
                        client.schedule(false);
                    }
                };
                self.host.spawn(work.boxed_local());
            }
        }
    }
}
