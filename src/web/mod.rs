//! The edge: the only room that knows JavaScript. Its Rust half is one handle of plain, synchronous methods over the
//! pure rooms; its JavaScript half (`*.js` beside this file) waits, sends and wakes. Asynchrony is JavaScript's because
//! there it costs next to nothing: the first awaited future in Rust alone adds 4.4 kB brotli to the download.

#[cfg(not(feature = "signer"))]
mod handle;
#[cfg(feature = "signer")]
mod signer;

#[cfg(not(feature = "signer"))]
pub use handle::Handle;
#[cfg(feature = "signer")]
pub use signer::Signer;
#[cfg(not(feature = "signer"))]
use wasm_bindgen::prelude::wasm_bindgen;

/// A quarter of the default allocator's size, and faster.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The public types: the one place where they are written. The build ships the same file beside the package's entries.
#[cfg(not(feature = "signer"))]
#[wasm_bindgen(typescript_custom_section)]
const API: &'static str = include_str!("api.d.ts");
