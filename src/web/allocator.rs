//! The allocator of the files that are made for the npm package.

/// Overwrites memory when it is freed, so that no secret stays behind; talc has a quarter of the default allocator's size
/// and is faster.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<talc::wasm::WasmDynamicTalc> =
    zeroizing_alloc::ZeroAlloc(talc::wasm::new_wasm_dynamic_allocator());
