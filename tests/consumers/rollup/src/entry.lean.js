// Rollup moves no files, so the build copies the module to where the script looks for it: `wasm/` beside it.
export { createClient } from "sigfetch/lean";
