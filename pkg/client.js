// @ts-check
// The facade: one shared load of the WebAssembly, arguments captured when the call is made, errors dressed, aborts
// obeyed. It knows nothing of AWS.
import start, { Handle } from "./wasm/sigfetch.js";

/** @import { ClientOptions, GraphqlRequest, Logins, SigFetchErrorCode, SignedRequestInit, WasmSource } from "./api.js" */

/**
 * @typedef {object} Report
 * @property {SigFetchErrorCode} code
 * @property {string} message
 * @property {string} advice
 * @property {boolean} [retryable]
 * @property {string} [field]
 * @property {number} [status]
 * @property {string} [serviceError]
 * @property {string} [requestId]
 */

export class SigFetchError extends Error {
  /**
   * @param {Report} report
   * @param {unknown} [cause]
   */
  constructor({ message, ...facts }, cause) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { retryable: false }, facts);
  }
}
// On the prototype and not enumerable, as with the platform's own errors.
Object.defineProperty(SigFetchError.prototype, "name", { value: "SigFetchError", configurable: true, writable: true });

/**
 * @param {string} field
 * @param {string} message
 * @param {unknown} [cause]
 */
const invalidRequest = (field, message, cause) =>
  new SigFetchError({ code: "INVALID_REQUEST", message, advice: "Correct the named field.", field }, cause);

/** @type {Promise<unknown> | undefined} */
let loading;

/**
 * Loads the module once for the page. A failure is forgotten, so that the next call can try again.
 * @param {() => unknown} source
 */
function load(source) {
  return (loading ??= (async () => start({ module_or_path: /** @type {any} */ (await source()) }))().catch((cause) => {
    loading = undefined;
    throw loadError(cause);
  }));
}

/** @param {any} cause */
function loadError(cause) {
  const text = String(cause?.message ?? cause);
  const [message, advice] = /unsafe-eval|content security policy/i.test(text)
    ? ["The page's Content Security Policy forbids WebAssembly", "Add 'wasm-unsafe-eval' to script-src."]
    : /mime/i.test(text)
      ? ["The .wasm file is served with the wrong MIME type", "Serve it as application/wasm."]
      : /fetch|network|load failed|status|404/i.test(text)
        ? ["The .wasm file cannot be fetched", "Check its URL and the network."]
        : ["The WebAssembly module cannot be started", "See the cause; what was loaded may not be sigfetch's .wasm file."];
  return new SigFetchError({ code: "WASM_LOAD", message, advice, retryable: true }, cause);
}

/**
 * Takes down what the caller gives at the moment of the call, as `fetch` does: later changes of a buffer or a header
 * object do not reach the request.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 */
function capture(input, init = {}) {
  const from = input instanceof Request ? input : undefined;
  try {
    if (!from) new URL(/** @type {string} */ (input), globalThis.location?.href);
  } catch {
    throw invalidRequest("input", "The URL cannot be parsed; outside a page it has to be absolute");
  }
  let given;
  try {
    given = new Headers(init.headers);
  } catch {
    throw invalidRequest("init.headers", "init.headers has a name or value that HTTP does not allow");
  }
  // A followed redirect would carry credentials to wherever it points. `init` resets the referrer unless it is said again.
  const redirect = (init.redirect ?? from?.redirect) === "manual" ? "manual" : "error";
  const referrer = from && { referrer: from.referrer, referrerPolicy: from.referrerPolicy };
  try {
    return { request: new Request(input, { ...referrer, ...init, redirect }), given, aws: { ...init.aws } };
  } catch (cause) {
    throw invalidRequest("init", "The request cannot be made; see the cause", cause);
  }
}

/**
 * Waits for `work`, but no longer than `signal` allows. What others share goes on.
 *
 * @template T
 * @param {AbortSignal} signal
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function until(signal, work) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

class Client extends EventTarget {
  /** @type {() => unknown} */
  #source;
  /** @type {ClientOptions} */
  #options;
  /** @type {Handle | undefined} */
  #handle;

  /**
   * @param {ClientOptions} options
   * @param {() => unknown} source
   */
  constructor(options, source) {
    super();
    this.#source = source;
    // What is changed in the caller's objects later does not change the client.
    this.#options =
      options && typeof options === "object"
        ? { ...options, logins: options.logins && { ...options.logins }, endpoints: copied(options.endpoints) }
        : options;
    // The first call reports a failure; here it would be an unhandled rejection.
    load(source).catch(() => {});
  }

  async #ready() {
    await load(this.#source);
    return (this.#handle ??= new Handle(
      this.#options,
      (/** @type {Report} */ report, /** @type {unknown} */ cause) => new SigFetchError(report, cause),
    ));
  }

  /**
   * @template T
   * @param {"signedFetch" | "sign" | "graphql"} method
   * @param {ReturnType<typeof capture>} captured
   * @returns {Promise<T>}
   */
  #send(method, { request, given, aws }) {
    return until(
      request.signal,
      this.#ready().then((handle) => handle[method](request, given, aws)),
    );
  }

  signedFetch = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) =>
    this.#send("signedFetch", capture(input, init));

  sign = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) =>
    this.#send("sign", capture(input, init));

  graphql = async (
    /** @type {string | URL} */ url,
    /** @type {GraphqlRequest} */ request,
    /** @type {SignedRequestInit} */ init,
  ) => {
    if (typeof request?.query !== "string") {
      throw invalidRequest("request.query", "request.query must be a GraphQL document as a string");
    }
    const { query, variables, operationName } = request;
    const captured = capture(url, {
      ...init,
      method: "POST",
      body: JSON.stringify({ query, variables, operationName }),
    });
    if (!captured.given.has("content-type")) captured.request.headers.set("content-type", "application/json");
    return this.#send("graphql", captured);
  };

  credentials = async () => (await this.#ready()).credentials();

  identityId = async () => (await this.#ready()).identityId();

  whoami = async () => (await this.#ready()).whoami();

  setLogins = (/** @type {Logins | undefined} */ logins) => {
    const copy = logins && { ...logins };
    if (this.#handle) this.#handle.setLogins(copy);
    this.#options = { ...this.#options, logins: copy };
  };

  signOut = () => {
    this.#handle?.signOut();
    this.#options = { ...this.#options, logins: undefined };
  };
}

/**
 * @template T
 * @param {T} list
 */
const copied = (list) => (Array.isArray(list) ? list.map((entry) => ({ ...entry })) : list);

/**
 * Makes an entry's `createClient`, which takes the WebAssembly from `source` unless the options say otherwise.
 *
 * @param {() => unknown} source
 * @returns {(options: ClientOptions) => Client}
 */
export const clientFactory = (source) => (options) => new Client(options, () => options?.wasm ?? source());
