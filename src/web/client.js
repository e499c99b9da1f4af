// @ts-check
// The client that users hold: one shared load of the WebAssembly, bound methods, aborts obeyed.
import { makeCore } from "./core.js";
import { SigFetchError, fieldError } from "./error.js";
import { emitter } from "./events.js";
import { headStart } from "./head-start.js";
import { checkLogins } from "./identity-options.js";
import { isLoaded, load } from "./load.js";
import * as op from "./operation.js";
import { capturePresigned, presign, presignNow } from "./presign.js";
import { again, badHeaders, capture, captureRequest } from "./request.js";
import { send } from "./send.js";
import { Session, signedOut } from "./session.js";
import { sign, signHeaders, signHeadersAtOnce, signHeadersNow } from "./sign.js";
import { reply, until } from "./transport.js";

/** @import { ClientOptions, GraphqlRequest, IdentityFunction, Logins, LoginsFunction, PresignInit, SignedRequestInit } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { HeadStart } from "./head-start.js" */
/** @import { CapturedRequest } from "./request.js" */

export { SigFetchError };

class Client extends EventTarget {
  /** @type {() => unknown} */
  #source;
  /** @type {ClientOptions} */
  #options;
  /** @type {{ core: Core, session: Session } | undefined} */
  #opened;
  #emit = emitter(this);
  /** @type {HeadStart | undefined} */
  #head;
  /** Changes at every sign-out: what was called before must not go on after. */
  #epoch = 0;

