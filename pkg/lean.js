// @ts-check
// The lean entry: the WebAssembly lies in files of its own, compiled while they download and cached by the browser. What
// a plain first call does not need comes later.
import { clientFactory } from "./client.js";

export const createClient = clientFactory({
  signer: () => new URL("./wasm/signer.wasm", import.meta.url),
  part: () => import("./whole.js"),
  module: () => new URL("./wasm/sigfetch_bg.wasm", import.meta.url),
});
export { SigFetchError } from "./client.js";
