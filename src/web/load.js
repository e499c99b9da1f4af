// @ts-check
// One load of each part for the page, whatever happens at the same time.
import { build, signerBuild } from "../../pkg/wasm/build.js";
import { Signer, initSync } from "../../pkg/wasm/signer.js";
import { kindOf } from "./body.js";
import { SigFetchError } from "./error.js";

/** @typedef {typeof import("./whole.js")} Whole */
/**
 * Where an entry takes its parts from: the small module that signs, if it has one, and the whole module, a URL, Response,
 * bytes or module each; and the part of the JavaScript that comes later.
 *
 * @typedef {{ signer?: () => unknown, part: () => Whole | Promise<Whole>, module: () => unknown }} Source
 */

/**
 * Gives a function that does work once. A failure is forgotten, so that the next call can try again.
 *
 * @template T
 * @param {(source: any) => Promise<T>} work
 */
function once(work) {
  /** @type {Promise<T> | undefined} */
  let working;
  return (/** @type {any} */ source) =>
    (working ??= work(source).catch((cause) => {
      working = undefined;
      throw cause instanceof SigFetchError ? cause : compileError(cause);
    }));
}

/**
 * All that comes later, for those who cannot wait.
 *
 * @type {Whole | undefined}
 */
export let whole;

/** Loads what comes later. */
export const loadWhole = once(async (/** @type {Source} */ source) => {
  const compiling = compile(source.module);
  compiling.catch(() => {});
  const part = await loadPart(source);
  const module = await compiling;
  checkBuild(module, build);
  part.start(module);
  return (whole = part);
});

/** Loads the small module, and gives what signs. */
export const loadSigner = once(async (/** @type {Source} */ { signer }) => {
  const module = await compile(/** @type {() => unknown} */ (signer));
  checkBuild(module, signerBuild);
  initSync({ module });
  return (/** @type {string} */ values) => {
    const signer = new Signer();
    try {
      return signer.sign(values);
    } finally {
      signer.free();
    }
  };
});

/** @param {Source} source */
async function loadPart({ part }) {
  try {
    return await part();
  } catch (cause) {
    throw loadError("The second part of sigfetch cannot be loaded", LATER, cause);
  }
}

const LATER = "Check the network and reload the page; in a service worker import sigfetch/static.";

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
 * Refuses a module that is not the one that this JavaScript was built with: another version's may have exports of the
 * same names, and take their arguments in another way.
 *
 * @param {WebAssembly.Module} module
 * @param {string} build
 */
function checkBuild(module, build) {
  const [mark] = WebAssembly.Module.customSections(module, "sigfetch");
  if (new TextDecoder().decode(mark) !== build) {
    throw loadError("The WebAssembly is not that of this sigfetch", "Serve the .wasm file of the installed version.");
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
