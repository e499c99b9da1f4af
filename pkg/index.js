// @ts-check
// The default entry: the WebAssembly is inside, deflated, so that no bundler, server or MIME type can lose it.
import { clientFactory } from "./client.js";
import deflated from "./wasm/inline.js";

const inflate = () =>
  new Response(
    new Blob([Uint8Array.from(atob(deflated), (character) => character.charCodeAt(0))])
      .stream()
      .pipeThrough(new DecompressionStream("deflate-raw")),
  ).arrayBuffer();

export const createClient = clientFactory(inflate);
export { SigFetchError } from "./client.js";
