// @ts-check
// One load of the WebAssembly for the page, whatever happens at the same time.
import { build } from "../../pkg/wasm/build.js";
import { initSync } from "../../pkg/wasm/sigfetch.js";
import { kindOf } from "./body.js";
import { SigFetchError } from "./error.js";

/** @type {Promise<unknown> | undefined} */
let loading;

/** Whether the module is there, for those who cannot wait. */
export let isLoaded = false;

/**
 * Loads the module once. A failure is forgotten, so that the next call can try again.
 *
 * @param {() => any} source
 */
export const load = (source) =>
  (loading ??= compile(source)
    .then(start)
    .catch((cause) => {
      loading = undefined;
      throw cause instanceof SigFetchError ? cause : compileError(cause);
    }));

/**
 * Compiles what `source` gives, while it downloads where that is possible.
 *
 * @param {() => any} source
 */
async function compile(source) {
  let from = await source();
  if (/^(String|URL)$/.test(kindOf(from))) from = await fetch(from).catch(notFetched);
  // By name, as Vercel's edge runtime takes its modules from another realm.
  if (kindOf(from) === "WebAssembly.Module") return from;
  if (kindOf(from) !== "Response") return WebAssembly.compile(from);
  if (!from.ok) notFetched(new Error(`status ${from.status}`));
  // A server that does not know the MIME type is not the end of it; it only costs the streaming.
  const type = from.headers.get("content-type") ?? "nothing";
  try {
    return await (/^application\/wasm$/i.test(type) && WebAssembly.compileStreaming
      ? WebAssembly.compileStreaming(from)
      : WebAssembly.compile(await from.arrayBuffer()));
  } catch (cause) {
    throw cause instanceof WebAssembly.CompileError ? compileError(cause, type) : notFetched(cause);
  }
}

/**
 * Starts the module, if it is the one that this JavaScript was built with: another version's may have exports of the
 * same names, and take their arguments in another way.
 *
 * @param {WebAssembly.Module} module
 */
function start(module) {
  const [mark] = WebAssembly.Module.customSections(module, "sigfetch");
  if (new TextDecoder().decode(mark) !== build) {
    throw loadError("The WebAssembly is not that of this sigfetch", "Serve the .wasm file of the installed version.");
  }
  // The glue asks `instanceof`, which modules of another realm fail.
  initSync({ module: Object.setPrototypeOf(module, WebAssembly.Module.prototype) });
  isLoaded = true;
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
function notFetched(cause) {
  throw loadError(
    "The .wasm file cannot be fetched",
    "Check its URL, the network, and the policy's connect-src.",
    cause,
  );
}

/**
 * Says why nothing could be compiled. Engines tell it only in their texts.
 *
 * @param {any} cause
 * @param {string} [type] the MIME type of what was downloaded
 */
function compileError(cause, type) {
  const text = String(cause?.message ?? cause);
  if (/unsafe-eval|security policy|\bCSP\b/i.test(text)) {
    const message = "The Content Security Policy forbids WebAssembly";
    return loadError(message, "Add 'wasm-unsafe-eval' to script-src.", cause, false);
  }
  if (/embedder/.test(text)) {
    const message = "This runtime compiles no WebAssembly";
    return loadError(message, "Import the .wasm file as a module and give that as options.wasm.", cause, false);
  }
  return type
    ? loadError(
        `What came as ${type} is no WebAssembly`,
        "Check the URL: a page may answer in the file's place.",
        cause,
      )
    : loadError("The WebAssembly cannot be started", "See the cause.", cause);
}

/**
 * @param {string} message
 * @param {string} advice
 * @param {unknown} [cause]
 */
const loadError = (message, advice, cause, retryable = true) =>
  new SigFetchError({ code: "WASM_LOAD", message, advice, retryable }, cause);
