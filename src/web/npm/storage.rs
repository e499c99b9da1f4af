//! A guest's identity id over reloads, where the page asks for it. Nothing else is stored, and nothing that storage does
//! ends a call.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::FutureExt;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::super::timer::sleep;
use crate::client::before;
use crate::time::Millis;

/// How long storage may take, in milliseconds.
const PATIENCE: Millis = 1_000;

/// The place for an identity pool's guest.
#[derive(Clone, Debug)]
pub(super) struct Store(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `true` for `localStorage`, or an object with its methods.
    place: JsValue,
    key: String,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// What is there, as far as is known: nothing is known at first.
    stored: Option<Option<String>>,
    /// Operations come one after the other, as a store may be slow.
    last: Promise,
}

impl Store {
    pub(super) fn open(place: JsValue, identity_pool_id: &str) -> Self {
        let state = RefCell::new(State { stored: None, last: Promise::resolve(&JsValue::UNDEFINED) });
        Self(Rc::new(Inner { place, key: format!("sigfetch.identityId.{identity_pool_id}"), state }))
    }

    /// What is there; none after the first time, when the client knows better.
    pub(super) async fn read(&self) -> Option<String> {
        if self.0.state.borrow().stored.is_some() {
            return None;
        }
        self.0.state.borrow_mut().stored = Some(None);
        let found = JsFuture::from(self.use_place("getItem", None)).await.ok()?.as_string();
        self.0.state.borrow_mut().stored = Some(found.clone());
        found
    }

    /// Stores an id; none removes what is there.
    pub(super) fn write(&self, identity_id: Option<&str>) {
        let identity_id = identity_id.map(str::to_owned);
        let wanted = Some(identity_id.clone());
        if std::mem::replace(&mut self.0.state.borrow_mut().stored, wanted.clone()) == wanted {
            return;
        }
        let _ = match identity_id {
            Some(id) => self.use_place("setItem", Some(id)),
            None => self.use_place("removeItem", None),
        };
    }

    /// Calls a method of the store after the last call ended; never rejects.
    fn use_place(&self, method: &'static str, value: Option<String>) -> Promise {
        let inner = self.0.clone();
        let last = JsFuture::from(inner.state.borrow().last.clone());
        let work = async move {
            let _ = last.await;
            let done = before(inner.call(method, value), sleep(PATIENCE)).await;
            Ok(done.and_then(Result::ok).unwrap_or(JsValue::UNDEFINED))
        };
        let promise = future_to_promise(work.boxed_local());
        self.0.state.borrow_mut().last = promise.clone();
        promise
    }
}

