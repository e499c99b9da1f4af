// @ts-check
// Subscriptions and publishes over lasting connections, which live in a WebAssembly module of their own.
import { kindOf } from "./body.js";
import { SigFetchError, invalidRequest, loadError } from "./errors.js";
import { loader } from "./load.js";
import { checkSubscription } from "./operations.js";
import { build } from "./wasm/realtime-build.js";
import { Connections, initSync } from "./wasm/realtime.js";
import { isAwsHost } from "./wasm/sigfetch.js";

/** @import * as Api from "./api.js" */
/** @import { Source } from "./load.js" */
/** @import { Api as WasmApi } from "./wasm/realtime.js" */
/** @import { Client as Core } from "./wasm/sigfetch.js" */

/**
 * What a client gives to its WebAssembly and to lasting connections, which hold it. It holds the client weakly.
 *
 * @typedef {object} ClientPage
 * @property {Core | undefined} core
 * @property {Api.Client | undefined} client
 * @property {(type: string, detail: object) => void} dispatch
 * @property {Api.ClientOptions | undefined} options Its own copy of the options.
 * @property {(logins: string[]) => void} noteLogins Takes down whose credentials are fetched.
 * @property {AbortSignal | undefined} closing Aborted when the client is closed.
 * @property {(url: string, body: string, signal: AbortSignal | undefined) => Promise<unknown>} post
 */

/**
 * A running subscription.
 *
 * @template T
 * @typedef {{ ready(): Promise<void>, next(): Promise<IteratorResult<T, undefined>> }} Running
 */

/**
 * Whoever takes what a subscription has, or the answer to a publish. Each uses what it needs.
 *
 * @typedef {object} Consumer
 * @property {(payload: any) => void} [message]
 * @property {(...gap: Parameters<typeof gapOf>) => void} [gap]
 * @property {() => void} [end]
 * @property {(error: unknown) => void} [failed]
 * @property {() => void} [changed]
 */

const load = loader(build, initSync);

/**
 * What an entry exports: lasting connections for a client.
 *
 * @param {Source} source
 */
export const connecting = (source) => async (/** @type {ClientPage} */ page) => {
  if (!globalThis.WebSocket) {
    const advice = "Use a browser or Node 22, or set globalThis.WebSocket to an implementation.";
    throw loadError("This platform has no WebSocket", advice, undefined, false);
  }
  await load(source);
  page.closing?.throwIfAborted();
  return new Live(page);
};

/** What the WebAssembly asks of a page and its client. */
export class Page {
  #page;

  /** @param {ClientPage} page */
  constructor(page) {
    this.#page = page;
  }

  period() {
    return this.#page.core?.period ?? 0;
  }

  isAwsHost(/** @type {string} */ host) {
    return isAwsHost(host);
  }

  /**
   * @param {string} url
   * @param {string[]} headers Names and values in turn.
   * @param {string} body
   * @param {(signed: { headers?: Headers, error?: unknown, retryable?: boolean }) => void} done
   */
  sign(url, headers, body, done) {
    const pairs = headers.flatMap((name, at) => (at % 2 ? [] : [[name, headers[at + 1]]]));
    const failed = (/** @type {any} */ error) => done({ error, retryable: error?.retryable === true });
    // A client that is gone needs no connection.
    this.#page.client
      ?.signHeaders(url, { method: "POST", headers: /** @type {[string, string][]} */ (pairs), body })
      .then((headers) => done({ headers }), failed);
  }

  accepted(/** @type {string} */ key) {
    this.#page.core?.frameAccepted(key);
  }

  /**
   * @param {string} url
   * @param {string | undefined} key
   * @param {unknown} error
   */
  refused(url, key, error) {
    // Of a client that is gone nothing is tried again.
    return this.#page.core?.frameRefused(url, key, error) ?? [];
  }

  /**
   * @param {Api.SigFetchErrorCode} code
   * @param {string} message
   * @param {string} advice
   * @param {boolean} retryable
   * @param {string} [field]
   */
  error(code, message, advice, retryable, field) {
    return new SigFetchError({ code, message, advice, retryable, ...(field && { field }) });
  }

  /**
   * @param {string} endpoint
   * @param {string} state
   * @param {string} reason "" for none.
   * @param {number} delayMs
   * @param {unknown} error
   */
  state(endpoint, state, reason, delayMs, error) {
    const waiting = reason && { reason, delayMs };
    this.dispatch("realtime", { endpoint, state, ...waiting, ...(error !== undefined && { error }) });
  }

  dispatch(/** @type {string} */ type, /** @type {object} */ detail) {
    this.#page.dispatch(type, detail);
  }
}

/** The lasting connections of a client. */
class Live {
  #page;
  #connections;

