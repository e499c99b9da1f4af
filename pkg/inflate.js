// @ts-check
// WebAssembly that travels as text in a script: deflated, in base64.
import { loadError } from "./errors.js";

/**
 * A `Response` where the platform can compile it while it inflates, which takes half the time of one after the other;
 * else the bytes.
 *
 * @param {string} deflated
 */
export function inflate(deflated) {
  const bytes = decode(deflated);
  if (globalThis.DecompressionStream && globalThis.Response) {
    const { readable, writable } = new DecompressionStream("deflate-raw");
    const writer = writable.getWriter();
    // Errors surface on the readable side.
    Promise.all([writer.write(bytes), writer.close()]).catch(() => {});
    return new Response(readable, { headers: { "content-type": "application/wasm" } });
  }
  // jsdom hides the streams of Node, on which it runs.
  const zlib = /** @type {any} */ (globalThis).process?.getBuiltinModule?.("zlib");
  if (zlib) return zlib.inflateRawSync(bytes);
  throw loadError(
    "This platform cannot decompress the WebAssembly: it has no DecompressionStream",
    "Pass the .wasm file as options.wasm, or import sigfetch/lean.",
    undefined,
    false,
  );
}

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
function decode(base64) {
  // @ts-ignore: in browsers since 2025
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
