// @ts-check
// The client that users hold: an `EventTarget` with bound methods in front of the WebAssembly, which decides.
import { again, captureGraphql, captureHeaders, capturePresigned, captureRequest } from "./capture.js";
import { SigFetchError, invalidOption } from "./errors.js";
import { checkPlatform, isLoaded, load } from "./load.js";
import { checkLogins, copyLogins, copyOptions } from "./options.js";
import { Client as Core } from "./wasm/sigfetch.js";

/** @import * as Api from "./api.js" */
/** @import { Call } from "./capture.js" */
/** @import { Source } from "./load.js" */

class Client extends EventTarget {
  /** @type {Api.ClientOptions | undefined} */
  #options;
  #source;
  /** @type {Core | undefined} */
  #core;
  /**
   * While the WebAssembly loads. Its reactions are a queue: calls, sign-ins and sign-outs reach the core in the order
   * in which they were made.
   *
   * @type {Promise<Core> | undefined}
   */
  #loading;
  /** Whether there was a sign-out for which no core could be made. */
  #hasSignedOut = false;
  /** Aborted by `close`, with the error that all later calls fail with. */
  #closing = new AbortController();

  /**
   * @param {Api.ClientOptions} options
   * @param {Source} source
   */
  constructor(options, source) {
    super();
    this.#options = copyOptions(options);
    const wasm = this.#options?.wasm;
    this.#source = wasm ? () => wasm : source;
    // The pending call reports a failure; here it would be an unhandled rejection. So would a rejected `wasm` that
    // nobody awaits because the WebAssembly is loaded already.
    for (const waiting of [load(this.#source), Promise.resolve(wasm)]) waiting.catch(() => {});
  }

  /**
   * What the WebAssembly knows of a client. It holds the client weakly, so that one that nobody uses can be collected.
   *
   * @param {Client} client
   */
  static #page(client) {
    const held = new WeakRef(client);
    return {
      get options() {
        const client = held.deref();
        return client && client.#options;
      },
      dispatch(/** @type {string} */ type, /** @type {object} */ detail) {
        const client = held.deref();
        if (client) dispatch(client, type, detail);
      },
    };
  }

  /** The core. The WebAssembly has to be loaded. */
  #ready() {
    this.#checkOpen();
    if (!this.#core) {
      checkLogins(this.#options?.logins);
      this.#core = new Core(Client.#page(this));
      if (this.#hasSignedOut) this.#core.signOut();
    }
    return this.#core;
  }

  /** Whether calls can go to the core at once. */
  #isReady() {
    return isLoaded() && !this.#loading;
  }

  /** The core as soon as the WebAssembly is loaded. */
  #load() {
    if (!this.#loading) {
      const forget = () => {
        this.#loading = undefined;
      };
      this.#loading = load(this.#source).then(() => this.#ready());
      this.#loading.then(forget, forget);
    }
    return this.#loading;
  }

  /**
   * Captures a call and runs it as soon as the WebAssembly is loaded.
   *
   * @template Result
   * @template {Call | undefined} Captured
   * @param {() => Captured} capture
   * @param {(core: Core, call: Captured) => Result | Promise<Result>} work
   */
  async #run(capture, work) {
    this.#checkOpen();
    if (!isLoaded()) checkPlatform();
    const call = capture();
    let isWanted = true;
    try {
      // `await`, because this frame keeps the client alive during the call.
      if (this.#isReady()) return await work(this.#ready(), call);
      const done = this.#load().then((core) => /** @type {Result} */ (isWanted ? work(core, call) : undefined));
      return await until(done, this.#closing.signal, call?.signal);
    } finally {
      isWanted = false;
      call?.end();
    }
  }

  /** The core, for methods that cannot wait. If it is not there, WebAssembly and credentials start to load. */
  #now() {
    this.#checkOpen();
    if (this.#isReady()) return this.#ready();
    this.credentials().catch(() => {});
    throw new SigFetchError({
      code: "NOT_READY",
      message: "The WebAssembly is still loading",
      advice: "Await credentials() first, or call the method without Sync.",
      retryable: true,
    });
  }

  #checkOpen() {
    const { aborted, reason } = this.#closing.signal;
    if (aborted) throw reason;
  }

  /**
   * Replaces the signed-in user, once the calls made before have reached the core.
   *
   * @param {any} logins
   * @param {(core: Core | undefined) => void} tell
   */
  #replaceLogins(logins, tell) {
    const apply = () => {
      if (!this.#options) return;
      Object.assign(this.#options, { logins, identity: undefined });
      tell(this.#core);
    };
    if (this.#loading) this.#loading.then(apply, apply);
    else apply();
  }

  clock = ((/** @type {Client} */ client) =>
    Object.freeze({
      get offset() {
        return client.#core?.clockOffset ?? 0;
      },
    }))(this);

  /** @type {Api.Client["signedFetch"]} */
  signedFetch = (input, init) =>
    this.#run(
      () => captureRequest(input, init),
      (core, call) => core.fetch(call),
    );

  /** @type {Api.Client["sign"]} */
  sign = async (input, init) =>
    this.#run(
      () => captureRequest(input, init),
      async (core, call) => {
        const signed = await core.sign(call);
        return call.redirect === "manual" ? signed : again(signed, { redirect: "error" });
      },
    );

  /** @type {Api.Client["signHeaders"]} */
  signHeaders = (input, init) =>
    this.#run(
      () => captureHeaders(input, init),
      (core, call) => core.signHeadersNow(call) ?? core.signHeaders(call),
    );

  /** @type {Api.Client["signHeadersSync"]} */
  signHeadersSync = (input, init) => this.#now().signHeadersSync(captureHeaders(input, init, true));

  /** @type {Api.Client["presign"]} */
  presign = (url, init) =>
    this.#run(
      () => capturePresigned(url, init),
      (core, call) => core.presign(call, call.expiresSeconds),
    );

