//! The room that explains failures, judged by real ones: `npm run explain:cases [-- options] [file]`.
//!
//! A case is right if, `decidable` being `yes`, the first cause is the true one; `list`, the true one is listed; and in
//! either case nothing else is called certain. For `no`, nothing may be certain.
//!
//! Options: `--verbose` prints every explanation, `--lang ja` in Japanese, `--fuzz N` explains N made-up answers instead.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

// The room is there natively only: pages get it as a WebAssembly file of its own.
#[cfg(not(target_arch = "wasm32"))]
mod judge;
#[cfg(not(target_arch = "wasm32"))]
mod mutate;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    judge::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
