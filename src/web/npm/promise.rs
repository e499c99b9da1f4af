//! What JavaScript waits for.

use futures_util::future::{FutureExt, LocalBoxFuture};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::super::abort::unless_aborted;

/// Work of any method: in a box, so that whoever waits for it is compiled once.
pub(super) type Work = LocalBoxFuture<'static, Result<JsValue, JsValue>>;

/// A promise of work that an abort of `signal` ends.
pub(super) fn promise(signal: Option<AbortSignal>, work: Work) -> Promise {
    let Some(signal) = signal else { return future_to_promise(work) };
    let work = async move { unless_aborted(&signal, work).await.flatten() };
    future_to_promise(work.boxed_local())
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::AbortController;

    use super::*;

    #[wasm_bindgen_test]
    async fn a_promise_settles_as_its_work_does() {
        for signal in [None, Some(AbortController::new().unwrap().signal())] {
            let good = promise(signal.clone(), async { Ok(7.into()) }.boxed_local());
            assert_eq!(JsFuture::from(good).await, Ok(7.into()));
            let bad = promise(signal, async { Err("why".into()) }.boxed_local());
            assert_eq!(JsFuture::from(bad).await, Err("why".into()));
        }
    }

    #[wasm_bindgen_test]
    async fn an_abort_rejects_a_promise_whose_work_goes_on() {
        let controller = AbortController::new().unwrap();
        let waiting = promise(Some(controller.signal()), pending().boxed_local());
        controller.abort_with_reason(&"enough".into());
        assert_eq!(JsFuture::from(waiting).await, Err("enough".into()));
        let late = promise(Some(controller.signal()), async { Ok(7.into()) }.boxed_local());
        assert_eq!(JsFuture::from(late).await, Err("enough".into()));
    }
}