impl Inner {
    async fn call(&self, method: &str, value: Option<String>) -> Result<JsValue, JsValue> {
        // To reach for `localStorage` alone can throw.
        let place = if self.place.is_object() {
            self.place.clone()
        } else {
            Reflect::get(&js_sys::global(), &"localStorage".into())?
        };
        let method: Function = Reflect::get(&place, &method.into())?.dyn_into()?;
        let arguments = Array::of1(&self.key.as_str().into());
        if let Some(value) = value {
            arguments.push(&value.into());
        }
        JsFuture::from(Promise::resolve(&method.apply(&place, &arguments)?)).await
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::super::evaluate;
    use super::*;

    const KEY: &str = "sigfetch.identityId.pool";

    fn open(place: &JsValue) -> Store {
        Store::open(place.clone(), "pool")
    }

    /// A store that notes what it is asked, as `method key value`; `change` replaces some of its methods.
    fn noting(change: &str) -> JsValue {
        evaluate(&format!(
            "(() => {{
                const store = {{ noted: [], kept: new Map() }};
                const note = (...what) => void store.noted.push(what.join(' '));
                const methods = {{
                    getItem: (key) => (note('get', key), store.kept.get(key) ?? null),
                    setItem: (key, value) => (note('set', key, value), void store.kept.set(key, value)),
                    removeItem: (key) => (note('remove', key), void store.kept.delete(key)),
                }};
                return Object.assign(store, methods, {{ {change} }});
            }})()"
        ))
    }

    fn noted(place: &JsValue) -> Vec<String> {
        let noted: Array = Reflect::get(place, &"noted".into()).unwrap().unchecked_into();
        noted.iter().filter_map(|line| line.as_string()).collect()
    }

    /// Waits until all is written.
    async fn settled(store: &Store) {
        let last = store.0.state.borrow().last.clone();
        JsFuture::from(last).await.unwrap();
    }

    #[wasm_bindgen_test]
    async fn an_id_outlives_the_store_that_wrote_it() {
        let place = noting("");
        let first = open(&place);
        assert_eq!(first.read().await, None);
        first.write(Some("id"));
        settled(&first).await;
        let second = open(&place);
        assert_eq!(second.read().await.as_deref(), Some("id"));
        assert_eq!(second.read().await, None, "the client knows better by then");
        second.write(Some("id"));
        second.write(None);
        second.write(None);
        settled(&second).await;
        let expected = [format!("get {KEY}"), format!("set {KEY} id"), format!("get {KEY}"), format!("remove {KEY}")];
        assert_eq!(noted(&place), expected);
    }

    #[wasm_bindgen_test]
    async fn signing_out_removes_what_nobody_has_read() {
        let place = noting("");
        let store = open(&place);
        store.write(None);
        settled(&store).await;
        assert_eq!(noted(&place), [format!("remove {KEY}")]);
    }

    #[wasm_bindgen_test]
    async fn local_storage_is_the_place_if_none_is_given() {
        let store = open(&JsValue::TRUE);
        store.write(Some("id"));
        settled(&store).await;
        assert_eq!(evaluate(&format!("localStorage.getItem('{KEY}')")).as_string().as_deref(), Some("id"));
        assert_eq!(open(&JsValue::TRUE).read().await.as_deref(), Some("id"));
        store.write(None);
        settled(&store).await;
        assert!(evaluate(&format!("localStorage.getItem('{KEY}')")).is_null());
    }

    #[wasm_bindgen_test]
    async fn a_store_that_fails_is_an_empty_one() {
        let throws = "throw new DOMException('full', 'QuotaExceededError')";
        for place in [
            format!("{{ getItem() {{ {throws} }}, setItem() {{ {throws} }}, removeItem() {{ {throws} }} }}"),
            format!(
                "{{ async getItem() {{ {throws} }}, async setItem() {{ {throws} }}, async removeItem() {{ {throws} }} }}"
            ),
            format!(
                "{{ get getItem() {{ {throws} }}, get setItem() {{ {throws} }}, get removeItem() {{ {throws} }} }}"
            ),
            format!("new Proxy({{}}, {{ get() {{ {throws} }} }})"),
            "{}".into(),
            "{ getItem: 7, setItem: 'x', removeItem: {} }".into(),
            "{ getItem: () => 7 }".into(),
            "{ getItem: () => ({ toString() { throw 1 } }) }".into(),
        ] {
            let store = open(&evaluate(&place));
            assert_eq!(store.read().await, None, "{place}");
            store.write(Some("id"));
            store.write(None);
            settled(&store).await;
        }
    }

    #[wasm_bindgen_test]
    async fn a_store_that_is_full_keeps_being_asked() {
        let place = noting("setItem(key, value) { this.noted.push(`full ${value}`); throw new Error('full'); }");
        let store = open(&place);
        for id in ["first", "second"] {
            store.write(Some(id));
        }
        settled(&store).await;
        assert_eq!(noted(&place), ["full first", "full second"]);
    }

    #[wasm_bindgen_test]
    async fn a_store_that_never_answers_holds_nobody_up_for_long() {
        let place = noting("getItem: () => new Promise(() => {})");
        let store = open(&place);
        let began = js_sys::Date::now();
        assert_eq!(store.read().await, None);
        let waited = js_sys::Date::now() - began;
        assert!((PATIENCE as f64 - 1.0..5_000.0).contains(&waited), "{waited} ms");
        store.write(Some("id"));
        settled(&store).await;
        assert_eq!(noted(&place), [format!("set {KEY} id")]);
    }

    #[wasm_bindgen_test]
    async fn a_slow_store_is_asked_one_thing_after_the_other() {
        let place = noting(
            "setItem: async function (key, value) {
                await new Promise((resolve) => setTimeout(resolve, value === 'first' ? 40 : 0));
                this.noted.push(`wrote ${value}`);
            }",
        );
        let store = open(&place);
        store.write(Some("first"));
        store.write(Some("second"));
        store.write(None);
        settled(&store).await;
        assert_eq!(noted(&place), ["wrote first".into(), "wrote second".into(), format!("remove {KEY}")]);
    }
}
