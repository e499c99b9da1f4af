//! The exports of the WebAssembly file that explains: a file of its own, which pages load only if they ask why. JSON in,
//! JSON out: texts cross the border in one piece.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::explain::{Evidence, Lang, Plan, Questions, Step, explain};

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Explains evidence, with what a client knew of the call (empty if nothing), in the language of a BCP 47 tag.
#[wasm_bindgen(js_name = explain)]
pub fn explain_json(evidence: &str, known: &str, lang: &str) -> String {
    json(&explain(&Evidence::read(evidence, known), Lang::from_tag(lang)))
}

/// What can be found out about the same by asking.
#[wasm_bindgen]
pub fn questions(evidence: &str, known: &str) -> String {
    json(&Questions::about(&Evidence::read(evidence, known)))
}

/// The requests of an examination.
#[wasm_bindgen]
pub fn plan(options: &str, url: Option<String>) -> String {
    json(&Plan::of(options, url.as_deref()))
}

/// Judges what a step of it has found.
#[wasm_bindgen]
pub fn judge(step: &str, facts: &str, lang: &str) -> String {
    json(&Step::judge(step, facts, Lang::from_tag(lang)))
}

/// Which of the two causes AppSync's refusal has, as a step; `null` if it is no such refusal.
#[wasm_bindgen]
pub fn verdict(evidence: &str, known: &str, lang: &str) -> String {
    json(&Step::verdict(&Evidence::read(evidence, known), Lang::from_tag(lang)))
}
