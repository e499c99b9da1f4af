//! A page of plain wasm-bindgen that calls AWS.

mod visit;

use wasm_bindgen::prelude::*;

/// Makes the calls that the page is told to make, and gives what came of them.
#[wasm_bindgen]
pub async fn call(task: JsValue) -> Result<JsValue, JsValue> {
    let visits = visit::visits(serde_wasm_bindgen::from_value(task)?).await?;
    Ok(serde_wasm_bindgen::to_value(&visits)?)
}
