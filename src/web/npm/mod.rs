//! What the npm package is made of: the exports that its facade calls, and what it reads of a page's options, logins and
//! captured calls.

mod call;
mod exports;
mod fields;
mod login;
mod options;
mod page;
mod promise;
mod storage;

pub use exports::{ExportedClient, Hasher};

/// Overwrites memory when it is freed, so that no secret stays behind; talc has a quarter of the default allocator's size
/// and is faster.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<talc::wasm::WasmDynamicTalc> =
    zeroizing_alloc::ZeroAlloc(talc::wasm::new_wasm_dynamic_allocator());
