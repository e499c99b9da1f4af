// @ts-check
// The default entry: the WebAssembly is inside, deflated, so that no bundler, server or MIME type can lose it.
import { clientFactory } from "./client.js";
import deflated from "./wasm/inline.js";

function inflate() {
  const text = atob(deflated);
  const bytes = new Uint8Array(text.length);
  // A loop, and a body instead of a `Blob`, which is kept in another process: a quarter of the time.
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  const { body } = new Response(bytes);
  return new Response(body?.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

export const createClient = clientFactory(inflate);
export { SigFetchError } from "./client.js";