  /** @type {Api.Client["presignSync"]} */
  presignSync = (url, init) => {
    const core = this.#now();
    const call = capturePresigned(url, init);
    return core.presignSync(call, call.expiresSeconds);
  };

  /** @type {Api.Client["graphql"]} */
  graphql = (url, request, init) =>
    this.#run(
      () => captureGraphql(url, request, init),
      (core, call) => core.graphql(call),
    );

  // The AWS SDK for JavaScript v3 would keep what a provider gives until it is about to end, whoever signs in or out
  // meanwhile. A provider marked like this keeps it itself and is asked each time.
  /** @type {Api.Client["credentials"]} */
  credentials = Object.assign(() => this.#run(noCall, (core) => core.credentials()), { memoized: true });

  /** @type {Api.Client["identityId"]} */
  identityId = () => this.#run(noCall, (core) => core.identityId());

  /** @type {Api.Client["whoami"]} */
  whoami = () => this.#run(noCall, (core) => core.whoami());

  /** @type {Api.Client["setLogins"]} */
  setLogins = (logins) => {
    this.#checkOpen();
    const copy = copyLogins(logins);
    checkLogins(copy);
    if (copy && this.#options?.credentials) {
      throw invalidOption("options.logins", "goes with identityPoolId, not with credentials");
    }
    this.#replaceLogins(copy, (core) => core?.setLogins());
  };

  /** @type {Api.Client["signOut"]} */
  signOut = () => {
    this.#checkOpen();
    // Even if there was no call yet: the core forgets what an earlier page has stored.
    if (!this.#core) this.#load();
    this.#replaceLogins(undefined, (core) => {
      if (core) core.signOut();
      else this.#hasSignedOut = true;
    });
  };

  /** @type {Api.Client["close"]} */
  close = () => {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(
      new SigFetchError({
        code: "CLOSED",
        message: "This client is closed",
        advice: "Create a new one with createClient().",
      }),
    );
    this.#options = undefined;
    this.#core?.close();
  };

  // For `using`, where the runtime has it.
  [Symbol.dispose ?? Symbol()]() {
    this.close();
  }
}

const noCall = () => undefined;

/**
 * Settles as `work` does, or fails with the reason of the first signal that aborts.
 *
 * @template T
 * @param {Promise<T>} work
 * @param {(AbortSignal | undefined)[]} signals
 * @returns {Promise<T>}
 */
async function until(work, ...signals) {
  /** @type {(event: Event) => void} */
  let stop = () => {};
  const stopped = new Promise((_, reject) => {
    stop = ({ target }) => reject(/** @type {AbortSignal} */ (target).reason);
  });
  for (const signal of signals) signal?.addEventListener("abort", stop);
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (stopped)]);
  } finally {
    for (const signal of signals) signal?.removeEventListener("abort", stop);
  }
}

/**
 * Tells listeners. A platform on which that fails must not break calls.
 *
 * @param {EventTarget} target
 * @param {string} type
 * @param {object} detail
 */
function dispatch(target, type, detail) {
  const init = { detail: Object.freeze(detail) };
  const events = [
    () => new CustomEvent(type, init),
    // Next's edge runtime has no `CustomEvent`, and in Angular's server rendering it is not the one that Node's
    // `EventTarget` takes.
    () => Object.assign(new Event(type), init),
  ];
  for (const event of events) {
    try {
      target.dispatchEvent(event());
      return;
    } catch {
      // Try the next kind of event.
    }
  }
}

/**
 * Makes an entry's `createClient`.
 *
 * @param {Source} source
 * @returns {(options: Api.ClientOptions) => Api.Client}
 */
export const clientFactory = (source) => (options) => /** @type {any} */ (new Client(options, source));
export { SigFetchError };