  /** @param {ClientPage} page */
  constructor(page) {
    this.#page = page;
    this.#connections = new Connections(new Page(page));
    watch(this.#connections, /** @type {AbortSignal} */ (page.closing));
  }

  /**
   * @param {number} period
   * @param {string} url
   * @param {[query: string, body: string, operationName?: string]} operation
   * @param {Api.SubscribeInit} init
   * @param {AbortSignal} stop
   */
  subscribe(period, url, [query, body, operationName], init, stop) {
    const api = this.#api(url, false);
    checkText("request.operationName", operationName ?? "");
    checkSubscription(query, operationName);
    return this.#start(period, api, body, init, stop);
  }

  /**
   * @param {number} period
   * @param {string} url
   * @param {string} channel
   * @param {Api.SubscribeInit} init
   * @param {AbortSignal} stop
   */
  subscribeChannel(period, url, channel, init, stop) {
    const api = this.#api(url, true);
    checkText("channel", channel);
    return this.#start(period, api, channel, init, stop);
  }

  /**
   * @param {string} url
   * @param {boolean} isEvents
   */
  #api(url, isEvents) {
    const { protocol, hostname, port, pathname, search } = parsed(url);
    return this.#connections.endpoint(isEvents, protocol.slice(0, -1), hostname, port && `:${port}`, pathname + search);
  }

  /**
   * @param {number} period
   * @param {WasmApi} api
   * @param {string} what
   * @param {Api.SubscribeInit} init
   * @param {AbortSignal} stop
   */
  #start(period, api, what, { signal, onGap, maxQueued = 1_000 }, stop) {
    checkSignal(signal);
    if (onGap !== undefined && typeof onGap !== "function") throw invalidRequest("init.onGap", "must be a function");
    if (!Number.isInteger(maxQueued) || maxQueued < 2 || maxQueued > 1_000_000) {
      throw invalidRequest("init.maxQueued", "must be a whole number from 2 to 1 000 000");
    }
    const stops = [stop, signal, this.#page.closing].filter((one) => one !== undefined);
    const isStopped = stops.some((one) => one.aborted);
    const inner = isStopped ? undefined : this.#connections.subscribe(period, api, what, maxQueued);
    return new RunningSubscription(this.#page, api.url, onGap, stops, inner);
  }

  /**
   * @param {number} period
   * @param {string} url
   * @param {string} channel
   * @param {string[]} events
   * @param {Api.PublishInit} init
   * @returns {Promise<Api.PublishResult>}
   */
  async publish(period, url, channel, events, { signal, transport = "http" }) {
    checkText("channel", channel);
    checkSignal(signal);
    if (transport !== "http" && transport !== "socket") {
      throw invalidRequest("init.transport", 'must be "http" or "socket"');
    }
    const isOverSocket = transport === "socket";
    const api = this.#api(url, true);
    /** @type {Api.PublishResult} */
    const result = { successful: [], failed: [] };
    let before = 0;
    for (const [body, count] of this.#connections.publishes(channel, events, isOverSocket)) {
      try {
        this.#connections.check(period);
        const answered = isOverSocket ? this.#send(period, api, body, signal) : this.#page.post(api.url, body, signal);
        append(result, await answered, before);
      } catch (error) {
        // Nothing was published, so that the whole can be called again.
        if (before === 0) throw error;
        const { code = "NETWORK", message } = /** @type {Partial<Api.SigFetchError>} */ (error);
        for (let at = before; at < events.length; at += 1) {
          result.failed.push({ identifier: "", index: at, code, message: String(message) });
        }
        break;
      }
      before += count;
    }
    return result;
  }

  /**
   * @param {number} period
   * @param {WasmApi} api
   * @param {string} body
   * @param {AbortSignal | undefined} signal
   */
  #send(period, api, body, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#connections.publish(period, api, body, { message: resolve, failed: reject });
    });
  }

  /** Takes in that another user may have the client. */
  identityChanged() {
    this.#connections.identityChanged();
  }
}

/**
 * Tells connections when the client is closed, and when the device wakes, or goes offline or online. It holds them weakly.
 *
 * @param {Connections} connections
 * @param {AbortSignal} closing
 */
function watch(connections, closing) {
  const held = new WeakRef(connections);
  const gone = new AbortController();
  const listener = (/** @type {(connections: Connections) => void} */ tell) => () => {
    const connections = held.deref();
    if (connections) tell(connections);
    else gone.abort();
  };
  const listen = (/** @type {string} */ name, /** @type {(connections: Connections) => void} */ tell) =>
    globalThis.addEventListener?.(name, listener(tell), { signal: gone.signal });
  closing.addEventListener(
    "abort",
    listener((connections) => {
      connections.close();
      gone.abort();
    }),
  );
  listen("offline", (connections) => connections.networkChanged(false));
  listen("online", (connections) => connections.networkChanged(true));
  listen("pageshow", (connections) => connections.wake());
  listen("visibilitychange", (connections) => {
    if (!globalThis.document?.hidden) connections.wake();
  });
  if (globalThis.navigator?.onLine === false) connections.networkChanged(false);
}

