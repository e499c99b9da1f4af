// @ts-check
// All entries where nothing is compiled at run time, as in Cloudflare Workers: the WebAssembly is imported as a module.
import { clientFactory } from "./client.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/sigfetch_bg.wasm";

export const createClient = clientFactory(() => module);
export { SigFetchError } from "./client.js";
