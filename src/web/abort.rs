//! Waiting until a signal is aborted.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::timer::resolvable;
use crate::client::before;

/// Waits for work, but no longer than until `signal` is aborted; the error is the signal's reason. What others share goes
/// on.
pub(super) async fn unless_aborted<F: Future>(signal: &AbortSignal, work: F) -> Result<F::Output, JsValue> {
    if signal.aborted() {
        return Err(signal.reason());
    }
    let aborted = Aborted::listen(signal.clone());
    before(work, aborted.future()).await.ok_or_else(|| signal.reason())
}

/// A listener of a signal, removed when it is dropped: a signal may outlive many calls.
struct Aborted {
    signal: AbortSignal,
    listener: Function,
    promise: Promise,
}

impl Aborted {
    fn listen(signal: AbortSignal) -> Self {
        let (promise, listener) = resolvable();
        // A signal of another realm may refuse the listener; then the call goes on to its end.
        let _ = signal.add_event_listener_with_callback("abort", &listener);
        Self { signal, listener, promise }
    }

    fn future(&self) -> JsFuture {
        self.promise.clone().into()
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", &self.listener);
        // What waits for a promise is freed only when it settles.
        let _ = self.listener.call0(&JsValue::UNDEFINED);
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use js_sys::Reflect;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::evaluate;
    use super::super::timer::sleep;
    use super::*;

    /// A controller whose signal counts its listeners.
    fn counting() -> (JsValue, AbortSignal) {
        let controller = evaluate(
            "(() => {
                const controller = new AbortController();
                const { signal } = controller;
                signal.listeners = 0;
                signal.addEventListener = (...given) => {
                    signal.listeners += 1;
                    EventTarget.prototype.addEventListener.apply(signal, given);
                };
                signal.removeEventListener = (...given) => {
                    signal.listeners -= 1;
                    EventTarget.prototype.removeEventListener.apply(signal, given);
                };
                return controller;
            })()",
        );
        let signal = Reflect::get(&controller, &"signal".into()).unwrap().unchecked_into();
        (controller, signal)
    }

    fn listeners(signal: &AbortSignal) -> Option<f64> {
        Reflect::get(signal, &"listeners".into()).unwrap().as_f64()
    }

    fn abort(controller: &JsValue, reason: &str) {
        let abort: Function = Reflect::get(controller, &"abort".into()).unwrap().unchecked_into();
        abort.call1(controller, &reason.into()).unwrap();
    }

    #[wasm_bindgen_test]
    async fn work_that_ends_first_counts_and_leaves_no_listener() {
        let (_controller, signal) = counting();
        assert_eq!(unless_aborted(&signal, ready(7)).await, Ok(7));
        assert_eq!(unless_aborted(&signal, async { sleep(1).await }).await, Ok(()));
        assert_eq!(listeners(&signal), Some(0.0));
    }

    #[wasm_bindgen_test]
    async fn an_abort_ends_the_wait_with_its_reason_and_leaves_no_listener() {
        let (controller, signal) = counting();
        let aborting = async {
            sleep(1).await;
            assert_eq!(listeners(&signal), Some(1.0));
            abort(&controller, "enough");
        };
        let (ended, ()) = futures_util::future::join(unless_aborted(&signal, pending::<()>()), aborting).await;
        assert_eq!(ended, Err("enough".into()));
        assert_eq!(listeners(&signal), Some(0.0));
    }

    #[wasm_bindgen_test]
    async fn an_abort_before_the_wait_lets_nothing_begin() {
        let (controller, signal) = counting();
        abort(&controller, "early");
        let work = async { assert!(!signal.aborted(), "the work has begun") };
        assert_eq!(unless_aborted(&signal, work).await, Err("early".into()));
        assert_eq!(listeners(&signal), Some(0.0));
    }

    #[wasm_bindgen_test]
    async fn a_wait_that_is_dropped_leaves_no_listener() {
        let (_controller, signal) = counting();
        assert!(before(unless_aborted(&signal, pending::<()>()), sleep(1)).await.is_none());
        assert_eq!(listeners(&signal), Some(0.0));
    }

    #[wasm_bindgen_test]
    async fn a_signal_that_takes_no_listener_does_not_end_the_work() {
        let (_controller, signal) = counting();
        let refuse = evaluate("() => { throw new TypeError('of another realm'); }");
        for name in ["addEventListener", "removeEventListener"] {
            Reflect::set(&signal, &name.into(), &refuse).unwrap();
        }
        assert_eq!(unless_aborted(&signal, async { sleep(1).await }).await, Ok(()));
    }
}
