//! The platform's timers and listeners, counted, and its clock; and waiting for what must not take for ever.

use std::pin::pin;

use futures_util::future::{Either, select};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/web/platform.js")]
extern "C" {
    #[wasm_bindgen(js_name = Platform)]
    type JsPlatform;
    #[wasm_bindgen(constructor, js_class = "Platform")]
    fn new() -> JsPlatform;
    #[wasm_bindgen(method, getter)]
    fn timers(this: &JsPlatform) -> u32;
    #[wasm_bindgen(method, getter)]
    fn listeners(this: &JsPlatform) -> u32;
    #[wasm_bindgen(method, js_name = setClockAhead)]
    fn set_clock_ahead(this: &JsPlatform, milliseconds: f64);
    #[wasm_bindgen(method)]
    fn restore(this: &JsPlatform);
    #[wasm_bindgen(js_name = pause)]
    fn pause_of(milliseconds: u32) -> Promise;
}

/// A platform that counts for the length of one test.
pub(crate) struct Platform(JsPlatform);

impl Platform {
    pub(crate) fn start_counting() -> Self {
        Self(JsPlatform::new())
    }

    /// How many timers run.
    pub(crate) fn timers(&self) -> u32 {
        self.0.timers()
    }

    /// Sets the device's clock.
    pub(crate) fn set_clock_ahead(&self, milliseconds: f64) {
        self.0.set_clock_ahead(milliseconds);
    }

    /// How many functions listen to the global object.
    pub(crate) fn listeners(&self) -> u32 {
        self.0.listeners()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.0.restore();
    }
}

/// Dispatches an event of the window.
pub(crate) fn dispatch(name: &str) {
    js_sys::eval(&format!("dispatchEvent(new Event('{name}'))")).unwrap();
}

/// Waits so many milliseconds; 0 is enough for all that is ready to happen.
pub(crate) async fn pause(milliseconds: u32) {
    JsFuture::from(pause_of(milliseconds)).await.unwrap();
}

/// What work comes to, which it does in good time.
#[track_caller]
pub(crate) fn soon<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        match select(pin!(work), pin!(pause(8_000))).await {
            Either::Left((output, _)) => output,
            Either::Right(_) => panic!("nothing came within eight seconds: {caller}"),
        }
    }
}
