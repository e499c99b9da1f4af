// @ts-check
// One load of the WebAssembly for the page, whatever happens at the same time.
import start from "../../pkg/wasm/sigfetch.js";
import { SigFetchError } from "./error.js";

/** @type {Promise<unknown> | undefined} */
let loading;

/**
 * Loads the module once. A failure is forgotten, so that the next call can try again.
 *
 * @param {() => any} source
 */
export function load(source) {
  loading ??= (async () => start({ module_or_path: await source() }))();
  return loading.catch((cause) => {
    loading = undefined;
    throw loadError(cause);
  });
}

/** @param {any} cause */
function loadError(cause) {
  const text = String(cause?.message ?? cause);
  const [message, advice] = /unsafe-eval|content security policy/i.test(text)
    ? ["The page's Content Security Policy forbids WebAssembly", "Add 'wasm-unsafe-eval' to script-src."]
    : /mime/i.test(text)
      ? ["The .wasm file has the wrong MIME type", "Serve it as application/wasm."]
      : /fetch|network|load failed|status|404/i.test(text)
        ? ["The .wasm file cannot be fetched", "Check its URL and the network."]
        : ["The WebAssembly module cannot be started", "See the cause; the file may not be sigfetch's."];
  return new SigFetchError({ code: "WASM_LOAD", message, advice, retryable: true }, cause);
}
