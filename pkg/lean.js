// @ts-check
// The lean entry: the WebAssembly is a file of its own, compiled while it downloads and cached by the browser.
import { clientFactory } from "./client.js";

export const createClient = clientFactory(() => new URL("./wasm/sigfetch_bg.wasm", import.meta.url));
export { SigFetchError } from "./client.js";
