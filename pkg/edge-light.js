// @ts-check
// All entries in Vercel's edge runtime, which compiles nothing at run time either, and wants its imports of WebAssembly
// marked.
import { clientFactory } from "./client.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/sigfetch_bg.wasm?module";
import * as part from "./whole.js";

export const createClient = clientFactory({ part: () => part, module: () => module });
export { SigFetchError } from "./client.js";
