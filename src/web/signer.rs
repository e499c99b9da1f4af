//! The handle of the small module, which a page loads first: it signs with the credentials that it is handed, and
//! leaves all else to the whole module.

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::signer::sign;
use crate::sigv4::KeyCache;

/// Signs, and keeps the signing keys.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Signer {
    keys: KeyCache,
}

#[wasm_bindgen]
impl Signer {
    /// Without keys yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`sign`]; the empty text for none.
    pub fn sign(&mut self, mut arguments: String) -> String {
        let signature = sign(&arguments, &mut self.keys);
        // The secret access key and the session token come this way.
        arguments.zeroize();
        signature.unwrap_or_default()
    }
}
