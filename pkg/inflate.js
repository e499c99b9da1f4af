// @ts-check
// WebAssembly that travels as text in a script: deflated, in base64.

/**
 * An answer as a server's would be: it is compiled while it is inflated, in half the time that one after the other takes.
 *
 * @param {string} deflated
 */
export function inflate(deflated) {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  const writer = writable.getWriter();
  // Who reads hears of what goes wrong.
  Promise.all([writer.write(decode(deflated)), writer.close()]).catch(() => {});
  return new Response(readable, { headers: { "content-type": "application/wasm" } });
}

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
function decode(base64) {
  // @ts-ignore: it came to browsers in 2025
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
