//! The small module's handle in a real browser, called through wasm-bindgen's class: `--features signer` compiles it in
//! place of the whole one's.
#![cfg(all(target_arch = "wasm32", feature = "signer"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::Value;
use sigfetch::clock::parse_date;
use sigfetch::sigv4::sha256_hex;
use sigfetch::web::Signer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
    export const sign = (signer, values) => signer.sign(values);
    export const signUnpaired = (signer) => signer.sign("\ud800\0\udfff\0".repeat(5));
"#)]
extern "C" {
    fn sign(signer: &JsValue, values: &str) -> String;
    /// Halves of surrogate pairs, which only a JavaScript string can hold.
    #[wasm_bindgen(js_name = signUnpaired)]
    fn sign_unpaired(signer: &JsValue) -> String;
}

#[wasm_bindgen_test]
fn botocores_case_is_signed_again_and_again_whatever_comes_between() {
    let file: Value = serde_json::from_str(include_str!("vectors/sigv4/botocore.json")).expect("vectors are JSON");
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["name"] == "apigw-get-double-encoding");
    let case = case.expect("the case");
    let text = |value: &Value, name: &str| value[name].as_str().expect("a text").to_owned();
    let now = parse_date(&text(&file, "timestamp")).unwrap().to_string();
    let [id, secret, token] =
        ["access_key_id", "secret_access_key", "session_token"].map(|name| text(&file["credentials"], name));
    let headers: Vec<String> = case["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{}:{}\n", name.to_lowercase(), value.as_str().unwrap()))
        .collect();
    let hash = sha256_hex(text(case, "body").as_bytes());
    let signer = JsValue::from(Signer::new());
    let values =
        |url: &str| [&now, url, &headers.concat(), &text(case, "method"), &hash, &id, &secret, &token, ""].join("\0");
    let expected = [&text(&file, "timestamp"), &text(case, "authorization"), ""].join("\0");
    for _ in 0..3 {
        assert_eq!(sign(&signer, &values(&text(case, "url"))), expected);
        assert_eq!(sign(&signer, &values("https://api.example.com/caf\u{e9}")), "");
        assert_eq!(sign_unpaired(&signer), "");
        assert_eq!(sign(&signer, ""), "");
    }
}
