// @ts-check
// The client that users hold: one shared load of the WebAssembly, bound methods, aborts obeyed.
import { end } from "./attempt.js";
import { SigFetchError, fieldError, signedOut } from "./error.js";
import { emitter } from "./events.js";
import { firstCall, isPlain } from "./first-call.js";
import { headStart } from "./head-start.js";
import { checkLogins } from "./identity-options.js";
import { openStore } from "./identity-store.js";
import { loadSigner, loadWhole, whole } from "./load.js";
import { again, badHeaders, capture, capturePresigned, captureRequest } from "./request.js";
import { reply, until } from "./transport.js";

/** @import { ClientOptions, GraphqlRequest, IdentityFunction, Logins, LoginsFunction, PresignInit, SignedRequestInit } from "./api.js" */
/** @import { Attempt } from "./attempt.js" */
/** @import { Core } from "./core.js" */
/** @import { HeadStart, Issued } from "./head-start.js" */
/** @import { Source, Whole } from "./load.js" */
/** @import { CapturedRequest } from "./request.js" */
/** @import { Session } from "./session.js" */

/** @typedef {Whole & { core: Core, session: Session }} Opened The part that came later, and what it made for a client. */

class Client extends EventTarget {
  /** @type {Source} */
  #source;
  /** @type {ClientOptions} */
  #options;
  /** @type {Opened | undefined} */
  #opened;
  #emit = emitter(this);
  /** @type {HeadStart | undefined} */
  #head;
  /** What signed calls already. @type {Issued | undefined} */
  #issued;
  /** Whether calls may be signed before the whole is there. */
  #isFirst = false;
  /** Whether other logins came after that. */
  #isChanged = false;
  /** Changes at every sign-out: what was called before must not go on after. */
  #epoch = 0;

