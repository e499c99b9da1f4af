// @ts-check
// The default entry: the WebAssembly is inside, so that no bundler, server or MIME type can lose it.
import { clientFactory } from "./client.js";
import { inflate } from "./inflate.js";
import deflated from "./wasm/inline.js";

export const createClient = clientFactory(() => inflate(deflated));
export { SigFetchError } from "./client.js";
