// @ts-check
// The default entry: the WebAssembly is inside, so that no bundler, server or MIME type can lose it. What a plain first
// call does not need comes later, in chunks that bundlers make by themselves.
import { clientFactory } from "./client.js";
import { inflate } from "./inflate.js";
import signer from "./wasm/signer-inline.js";

export const createClient = clientFactory({
  signer: () => inflate(signer),
  part: () => import("./whole.js"),
  module: () => import("./wasm/inline.js").then(({ default: whole }) => inflate(whole)),
});
export { SigFetchError } from "./client.js";
