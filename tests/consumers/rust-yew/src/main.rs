//! A page of Yew that calls AWS, and shows who the visitor is.

#[path = "../../rust-plain/src/visit.rs"]
mod visit;

use js_sys::{Reflect, global};
use visit::Visit;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
fn Page() -> Html {
    let visits = use_state(Vec::<Visit>::new);
    let known = visits.setter();
    use_effect_with((), move |()| {
        spawn_local(async move {
            match call().await {
                Ok(visits) => known.set(visits),
                Err(thrown) => answer(&thrown),
            }
        });
    });
    use_effect_with(visits.clone(), |visits| {
        if !visits.is_empty() {
            answer(&serde_wasm_bindgen::to_value(&**visits).unwrap_or_else(JsValue::from));
        }
    });
    html! {
        <ul>
            { for visits.iter().map(|Visit { identity_id, role, .. }| html! {
                <li>{ format!("{identity_id} as {}", role.as_deref().unwrap_or("nobody")) }</li>
            }) }
        </ul>
    }
}

/// Makes the calls that the page is told to make.
async fn call() -> Result<Vec<Visit>, JsValue> {
    let task = Reflect::get(&global(), &"task".into())?;
    visit::visits(serde_wasm_bindgen::from_value(task)?).await
}

/// Tells who waits for it what came of the calls.
fn answer(result: &JsValue) {
    let _ = Reflect::set(&global(), &"result".into(), result);
}

fn main() {
    yew::Renderer::<Page>::new().render();
}
