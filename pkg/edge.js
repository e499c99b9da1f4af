// @ts-check
// All entries in Vercel's edge runtime and in what Nitro builds, Nuxt's servers among them: they compile nothing at run
// time either, and want their imports of WebAssembly marked.
import { clientFactory } from "./client.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/sigfetch_bg.wasm?module";

export const createClient = clientFactory(() => module);
export { SigFetchError } from "./client.js";
