//! The other tabs of the origin, for clients that share refreshes. `pkg/tabs.js` is the platform's part: a lock and a
//! channel.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::json;
use crate::http::Json;
use crate::time::Millis;

/// How long a tab waits for its turn, in milliseconds: after that it goes on alone. Others may be slow, frozen or
/// offline.
const TURN_PATIENCE: Millis = 5_000;

/// How long a tab waits for those that have credentials to answer, in milliseconds. They do so in a few, unless they are
/// frozen.
const ANSWER_PATIENCE: Millis = 1_000;

#[wasm_bindgen(module = "/pkg/tabs.js")]
extern "C" {
    #[wasm_bindgen(js_name = Tabs)]
    type JsTabs;
    #[wasm_bindgen(constructor, js_class = "Tabs")]
    fn new(name: &str, answer: &JsValue) -> JsTabs;
    #[wasm_bindgen(static_method_of = JsTabs, js_class = "Tabs", js_name = isSupported)]
    fn is_supported() -> bool;
    #[wasm_bindgen(method)]
    fn turn(this: &JsTabs, patience: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn ask(this: &JsTabs, question: &JsValue, patience: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn announce(this: &JsTabs) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &JsTabs);
}

/// What answers another tab's question.
type Answer = Closure<dyn FnMut(JsValue) -> JsValue>;

/// The tabs that may share, by the name that they have in common.
pub(super) struct Tabs {
    name: String,
    tabs: JsTabs,
    _answer: Answer,
}

/// This tab's turn to refresh; dropping it lets the next tab refresh.
#[derive(Debug)]
pub(super) struct Turn(Option<Function>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            // It lets go of a lock, and throws nothing.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Tabs {
    /// Whether this platform has locks and channels.
    pub(super) fn are_supported() -> bool {
        JsTabs::is_supported()
    }

    pub(super) fn open(name: &str, answer: Answer) -> Self {
        // The number is that of the messages' form: after a deployment, old and new pages are open at once.
        let tabs = JsTabs::new(&format!("sigfetch.2.{name}"), answer.as_ref());
        Self { name: name.into(), tabs, _answer: answer }
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// Waits for this tab's turn.
    pub(super) fn turn(&self) -> impl Future<Output = Turn> + use<> {
        let turn = JsFuture::from(self.tabs.turn(TURN_PATIENCE as f64));
        async move { Turn(turn.await.ok().and_then(|release| release.dyn_into().ok())) }
    }

    /// Asks the tabs that have announced themselves.
    pub(super) fn ask(&self, question: &JsValue) -> impl Future<Output = Option<Json>> + use<> {
        let answer = JsFuture::from(self.tabs.ask(question, ANSWER_PATIENCE as f64));
        async move { answer.await.ok().filter(JsValue::is_object).map(|answer| json::from_js(&answer)) }
    }

    /// Announces that this tab has credentials.
    pub(super) fn announce(&self) -> impl Future<Output = ()> + use<> {
        let announced = JsFuture::from(self.tabs.announce());
        async move {
            let _ = announced.await;
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.tabs.close();
    }
}