  /**
   * @param {ClientOptions} options
   * @param {() => unknown} source
   */
  constructor(options, source) {
    super();
    this.#source = source;
    // What is changed in the caller's objects later does not change the client.
    const { logins, endpoints, allow } = options ?? {};
    this.#options = options && {
      ...options,
      logins: logins && typeof logins === "object" && !Array.isArray(logins) ? { ...logins } : logins,
      endpoints: Array.isArray(endpoints) ? endpoints.map((entry) => ({ ...entry })) : endpoints,
      allow: Array.isArray(allow) ? [...allow] : allow,
    };
    // The first call reports a failure; here it would be an unhandled rejection. So would a rejected `wasm` that nobody
    // waits for because the module is there already.
    for (const waiting of [load(source), Promise.resolve(options?.wasm)]) waiting.catch(() => {});
  }

  /** @param {string} [target] What the call that waits is about. */
  async #open(target) {
    const epoch = this.#epoch;
    /** Refuses to go on for somebody who is gone. */
    const check = () => {
      if (epoch !== this.#epoch) throw signedOut();
    };
    if (!this.#opened) {
      if (!isLoaded) this.#head ??= headStart(this.#options, this.#emit, this.#epoch > 0, target);
      await load(this.#source);
      check();
    }
    return { ...this.#make(), check };
  }

  /** Core and session; the module has to be there. */
  #make() {
    if (!this.#opened) {
      const core = makeCore(this.#options);
      this.#opened = { core, session: new Session(core, this.#options, this.#emit, this.#epoch > 0, this.#head) };
    }
    return this.#opened;
  }

  /** What {@link #open} gives, for those who cannot wait. What is missing is on its way then. */
  #openNow() {
    if (isLoaded) return this.#make();
    this.#current().catch(() => {});
    throw notReady("The WebAssembly is not there yet");
  }

  /** The current set. */
  async #current() {
    const { core, session, check } = await this.#open();
    for (;;) {
      check();
      await session.ready();
      check();
      const set = core.run(op.CREDENTIALS);
      // None: other logins came at the last moment.
      if (set) return set.split("\0");
    }
  }

  /** @param {CapturedRequest} captured */
  async #sign(captured) {
    const { core, session, check } = await this.#open(captured.url);
    const signed = await sign(core, session, captured, check);
    return captured.redirect === "manual" ? signed : again(signed, { redirect: captured.redirect });
  }

  /**
   * @param {CapturedRequest} captured
   * @param {boolean} [isRead] Whether it only reads, whatever its method says.
   */
  async #send(captured, isRead) {
    return send({ ...(await this.#open(captured.url)), emit: this.#emit }, captured, isRead);
  }

  clock = Object.freeze(
    Object.defineProperty({ offset: 0 }, "offset", {
      get: () => +(this.#opened?.core.run(op.CLOCK).split("\0")[0] ?? 0),
      enumerable: true,
    }),
  );

  signedFetch = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const captured = captureRequest(input, init);
    return until(captured.signal, this.#send(captured));
  };

  sign = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const captured = captureRequest(input, init);
    return until(captured.signal, this.#sign(captured));
  };

  signHeaders = async (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const captured = capture(input, init);
    const opened = this.#opened;
    const headers = opened && signHeadersAtOnce(opened.core, opened.session, captured);
    if (headers) return headers;
    const work = this.#open(captured.url).then(({ core, session, check }) =>
      signHeaders(core, session, captured, check),
    );
    return captured.signal ? until(captured.signal, work) : work;
  };

  signHeadersSync = (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const { core, session } = this.#openNow();
    const captured = capture(input, init);
    const sign = () => signHeadersNow(core, session, captured);
    const headers = sign() ?? (session.isReady() ? sign() : undefined);
    if (!headers) throw noCredentials();
    return headers;
  };

  presign = async (/** @type {string | URL} */ url, /** @type {PresignInit} */ init) => {
    const captured = capturePresigned(url, init);
    const { core, session, check } = await this.#open(captured.url);
    return presign(core, session, captured, check);
  };

  presignSync = (/** @type {string | URL} */ url, /** @type {PresignInit} */ init) => {
    const { core, session } = this.#openNow();
    if (!session.isReady()) throw noCredentials();
    const presigned = presignNow(core, capturePresigned(url, init));
    if (presigned) return presigned;
    session.renew().catch(() => {});
    throw notReady("The credentials are too old for a URL that lives so long");
  };

  graphql = async (
    /** @type {string | URL} */ url,
    /** @type {GraphqlRequest} */ request,
    /** @type {SignedRequestInit} */ init,
  ) => {
    if (typeof request?.query !== "string") {
      throw fieldError("INVALID_REQUEST", "request.query", "must be a string");
    }
    const { query, variables, operationName } = request;
    let headers, body;
    try {
      headers = new Headers(init?.headers);
    } catch {
      throw badHeaders();
    }
    try {
      body = JSON.stringify({ query, variables, operationName });
    } catch (cause) {
      throw fieldError("INVALID_REQUEST", "request.variables", "cannot be written as JSON", cause);
    }
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    const response = await this.signedFetch(url, { ...init, headers, method: "POST", body });
    const text = await response.text();
    try {
      const result = JSON.parse(text);
      if (response.status === 200 && (result.data !== undefined || result.errors)) return result;
    } catch {
      // No JSON is no result either.
    }
    const { core } = await this.#open();
    core.run(op.REFUSE_GRAPHQL, ...reply(response, text));
  };

  // The AWS SDK for JavaScript v3 would keep what a provider gives until it is about to end, whoever signs in or out
  // meanwhile. A provider marked like this keeps it itself and is asked each time.
  credentials = Object.assign(
    async () => {
      const [accessKeyId, secretAccessKey, sessionToken, identityId, expiration] = await this.#current();
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken && { sessionToken }),
        ...(identityId && { identityId }),
        ...(expiration && { expiration: new Date(+expiration) }),
      };
    },
    { memoized: true },
  );

  identityId = async () => {
    const [, , , identityId] = await this.#current();
    if (!identityId) throw fieldError("INVALID_OPTION", "options.credentials", "has no identityId");
    return identityId;
  };

  whoami = async () => {
    const { core, check } = await this.#open();
    check();
    const url = core.run(op.STS_URL);
    if (!url) throw fieldError("INVALID_OPTION", "options.region", "is needed for whoami");
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    let answer;
    try {
      const captured = captureRequest(url, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        signal,
      });
      const response = await until(signal, this.#send(captured, true));
      answer = reply(response, await response.text());
    } catch (cause) {
      if (cause instanceof SigFetchError) throw cause;
      const [code, what] = signal.aborted
        ? ["TIMEOUT", "No answer in time from"]
        : ["NETWORK", "No readable answer from"];
      const advice = "Check the connection; CORS hides STS's refusals from pages.";
      throw new SigFetchError(
        { code: /** @type {any} */ (code), message: `${what} STS GetCallerIdentity`, advice, retryable: true },
        cause,
      );
    }
    const [account, arn, role, userId] = core.run(op.CALLER, ...answer).split("\0");
    return { account, arn, ...(role && { role }), userId };
  };

  setLogins = (/** @type {Logins | LoginsFunction | IdentityFunction | undefined} */ logins) => {
    checkLogins(logins);
    if (logins && this.#options?.credentials) {
      throw fieldError("INVALID_OPTION", "options.logins", "goes with identityPoolId, not with credentials");
    }
    const copy = logins && typeof logins === "object" ? { ...logins } : logins;
    this.#options = { ...this.#options, logins: /** @type {any} */ (copy), identity: undefined };
    this.#forget();
    this.#opened?.session.setLogins(copy);
  };

  signOut = () => {
    this.#epoch += 1;
    this.#options = { ...this.#options, logins: undefined, identity: undefined };
    this.#forget();
    this.#opened?.session.signOut();
  };

  /** Ends what was asked for somebody else. */
  #forget() {
    this.#head?.end();
    this.#head = undefined;
  }
}

/** @param {string} message */
const notReady = (message) =>
  new SigFetchError({
    code: "NOT_READY",
    message,
    advice: "Await credentials() first, or call the method without Sync.",
    retryable: true,
  });

const noCredentials = () => notReady("There are no credentials yet");

/**
 * Makes an entry's `createClient`, which takes the WebAssembly from `source` unless the options say otherwise.
 *
 * @param {() => unknown} source
 * @returns {(options: ClientOptions) => Client}
 */
export const clientFactory = (source) => (options) => new Client(options, () => options?.wasm ?? source());
