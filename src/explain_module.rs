//! The export of the WebAssembly file that explains: a file of its own, which pages load only if they ask why.

use wasm_bindgen::prelude::*;

use crate::explain::{Evidence, Lang, explain};

/// Explains evidence, given as JSON, in the language of a BCP 47 tag. The explanation is JSON, too: texts cross the
/// border in one piece.
#[wasm_bindgen(js_name = explain)]
pub fn explain_json(evidence: &str, lang: &str) -> String {
    // What is no evidence at all is one without members, which has an explanation, too.
    let evidence: Evidence = serde_json::from_str(evidence).unwrap_or_default();
    serde_json::to_string(&explain(&evidence, Lang::from_tag(lang))).unwrap_or_default()
}
