// @ts-check
// One load of the WebAssembly for the page, whatever happens at the same time.
import { initSync } from "../../pkg/wasm/sigfetch.js";
import { SigFetchError } from "./error.js";

/** @type {Promise<unknown> | undefined} */
let loading;

/**
 * Loads the module once. A failure is forgotten, so that the next call can try again.
 *
 * @param {() => any} source
 */
export function load(source) {
  loading ??= compile(source).then((module) => initSync({ module }));
  return loading.catch((cause) => {
    loading = undefined;
    throw loadError(cause);
  });
}

/**
 * Compiles what `source` gives, while it downloads where that is possible.
 *
 * @param {() => any} source
 */
async function compile(source) {
  let from = await source();
  if (typeof from === "string" || from instanceof URL) from = await fetch(from);
  if (!(from instanceof Response)) return from instanceof WebAssembly.Module ? from : WebAssembly.compile(from);
  if (!from.ok) throw new Error(`status ${from.status}`);
  try {
    return await WebAssembly.compileStreaming(from.clone());
  } catch (error) {
    // A server that does not know the MIME type should not be the end of it; bytes that are no module are.
    if (/wasm/i.test(from.headers.get("content-type") ?? "")) throw error;
    return WebAssembly.compile(await from.arrayBuffer());
  }
}

/** @param {any} cause */
function loadError(cause) {
  const text = String(cause?.message ?? cause);
  const [message, advice] = /unsafe-eval|content security policy/i.test(text)
    ? ["The Content Security Policy forbids WebAssembly", "Add 'wasm-unsafe-eval' to script-src."]
    : /mime/i.test(text)
      ? ["The .wasm file has the wrong MIME type", "Serve it as application/wasm."]
      : /fetch|network|load failed|status|404/i.test(text)
        ? ["The .wasm file cannot be fetched", "Check its URL and the network."]
        : ["The WebAssembly cannot be started", "See the cause; the file may not be sigfetch's."];
  return new SigFetchError({ code: "WASM_LOAD", message, advice, retryable: true }, cause);
}
