// @ts-check
// The client that users hold: an `EventTarget` with bound methods in front of the WebAssembly, which decides.
import {
  again,
  captureEvents,
  captureGraphql,
  captureHeaders,
  captureInit,
  captureOperation,
  capturePresigned,
  captureRequest,
} from "./capture.js";
import { handled } from "./body.js";
import { SigFetchError, invalidOption, loadError } from "./errors.js";
import { checkPlatform, isLoaded, load } from "./load.js";
import { checkLogins, copyLogins, copyOptions } from "./options.js";
import { Subscription } from "./subscription.js";
import { Client as Core } from "./wasm/sigfetch.js";

/** @import * as Api from "./api.js" */
/** @import { Call } from "./capture.js" */
/** @import { Source } from "./load.js" */
/** @import { ClientPage } from "./subscriptions.js" */

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
  /** What of the package is loaded later: the page says how, so that its bundler makes files of their own of it. */
  #parts;
  /** The lasting connections, once one was needed. @type {Promise<any> | undefined} */
  #live;
  /** Of what calls came to: what was known then, for explanations. No credentials and no tokens. */
  #known = new WeakMap();
  /** Providers and claims of their tokens in turn, as of the last refresh. @type {string[] | undefined} */
  #logins;
  /** The last credentials, as listeners were told. @type {Api.CredentialsDetail & { at: number } | undefined} */
  #issued;
  /** Whom `whoami` found. @type {Api.CallerIdentity | undefined} */
  #caller;
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
    const { explain, realtime } = this.#options ?? {};
    this.#parts = { explain, realtime };
    // The pending call reports a failure; here it would be an unhandled rejection. So would a rejected `wasm` that
    // nobody awaits because the WebAssembly is loaded already.
    for (const waiting of [load(this.#source), Promise.resolve(wasm)]) waiting.catch(() => {});
  }

  /**
   * What the WebAssembly and lasting connections know of a client. It holds the client weakly, so that one that nobody
   * uses can be collected.
   *
   * @param {Client} client
   * @returns {ClientPage}
   */
  static #page(client) {
    const held = new WeakRef(client);
    return {
      get client() {
        return /** @type {any} */ (held.deref());
      },
      get core() {
        const client = held.deref();
        return client && client.#core;
      },
      get closing() {
        const client = held.deref();
        return client && client.#closing.signal;
      },
      async post(url, body, signal) {
        const client = held.deref();
        const headers = { "content-type": "application/json" };
        const capture = () => captureRequest(url, { method: "POST", headers, body, signal });
        return client && client.#run(capture, (core, call) => core.graphql(call));
      },
      get options() {
        const client = held.deref();
        return client && client.#options;
      },
      dispatch(type, detail) {
        const client = held.deref();
        if (!client) return;
        if (type === "credentials") client.#issued = /** @type {any} */ ({ at: Date.now(), ...detail });
        dispatch(client, type, detail);
      },
      noteLogins(logins) {
        const client = held.deref();
        if (client) client.#logins = logins;
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
      if (this.#isReady()) return this.#keep(await work(this.#ready(), call), call);
      const done = this.#load().then((core) => /** @type {Result} */ (isWanted ? work(core, call) : undefined));
      return this.#keep(await until(done, this.#closing.signal, call?.signal), call);
    } catch (error) {
      throw this.#keep(error, call, true);
    } finally {
      isWanted = false;
      call?.end();
    }
  }

  /**
   * Keeps what is known of a call, if the client can explain it, and gives what came of it.
   *
   * @template T
   * @param {T} outcome
   * @param {Call | undefined} call
   */
  #keep(outcome, call, hasFailed = false) {
    const isObject = outcome !== null && typeof outcome === "object";
    if (!this.#parts.explain || !isObject || !(hasFailed || call?.attempts)) return outcome;
    const core = this.#core;
    const { identityPoolId, classicFlow, roleArn } = this.#options ?? {};
    const { url, method, headers, attempts, signed, payload } = call ?? {};
    // An answer that is no refusal has no wrong signature, and nothing wrong in its body.
    const isRefused = call?.attempts && !(/** @type {any} */ (outcome).ok);
    this.#known.set(outcome, {
      ...{ at: Date.now(), identityPoolId, roleArn, isClassic: !!classicFlow },
      ...{ logins: this.#logins, issued: this.#issued, caller: this.#caller, clockOffset: core?.clockOffset },
      call: url && {
        ...{ url, method, attempts, signed, names: headers?.filter((_, at) => at % 2 === 0) },
        // Kept as long as the refusal is, and only a short one.
        payload: isRefused ? payload : undefined,
      },
      texts: isRefused ? core?.evidence(call) : undefined,
    });
    return outcome;
  }

  /**
   * A part of the package, loaded as the page says.
   *
   * @param {"explain" | "realtime"} name
   * @returns {Promise<any>}
   */
  async #part(name) {
    const load = this.#parts[name];
    if (typeof load !== "function") {
      throw invalidOption(`options.${name}`, `must be: () => import("sigfetch/${name}")`);
    }
    try {
      return await load();
    } catch (cause) {
      throw loadError(`sigfetch/${name} cannot be loaded`, "See the cause.", cause);
    }
  }

  /**
   * Does something with the lasting connections, for whoever is signed in now.
   *
   * @template T
   * @param {(live: any, period: number) => T | Promise<T>} work
   */
  async #connected(work) {
    this.#checkOpen();
    const period = handled(this.#run(noCall, (core) => core.period));
    this.#live ??= this.#part("realtime").then(({ connect }) => connect(Client.#page(this)));
    const live = this.#live;
    live.catch(() => {
      if (this.#live === live) this.#live = undefined;
    });
    return work(await live, await period);
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
      this.#logins = this.#issued = this.#caller = undefined;
      tell(this.#core);
      this.#live?.then(
        (live) => live.identityChanged(),
        () => {},
      );
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
      async (core, call) => call.headersToSet(core.signHeadersNow(call) ?? (await core.signHeaders(call))),
    );

  /** @type {Api.Client["signHeadersSync"]} */
  signHeadersSync = (input, init) => {
    const core = this.#now();
    const call = captureHeaders(input, init, true);
    return call.headersToSet(core.signHeadersSync(call));
  };

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

  /** @type {Api.Client["subscribe"]} */
  subscribe = (endpoint, request, init) =>
    subscription(async (stop) => {
      const given = [String(endpoint), captureOperation(request, {}), captureInit(init)];
      return this.#connected((live, period) => live.subscribe(period, ...given, stop));
    });

  /** @type {Api.Client["events"]} */
  events = (endpoint) => ({
    channel: (name) => ({
      subscribe: (init) =>
        subscription(async (stop) => {
          const given = [String(endpoint), name, captureInit(init)];
          return this.#connected((live, period) => live.subscribeChannel(period, ...given, stop));
        }),
      publish: async (events, init) => {
        const given = [String(endpoint), name, captureEvents(events), captureInit(init)];
        return this.#connected((live, period) => live.publish(period, ...given));
      },
    }),
  });

  // The AWS SDK for JavaScript v3 would keep what a provider gives until it is about to end, whoever signs in or out
  // meanwhile. A provider marked like this keeps it itself and is asked each time.
  /** @type {Api.Client["credentials"]} */
  credentials = Object.assign(() => this.#run(noCall, (core) => core.credentials()), { memoized: true });

  /** @type {Api.Client["identityId"]} */
  identityId = () => this.#run(noCall, (core) => core.identityId());

  /** @type {Api.Client["whoami"]} */
  whoami = async () => (this.#caller = await this.#run(noCall, (core) => core.whoami()));

  /** @type {Api.Client["explain"]} */
  explain = async (outcome, init) => {
    const { explainOutcome } = await this.#part("explain");
    const known = this.#known.get(/** @type {object} */ (outcome));
    return explainOutcome(this, this.#options, known, outcome, init);
  };

  /** @type {Api.Client["doctor"]} */
  doctor = (url, init) => {
    const load = () => this.#part("explain");
    const steps = examination(this, load, this.#options, url, init);
    return Object.assign(steps, { table: async () => (await load()).table(steps) });
  };

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

/** @type {(start: (stop: AbortSignal) => Promise<any>) => any} */
const subscription = (start) => new Subscription(start);

/**
 * The steps of a doctor that has to be loaded first.
 *
 * @param {Client} client
 * @param {() => Promise<any>} load
 * @param {...any} given
 */
async function* examination(client, load, ...given) {
  yield* (await load()).examine(client, ...given);
}

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
