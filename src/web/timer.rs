//! Waiting. A timer is cleared when nobody waits for it any more.

use futures_util::future::{FutureExt, LocalBoxFuture};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::time::Millis;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> TimerId;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &TimerId);

    /// A number in browsers, an object in Node.
    #[derive(Clone)]
    type TimerId;
    #[wasm_bindgen(method, catch)]
    fn unref(this: &TimerId) -> Result<(), JsValue>;
}

struct Timer {
    id: TimerId,
    resolve: Function,
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
        // What waits for a promise is freed only when it settles.
        let _ = self.resolve.call0(&JsValue::UNDEFINED);
    }
}

/// A promise and the function that resolves it.
pub(super) fn resolvable() -> (Promise, Function) {
    // `Function::default()` evaluates a text, which a Content Security Policy may forbid.
    let mut resolve = JsValue::UNDEFINED.unchecked_into();
    let promise = Promise::new(&mut |given, _| resolve = given);
    (promise, resolve)
}

fn start(duration: Millis) -> (Timer, JsFuture) {
    let (promise, resolve) = resolvable();
    let id = set_timeout(&resolve, duration as f64);
    (Timer { id, resolve }, promise.into())
}

/// Waits.
pub(super) fn sleep(duration: Millis) -> LocalBoxFuture<'static, ()> {
    wait(start(duration))
}

/// Waits without keeping a Node process from ending.
pub(super) fn sleep_in_background(duration: Millis) -> LocalBoxFuture<'static, ()> {
    let (timer, elapsed) = start(duration);
    // Only Node's timers have it.
    let _ = timer.id.unref();
    wait((timer, elapsed))
}

fn wait((timer, elapsed): (Timer, JsFuture)) -> LocalBoxFuture<'static, ()> {
    let work = async move {
        let _timer = timer;
        let _ = elapsed.await;
    };
    work.boxed_local()
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::evaluate;
    use super::*;
    use crate::client::before;

    #[wasm_bindgen_test]
    async fn waiting_takes_its_time() {
        let began = js_sys::Date::now();
        join_all([sleep(5), sleep(30), sleep(0)]).await;
        sleep_in_background(5).await;
        assert!(js_sys::Date::now() - began >= 33.0);
    }

    #[wasm_bindgen_test]
    async fn a_timer_that_nobody_waits_for_is_cleared() {
        let counter = evaluate(
            "(() => {
                const { setTimeout, clearTimeout } = globalThis;
                const counter = { cleared: [], set: [], restore: () => Object.assign(globalThis, { setTimeout, clearTimeout }) };
                globalThis.setTimeout = (...given) => {
                    const timer = setTimeout(...given);
                    counter.set.push(timer);
                    return timer;
                };
                globalThis.clearTimeout = (timer) => {
                    clearTimeout(timer);
                    counter.cleared.push(timer);
                };
                return counter;
            })()",
        );
        let list =
            |name: &str| -> js_sys::Array { js_sys::Reflect::get(&counter, &name.into()).unwrap().unchecked_into() };
        before(sleep(100_000), sleep(1)).await;
        before(sleep_in_background(100_000), sleep(1)).await;
        let restore: Function = js_sys::Reflect::get(&counter, &"restore".into()).unwrap().unchecked_into();
        restore.call0(&JsValue::UNDEFINED).unwrap();
        let sorted = |name: &str| list(name).sort().join(",");
        assert_eq!(list("set").length(), 4);
        assert!(sorted("set") == sorted("cleared"));
    }
}