/** A subscription that runs, or has ended. */
class RunningSubscription {
  /** Keeps the client while somebody waits for messages. */
  #client;
  #page;
  #url;
  #onGap;
  #stops;
  /** Until it has ended. */
  #inner;
  #isAcknowledged = false;
  /** @type {{ error: unknown } | undefined} */
  #failure;
  #messages = this.#take();
  /** What is just being taken. @type {{ message?: any, gap?: Api.Gap, isEnd?: boolean }} */
  #taken = {};
  /** One for all messages, as making it takes longer than all else that a message needs here. */
  #consumer = {
    message: (/** @type {unknown} */ message) => (this.#taken = { message }),
    gap: (/** @type {Parameters<typeof gapOf>} */ ...given) => (this.#taken = { gap: gapOf(...given) }),
    end: () => (this.#taken = { isEnd: true }),
    failed: (/** @type {unknown} */ error) => {
      this.#failure = { error };
      this.#taken = { isEnd: true };
    },
  };

  /**
   * @param {ClientPage} page
   * @param {string} url
   * @param {Api.SubscribeInit["onGap"]} onGap
   * @param {AbortSignal[]} stops
   * @param {import("./wasm/realtime.js").Subscription | undefined} inner
   */
  constructor(page, url, onGap, stops, inner) {
    this.#client = page.client;
    this.#page = page;
    this.#url = url;
    this.#onGap = onGap;
    this.#stops = stops;
    this.#inner = inner;
    if (!inner) return;
    for (const stop of stops) stop.addEventListener("abort", this.#end);
  }

  next() {
    return this.#messages.next();
  }

  async ready() {
    while (!this.#isAcknowledged) {
      const isAcknowledged = this.#inner?.isAcknowledged;
      if (isAcknowledged) return;
      // Nothing else is in it than what it has ended with.
      if (isAcknowledged === false) this.#takeOne();
      if (this.#failure) throw this.#failure.error;
      if (!this.#inner) throw this.#stops.find(({ aborted }) => aborted)?.reason ?? ended();
      await this.#change();
    }
  }

  /** All messages. A generator, as it answers calls of `next` in their order. */
  async *#take() {
    while (this.#inner) {
      const taken = this.#takeOne();
      if (!taken) await this.#change();
      else if (taken.gap) await this.#tell(taken.gap);
      else if ("message" in taken) yield taken.message;
    }
    if (this.#failure) throw this.#failure.error;
  }

  /**
   * Takes what is next; nothing if there is nothing for now.
   *
   * @returns {{ message?: any, gap?: Api.Gap } | undefined}
   */
  #takeOne() {
    if (!this.#inner?.take(this.#consumer)) return undefined;
    const taken = this.#taken;
    this.#taken = {};
    if (taken.isEnd) this.#end();
    return taken;
  }

  /** Waits until there may be something new. */
  #change() {
    return new Promise((resolve) => {
      this.#inner?.onChange({ changed: () => resolve(undefined) });
    });
  }

  /**
   * Tells of a gap. The next message waits for what the page does about it.
   *
   * @param {Api.Gap} gap
   */
  async #tell(gap) {
    this.#page.dispatch("gap", { endpoint: this.#url, ...gap });
    try {
      await this.#onGap?.(gap);
    } catch (error) {
      this.#failure = { error };
      this.#end();
    }
  }

  #end = () => {
    for (const stop of this.#stops) stop.removeEventListener("abort", this.#end);
    const inner = this.#inner;
    this.#inner = undefined;
    this.#isAcknowledged ||= inner?.isAcknowledged === true;
    inner?.free();
  };
}

const ended = () => new DOMException("The subscription has ended", "AbortError");

/**
 * @param {number} since By `performance.now()`, as `until`.
 * @param {number} until
 * @param {number} disconnections
 * @param {number} overflowed
 * @param {number} unreadable
 * @returns {Api.Gap}
 */
function gapOf(since, until, disconnections, overflowed, unreadable) {
  const date = (/** @type {number} */ at) => new Date(Date.now() + at - performance.now());
  return { since: date(since), until: date(until), disconnections, overflowed, unreadable };
}

/** @param {string} endpoint */
function parsed(endpoint) {
  try {
    return new URL(endpoint);
  } catch (cause) {
    throw invalidRequest("endpoint", "must be an absolute URL", cause);
  }
}

/**
 * @param {string} field
 * @param {unknown} value
 */
function checkText(field, value) {
  if (typeof value !== "string") throw invalidRequest(field, "must be a string");
}

/** @param {unknown} signal */
function checkSignal(signal) {
  if (signal !== undefined && kindOf(signal) !== "AbortSignal") {
    throw invalidRequest("init.signal", "must be an AbortSignal");
  }
}

/**
 * Appends the answer to a publish of events before which there were so many.
 *
 * @param {Api.PublishResult} result
 * @param {any} answer
 * @param {number} before
 */
function append(result, { successful, failed }, before) {
  const entries = (/** @type {any} */ list) =>
    (Array.isArray(list) ? list : []).map((entry, at) => ({ ...entry, index: before + (entry?.index ?? at) }));
  result.successful.push(...entries(successful));
  result.failed.push(...entries(failed));
}
