// @ts-check
// For runtimes that compile nothing at run time (Cloudflare Workers, Vercel Edge): the WebAssembly is imported as a
// compiled module.
import { clientFactory } from "./client.js";
// @ts-ignore: only those runtimes know such imports
import module from "./wasm/sigfetch_bg.wasm";

export const createClient = clientFactory(() => module);
export { SigFetchError } from "./client.js";
