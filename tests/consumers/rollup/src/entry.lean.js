// Rollup moves no files, so the build copies these to where the script looks for them: `wasm/` beside it.
export { createClient } from "sigfetch/lean";