  /**
   * @param {ClientOptions} options
   * @param {Source} source
   */
  constructor(options, source) {
    super();
    this.#source = options?.wasm ? { ...source, module: () => options.wasm } : source;
    // What is changed in the caller's objects later does not change the client.
    const { logins, endpoints, allow } = options ?? {};
    this.#options = options && {
      ...options,
      logins: logins && typeof logins === "object" && !Array.isArray(logins) ? { ...logins } : logins,
      endpoints: Array.isArray(endpoints) ? endpoints.map((entry) => ({ ...entry })) : endpoints,
      allow: Array.isArray(allow) ? [...allow] : allow,
    };
    this.#isFirst = !!source.signer && !!options && isPlain(options);
    // The first call reports a failure; here it would be an unhandled rejection. So would a rejected `wasm` that nobody
    // waits for because the module is there already.
    const loading = this.#isFirst ? loadSigner(source) : loadWhole(this.#source);
    for (const waiting of [loading, Promise.resolve(options?.wasm)]) waiting.catch(() => {});
  }

  /**
   * Listeners are told of all that happens, by the part that knows all of it.
   *
   * @override
   * @param {Parameters<EventTarget["addEventListener"]>} given
   */
  addEventListener(...given) {
    this.#isFirst = false;
    super.addEventListener(...given);
  }

  /** Gives what refuses to go on for somebody who is gone by then. */
  #watch() {
    const epoch = this.#epoch;
    return () => {
      if (epoch !== this.#epoch) throw signedOut();
    };
  }

  /** @param {string} [target] What the call that waits is about. */
  #ask(target) {
    if (!whole) this.#head ??= headStart(this.#options, this.#emit, this.#epoch > 0, target);
    return this.#head;
  }

  /** @param {string} [target] */
  async #open(target, check = this.#watch()) {
    if (!this.#opened) {
      this.#ask(target);
      await loadWhole(this.#source);
      check();
    }
    return { ...this.#make(), check };
  }

  /** Core and session; the whole has to be there. */
  #make() {
    if (!this.#opened) {
      const part = /** @type {Whole} */ (whole);
      const issued = this.#issued;
      const opened = part.open(this.#options, this.#emit, this.#epoch > 0, issued ? undefined : this.#head);
      this.#opened = { ...part, ...opened };
      if (issued) opened.session.adopt(issued);
      if (this.#isChanged) opened.session.setLogins(this.#options.logins);
    }
    return this.#opened;
  }

  /** What {@link #open} gives, for those who cannot wait. What is missing is on its way then. */
  #openNow() {
    if (whole) return this.#make();
    this.#current().catch(() => {});
    throw notReady("The WebAssembly is not there yet");
  }

  /** The current set. */
  async #current() {
    const { core, session, op, check } = await this.#open();
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
    const { core, session, sign, check } = await this.#open(captured.url);
    const signed = await sign(core, session, captured, check);
    return captured.redirect === "manual" ? signed : again(signed, { redirect: captured.redirect });
  }

  /**
   * @param {CapturedRequest} captured
   * @param {boolean} [isRead] Whether it only reads, whatever its method says.
   */
  async #send(captured, isRead) {
    const [check, began] = [this.#watch(), performance.now()];
    const first = await this.#first(captured, check);
    if (first && isPlainAnswer(first)) return end(first);
    let opened;
    try {
      opened = await this.#open(captured.url, check);
    } catch (error) {
      // What came of the first attempt is not lost for want of somebody to judge it.
      if (first) return end(first);
      throw error;
    }
    return opened.send({ ...opened, emit: this.#emit }, captured, isRead, first, began);
  }

  /**
   * Makes the first attempt of a call before the whole is there, if that is possible.
   *
   * @param {CapturedRequest} captured
   * @param {() => void} check
   */
  async #first(captured, check) {
    if (!this.#isFirst || this.#opened || whole) return;
    const head = this.#ask(captured.url);
    if (!head) return;
    const use = (/** @type {Issued} */ issued) => {
      check();
      if (!this.#isFirst || this.#opened || this.#head !== head) return false;
      this.#issued = issued;
      return true;
    };
    const signer = loadSigner(this.#source).catch(() => undefined);
    return firstCall(captured, this.#options, signer, head.issued, use, this.#emit);
  }

  clock = Object.freeze(
    Object.defineProperty({ offset: 0 }, "offset", {
      get: () => +(this.#opened?.core.run(this.#opened.op.CLOCK).split("\0")[0] ?? 0),
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
    const headers = opened?.signHeadersAtOnce(opened.core, opened.session, captured);
    if (headers) return headers;
    const work = this.#open(captured.url).then(({ core, session, signHeaders, check }) =>
      signHeaders(core, session, captured, check),
    );
    return captured.signal ? until(captured.signal, work) : work;
  };

  signHeadersSync = (/** @type {RequestInfo | URL} */ input, /** @type {SignedRequestInit} */ init) => {
    const { core, session, signHeadersNow } = this.#openNow();
    const captured = capture(input, init);
    const sign = () => signHeadersNow(core, session, captured);
    const headers = sign() ?? (session.isReady() ? sign() : undefined);
    if (!headers) throw noCredentials();
    return headers;
  };

  presign = async (/** @type {string | URL} */ url, /** @type {PresignInit} */ init) => {
    const captured = capturePresigned(url, init);
    const { core, session, presign, check } = await this.#open(captured.url);
    return presign(core, session, captured, check);
  };

  presignSync = (/** @type {string | URL} */ url, /** @type {PresignInit} */ init) => {
    const { core, session, presignNow } = this.#openNow();
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
    const { core, op } = await this.#open();
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
    const { core, op, check } = await this.#open();
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
    if (this.#issued && !this.#opened) {
      // The identity stays, and only the whole can take it along to other logins.
      this.#isFirst = false;
      this.#isChanged = true;
    } else {
      this.#forget();
    }
    this.#opened?.session.setLogins(copy);
  };

  signOut = () => {
    this.#epoch += 1;
    this.#options = { ...this.#options, logins: undefined, identity: undefined };
    this.#forget();
    const { rememberIdentity, identityPoolId } = this.#options;
    if (this.#opened) this.#opened.session.signOut();
    else if (rememberIdentity && identityPoolId) openStore(rememberIdentity, identityPoolId).keep("");
  };

  /** Ends what was asked for somebody else. */
  #forget() {
    this.#head?.end();
    this.#head = this.#issued = undefined;
    this.#isChanged = false;
  }
}

/**
 * Whether an answer says nothing of what there is to heal, to try again or to explain.
 *
 * @param {Attempt} attempt
 */
const isPlainAnswer = ({ response, isOver }) =>
  isOver || (!!response && (response.status < 400 || response.status === 404));

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
 * Makes an entry's `createClient`.
 *
 * @param {Source} source
 * @returns {(options: ClientOptions) => Client}
 */
export const clientFactory = (source) => (options) => new Client(options, source);
