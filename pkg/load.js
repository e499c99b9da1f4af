// @ts-check
// WebAssembly, loaded once for the page.
import { kindOf } from "./body.js";
import { SigFetchError, loadError } from "./errors.js";
import { build } from "./wasm/build.js";
import { initSync } from "./wasm/sigfetch.js";

/** @typedef {() => unknown} Source Gives what `options.wasm` takes, or a promise of it. */

/**
 * Makes what loads a module: the first source counts, and all callers share it. A failure is forgotten, so that the next
 * call tries again.
 *
 * @param {string} build
 * @param {(options: { module: WebAssembly.Module }) => unknown} initSync The glue's.
 */
export function loader(build, initSync) {
  /** @type {Promise<void> | undefined} */
  let loading;
  return (/** @type {Source} */ source) => {
    loading ??= started(source, build, initSync);
    loading.catch(() => {
      loading = undefined;
    });
    return loading;
  };
}

let loaded = false;

/** Whether the client's WebAssembly can be used. */
export const isLoaded = () => loaded;

/** Loads the client's WebAssembly. */
export const load = loader(build, (options) => {
  initSync(options);
  loaded = true;
});

/** Says what is missing where calls cannot work, as in Jest's own jsdom. */
export function checkPlatform() {
  const missing = ["fetch", "Request", "TextEncoder"].filter((name) => !(name in globalThis));
  if (missing.length > 0) {
    throw loadError(
      `This platform has no ${missing.join(", ")}`,
      "In unit tests, use an environment that has them, such as jest-fixed-jsdom or Vitest's jsdom.",
      undefined,
      false,
    );
  }
}

/**
 * Starts the module of this build out of a source. WebKit tells only then that a policy forbids it.
 *
 * @param {Source} source
 * @param {string} build
 * @param {(options: { module: WebAssembly.Module }) => unknown} initSync
 */
async function started(source, build, initSync) {
  try {
    const module = await compile(await source());
    checkBuild(module, build);
    initSync({ module });
  } catch (cause) {
    throw cause instanceof SigFetchError ? cause : compileError(cause);
  }
}

/**
 * Compiles it, while it downloads where that is possible.
 *
 * @param {any} from
 * @returns {Promise<WebAssembly.Module>}
 */
async function compile(from) {
  if (/^(String|URL)$/.test(kindOf(from))) from = await fetch(from).catch(notFetched);
  // By name, as Vercel's edge runtime takes its modules from another realm.
  if (kindOf(from) === "WebAssembly.Module") return from;
  if (kindOf(from) !== "Response") return WebAssembly.compile(from);
  if (!from.ok) notFetched(new Error(`status ${from.status}`));
  const type = from.headers.get("content-type") ?? "no content type";
  try {
    // A server that does not know the MIME type only costs the streaming.
    if (/^application\/wasm$/i.test(type)) {
      const module = await compileStreaming(from);
      if (module) return module;
    }
    return await WebAssembly.compile(await from.arrayBuffer());
  } catch (cause) {
    throw isCompileError(cause) ? compileError(cause, type) : notFetched(cause);
  }
}

/**
 * Nothing where the platform cannot, or does not take this `Response`, as Node does not take happy-dom's.
 *
 * @param {Response} response
 */
async function compileStreaming(response) {
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed || isCompileError(cause)) throw cause;
  }
}

/** By name, as the error may come from another realm. */
const isCompileError = (/** @type {any} */ cause) => cause?.name === "CompileError";

/**
 * Refuses the module of another version: it may have exports of the same names that take other arguments.
 *
 * @param {WebAssembly.Module} module
 * @param {string} build
 */
function checkBuild(module, build) {
  const [mark] = WebAssembly.Module.customSections(module, "sigfetch");
  if (new TextDecoder().decode(mark) !== build) {
    throw loadError(
      "The .wasm file does not match this version of sigfetch",
      "Serve the .wasm file of the installed version.",
    );
  }
  // The glue asks `instanceof`, which modules of another realm fail.
  Object.setPrototypeOf(module, WebAssembly.Module.prototype);
}

/**
 * @param {unknown} cause
 * @returns {never}
 */
function notFetched(cause) {
  throw loadError(
    "The .wasm file cannot be fetched",
    "Check its URL, the network and connect-src. On another origin it needs CORS: Access-Control-Allow-Origin.",
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
    const message = "This runtime cannot compile WebAssembly while it runs";
    return loadError(message, "Import the .wasm file as a module and pass that as options.wasm.", cause, false);
  }
  return type
    ? loadError(
        `The .wasm file cannot be compiled: it came as ${type} and is not WebAssembly`,
        "Check its URL: the server may answer with a page in the file's place.",
        cause,
      )
    : loadError("The WebAssembly cannot be started", "See the cause.", cause);
}
