// @ts-check
// The client that users hold: one shared load of the WebAssembly, bound methods, aborts obeyed.
import { checkLogins, makeCore } from "./core.js";
import { SigFetchError, fieldError } from "./error.js";
import { load } from "./load.js";
import * as op from "./operation.js";
import { capture, sign } from "./request.js";
import { Session } from "./session.js";
import { reply, until } from "./transport.js";

/** @import { AwsCredentials, ClientOptions, GraphqlRequest, Logins, SignedRequestInit } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { Captured } from "./request.js" */

export { SigFetchError };

class Client extends EventTarget {
  /** @type {() => unknown} */
  #source;
  /** @type {ClientOptions} */
  #options;
  /** @type {{ core: Core, session: Session } | undefined} */
  #opened;

  /**
   * @param {ClientOptions} options
   * @param {() => unknown} source
   */
  constructor(options, source) {
    super();
    this.#source = source;
    // What is changed in the caller's objects later does not change the client.
    const { logins, endpoints } = options ?? {};
    this.#options = options && {
      ...options,
      logins: logins && typeof logins === "object" ? { ...logins } : logins,
      endpoints: Array.isArray(endpoints) ? endpoints.map((entry) => ({ ...entry })) : endpoints,
    };
    // The first call reports a failure; here it would be an unhandled rejection.
    load(source).catch(() => {});
  }

  async #open() {
    await load(this.#source);
    if (!this.#opened) {
      const core = makeCore(this.#options);
      this.#opened = { core, session: new Session(core, this.#options) };
    }
    return this.#opened;
  }

  async #ready() {
    const opened = await this.#open();
    await opened.session.ready();
    return opened;
  }

  /** @param {Captured} captured */
  async #sign(captured) {
    const { core, session } = await this.#open();
    return sign(core, session, captured);
  }

  signedFetch = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const captured = capture(input, init);
    return until(
      captured.request.signal,
      this.#sign(captured).then((request) => fetch(request)),
    );
  };

  sign = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const captured = capture(input, init);
    return until(captured.request.signal, this.#sign(captured));
  };

  graphql = async (
    /** @type {string | URL} */ url,
    /** @type {GraphqlRequest} */ request,
    /** @type {SignedRequestInit} */ init,
  ) => {
    if (typeof request?.query !== "string") {
      throw fieldError("INVALID_REQUEST", "request.query", "must be a GraphQL document as a string");
    }
    const { query, variables, operationName } = request;
    const headers = new Headers(init?.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    const response = await this.signedFetch(url, {
      ...init,
      headers,
      method: "POST",
      body: JSON.stringify({ query, variables, operationName }),
    });
    const answer = await reply(response);
    const { core } = await this.#open();
    core(op.CHECK_GRAPHQL, ...answer);
    return JSON.parse(/** @type {string} */ (answer[3]));
  };

  credentials = async () => {
    const { core } = await this.#ready();
    const { expiration, ...credentials } = core(op.CREDENTIALS);
    return { ...credentials, ...(expiration && { expiration: new Date(expiration) }) };
  };

  identityId = async () => {
    const { core } = await this.#ready();
    const { identityId } = core(op.CREDENTIALS);
    if (!identityId) throw fieldError("INVALID_OPTION", "options.credentials", "has no identityId");
    return identityId;
  };

  whoami = async () => {
    const { core } = await this.#open();
    const url = core(op.STS_URL);
    if (!url) throw fieldError("INVALID_OPTION", "options.region", "is needed for whoami");
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    let response;
    try {
      response = await this.signedFetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        signal,
      });
    } catch (cause) {
      if (cause instanceof SigFetchError) throw cause;
      const [code, what] = signal.aborted ? ["TIMEOUT", "No answer in time from"] : ["NETWORK", "No readable answer from"];
      const advice = "Check the connection; STS hides refusals from pages behind CORS.";
      throw new SigFetchError(
        { code: /** @type {any} */ (code), message: `${what} STS GetCallerIdentity`, advice, retryable: true },
        cause,
      );
    }
    return core(op.CALLER, response.status, await response.text());
  };

  setLogins = (/** @type {Logins | undefined} */ logins) => {
    checkLogins(logins);
    const copy = logins && { ...logins };
    this.#options = { ...this.#options, logins: copy };
    this.#opened?.session.setLogins(copy);
  };

  signOut = () => {
    this.#options = { ...this.#options, logins: undefined };
    this.#opened?.session.signOut();
  };
}

/**
 * Makes an entry's `createClient`, which takes the WebAssembly from `source` unless the options say otherwise.
 *
 * @param {() => unknown} source
 * @returns {(options: ClientOptions) => Client}
 */
export const clientFactory = (source) => (options) => new Client(options, () => options?.wasm ?? source());
