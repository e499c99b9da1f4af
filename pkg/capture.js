// @ts-check
// `fetch`'s arguments, captured at the moment of the call as `fetch` does: later changes of a buffer or a header object
// do not reach the request. What is judged is what is sent: of a `Request`, URL, method and headers are read from the
// one that the platform makes of it, never from a getter that a caller may have replaced.
import { TEXT, handled, isBytes, isFleeting, kindOf, read, sendable, sizeOf, takeBody } from "./body.js";
import { documentText } from "./document.js";
import { invalidRequest } from "./errors.js";
import { ownCopy } from "./options.js";
import { hashPayload, isTakenAtOnce, small } from "./payload-hash.js";

/** @import { AwsInit, GraphqlRequest, PresignInit, SignedRequestInit } from "./api.js" */
/** @import { Body, Data } from "./body.js" */

/**
 * @typedef {object} Captured
 * @property {string} url
 * @property {string} method
 * @property {string[]} headers Name, value, name, value …; names in lower case, the content type of the body included.
 * @property {AwsInit} [aws]
 * @property {AbortSignal} [signal]
 * @property {Body} [body]
 * @property {Request} [request] What will be sent but for the signature and the body.
 * @property {"manual" | "error"} [redirect]
 * @property {boolean} [isSync] Whether nothing can be waited for.
 */

/** How many bytes a request may carry that outlives its page ("HTTP-network-or-cache fetch", Fetch standard). */
const KEEPALIVE = 2 ** 16;

/** Up to here wasm-bindgen copies a text, character by character, sooner than the platform encodes it. */
const SHORT_TEXT = 300;

/** One call, as the WebAssembly takes it. */
export class Call {
  #body;
  #request;
  #onProgress;
  #hasEnded = false;
  /** @type {Promise<string | undefined> | undefined} */
  #hash;

  /** @param {Captured} captured */
  constructor({ url, method, headers, aws, signal, body, request, redirect = "error", isSync }) {
    this.url = url;
    this.method = method;
    this.headers = headers;
    this.aws = aws;
    this.signal = signal;
    this.redirect = redirect;
    /** The hash of the body, where it took time and is known by now. @type {string | undefined} */
    this.bodyHash = undefined;
    /** How often it was sent. */
    this.attempts = 0;
    /** What an explanation needs of the signature sent last: the WebAssembly sets it. @type {string[] | undefined} */
    this.signed = undefined;
    this.#body = body;
    this.#request = request;
    this.#onProgress = aws?.onProgress;
    /** A body that is hashed at once; null if hashing takes time, undefined if there is nothing to hash. */
    this.payload = this.#quickPayload(isSync);
    if (this.payload === null && isTakenAtOnce(body?.data)) this.hash();
  }

  /** @param {boolean} [isSync] */
  #quickPayload(isSync) {
    if (!this.#body || this.aws?.unsignedPayload === true) return undefined;
    const { data } = this.#body;
    if (typeof data !== "string" && !isBytes(data)) return null;
    if (isSync) return quickly(data);
    // WebCrypto may not answer while a page unloads, so a body that may outlive its page is hashed at once.
    const most = this.#request?.keepalive ? KEEPALIVE : small();
    return data.length <= most && !this.#onProgress ? quickly(data) : null;
  }

  /** The lower-case hex SHA-256 of the body; undefined if it turns out that there is none. */
  hash() {
    this.#hash ??= handled(this.#startHash());
    return this.#hash;
  }

  async #startHash() {
    const data = this.#body?.data;
    // No `await` where the bytes are there already: the caller may change them afterwards.
    const ready = /** @type {Data | string | undefined} */ (kindOf(data) === "Promise" ? await data : data);
    if (ready === undefined) return undefined;
    const bytes = typeof ready === "string" ? new TextEncoder().encode(ready) : ready;
    this.bodyHash = await hashPayload(bytes, () => this.#check(), this.#onProgress);
    return this.bodyHash;
  }

  #check() {
    if (this.#hasEnded) throw new Error("The call has ended");
  }

  /** Stops hashing: the call has ended. */
  end() {
    this.#hasEnded = true;
  }

  /**
   * What callers who send the request themselves have to set: these headers, and the content type that the body brings.
   *
   * @param {string[]} signed Name, value, name, value …
   */
  headersToSet(signed) {
    const headers = new Headers();
    if (this.#body?.type) headers.append("content-type", this.#body.type);
    for (let at = 0; at < signed.length; at += 2) headers.append(signed[at], signed[at + 1]);
    return headers;
  }

  /**
   * The request to send, with these headers over those of an earlier attempt.
   *
   * @param {string[]} headers Name, value, name, value …
   */
  async request(headers) {
    const body = this.#body;
    const unsigned = /** @type {Request} */ (this.#request);
    const data = /** @type {Data | undefined} */ (await body?.data);
    if (data && unsigned.keepalive && sizeOf(data) > KEEPALIVE) {
      throw invalidRequest("init.keepalive", "takes bodies of up to 64 KiB");
    }
    // A request without a body is not given an empty one: that would add a content-length.
    let request = unsigned;
    if (body && data) {
      // Once, however often it is sent.
      body.data = await sendable(data);
      request = again(unsigned, { body: body.data });
    }
    for (let at = 0; at < headers.length; at += 2) request.headers.set(headers[at], headers[at + 1]);
    this.attempts += 1;
    return request;
  }
}

/** What is hashed at once, in the form that takes the least time to pass on. @param {string | Uint8Array} data */
const quickly = (data) =>
  typeof data === "string" && data.length > SHORT_TEXT ? new TextEncoder().encode(data) : data;

/**
 * Captures what is signed and sent. The body of a `Request` that is passed is used up, as by `fetch`.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 */
export const captureRequest = (input, init) => take(isRequest(input) ? input : resolve(input), captureInit(init), true);

/**
 * Captures a GraphQL operation.
 *
 * @param {string | URL} url
 * @param {GraphqlRequest<any, any>} operation
 * @param {SignedRequestInit} [init]
 */
export function captureGraphql(url, operation, init) {
  const [, body] = captureOperation(operation);
  const given = captureInit(init);
  const headers = headersOf(given.headers);
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return captureRequest(url, Object.assign(given, { method: "POST", headers, body }));
}

/**
 * A GraphQL operation in texts: the document, the body that is sent, and the operation's name, if it was given.
 *
 * @param {GraphqlRequest<any, any>} operation
 * @param {object} [noVariables] What stands for variables that are not given.
 * @returns {[query: string, body: string, operationName?: string]}
 */
export function captureOperation(operation, noVariables) {
  const { query: document, variables = noVariables, operationName } = ownCopy(Object(operation));
  const query = documentText(document);
  if (query === undefined) throw invalidRequest("request.query", "must be a GraphQL document");
  if (typeof variables !== "object" && variables !== undefined) {
    throw invalidRequest("request.variables", "must be an object");
  }
  return [query, written("request.variables", { query, variables, operationName }), operationName];
}

/**
 * Events as JSON, each for itself.
 *
 * @param {unknown} events One, or an array of them.
 */
export const captureEvents = (events) =>
  (Array.isArray(events) ? events : [events]).map((event, at) => written(`events[${at}]`, event));

/**
 * A value as JSON.
 *
 * @param {string} field
 * @param {unknown} value
 */
function written(field, value) {
  let cause;
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch (error) {
    cause = error;
  }
  throw invalidRequest(field, "cannot be written as JSON", cause);
}

/**
 * Captures what the caller sends. Bytes are not copied, and a `Request` that is passed stays usable.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 * @param {boolean} [isSync] Whether nothing can be waited for.
 */
export function captureHeaders(input, init, isSync = false) {
  const given = captureInit(init);
  if (isFleeting(given.body)) {
    throw invalidRequest("init.body", "would not be sent as it was signed: use signedFetch or sign");
  }
  const call = isRequest(input)
    ? take(given.body == null ? cloneOf(input) : input, given, false, isSync)
    : takeFast(resolve(input), given, isSync);
  if (isSync && call.payload === null) {
    throw invalidRequest("init.body", "takes time to read: use signHeaders, or pass a string or bytes");
  }
  return call;
}

/**
 * Captures what is presigned.
 *
 * @param {string | URL} url
 * @param {PresignInit} [init]
 * @returns {Call & { expiresSeconds?: number }}
 */
export function capturePresigned(url, init) {
  const given = /** @type {PresignInit & SignedRequestInit} */ (captureInit(init));
  const call = captureHeaders(url, given);
  if (given.body != null || call.payload !== undefined) {
    throw invalidRequest("init.body", "is not part of a presigned URL: whoever uses the URL sends it");
  }
  return Object.assign(call, { expiresSeconds: given.expiresSeconds });
}

/**
 * Captures a call by way of the platform's `Request`.
 *
 * @param {string | Request} input
 * @param {SignedRequestInit} given Is changed.
 * @param {boolean} isSent By us: then bytes are copied.
 * @param {boolean} [isSync]
 */
function take(input, given, isSent, isSync) {
  const isFromRequest = typeof input !== "string";
  const aws = awsOf(given);
  const givenSignal = signalOf(given);
  if (given.method != null) given.method = methodOf(given.method);
  else delete given.method;
  const headers = given.headers === undefined ? undefined : headersOf(given.headers);
  if (headers) given.headers = headers;
  const body = bodyOf(given, isFromRequest ? undefined : "GET", isSent);
  // It is put in once the request is signed. Until then an empty one keeps the body of the caller's `Request` unread.
  if (body) given.body = isFromRequest ? new Uint8Array() : undefined;

  const asGiven = platformRequest(input, given);
  if (asGiven.mode === "no-cors") throw invalidRequest("init.mode", "must not be no-cors: it drops the signature");
  if (headers) checkSettable(headers, asGiven);
  if (body) {
    if (asGiven.headers.has("content-type")) body.type = "";
    else if (body.type) asGiven.headers.set("content-type", body.type);
  }
  // A followed redirect would carry credentials elsewhere. Only `manual` tells one from a broken connection.
  const request = again(asGiven, { redirect: "manual" });
  const { url, method } = request;
  const signal = givenSignal ?? (isFromRequest && given.signal !== null ? request.signal : undefined);
  if (signal?.aborted) throw signal.reason;
  return new Call({
    ...{ url, method, aws, signal, request, isSync },
    headers: [...request.headers].flat(),
    body: body ?? (isFromRequest && !isBodiless(method) ? { data: read(request), type: "" } : undefined),
    redirect: asGiven.redirect === "manual" ? "manual" : "error",
  });
}

/**
 * Captures a call without creating a `Request`, which costs more than all the rest.
 *
 * @param {string} url
 * @param {SignedRequestInit} given
 * @param {boolean} isSync
 */
function takeFast(url, given, isSync) {
  const aws = awsOf(given);
  const signal = signalOf(given);
  const method = methodOf(given.method ?? "GET");
  const headers = fastHeaders(given.headers);
  const { body: text } = given;
  const isText = typeof text === "string" && (isSync || text.length <= small()) && !isBodiless(method);
  const body = isText ? { data: text, type: TEXT } : bodyOf(given, method, false);
  if (body) {
    if (headers.some((name, at) => at % 2 === 0 && name === "content-type")) body.type = "";
    else if (body.type) headers.push("content-type", body.type);
  }
  return new Call({ url, method, headers, aws, signal, body, isSync });
}

/**
 * @param {RequestInfo | URL} input
 * @returns {input is Request} as far as it says so itself: the platform decides when it makes its own of it.
 */
const isRequest = (input) => kindOf(input) === "Request";

const isBodiless = (/** @type {string} */ method) => /^(GET|HEAD)$/.test(method);

/**
 * The members of an init.
 *
 * @param {any} init
 */
export function captureInit(init) {
  if (init != null && typeof init !== "object") throw invalidRequest("init", "must be an object");
  return ownCopy(init ?? {});
}

/** @param {SignedRequestInit} given */
function awsOf(given) {
  const aws = ownCopy(given.aws ?? undefined);
  if (aws === undefined) return undefined;
  if (typeof aws !== "object") throw invalidRequest("init.aws", "must be an object");
  aws.retry = ownCopy(aws.retry);
  if (aws.onProgress !== undefined && typeof aws.onProgress !== "function") {
    throw invalidRequest("init.aws.onProgress", "must be a function");
  }
  return aws;
}

/**
 * The signal of an init. An aborted one ends the call at once, as with `fetch`.
 *
 * @param {SignedRequestInit} given
 */
function signalOf({ signal, window }) {
  // Chromium ignores it.
  if (window != null) throw invalidRequest("init.window", "must be null");
  if (signal == null) return undefined;
  if (kindOf(signal) !== "AbortSignal") throw invalidRequest("init.signal", "must be an AbortSignal");
  if (signal.aborted) throw signal.reason;
  return signal;
}

/** "Normalize a method", Fetch standard: PATCH is not among them. */
function methodOf(/** @type {unknown} */ given) {
  const method = String(given);
  if (/^(delete|get|head|options|post|put)$/i.test(method)) return method.toUpperCase();
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method) || /^(connect|trace|track)$/i.test(method)) {
    throw invalidRequest("init.method", "is not one that browsers send");
  }
  return method;
}

/**
 * The body of an init.
 *
 * @param {SignedRequestInit} given
 * @param {string | undefined} method Undefined where only the platform knows it.
 * @param {boolean} isCopied
 */
function bodyOf(given, method, isCopied) {
  const { body, signal } = given;
  if (body == null) return undefined;
  const known = given.method ?? method;
  if (known && isBodiless(known)) throw invalidRequest("init.body", `does not go with ${known}`);
  try {
    return takeBody(body, signal ?? undefined, isCopied);
  } catch (cause) {
    throw invalidRequest("init.body", "is refused by the browser, see the cause", cause);
  }
}

/**
 * @param {string | Request} input
 * @param {SignedRequestInit} given
 */
function platformRequest(input, given) {
  try {
    try {
      return new Request(input, given);
    } catch (cause) {
      if (!given.signal) throw cause;
      // A test environment's `Request` may not accept its signals. The call obeys the signal without it, too.
      return new Request(input, Object.assign(ownCopy(given), { signal: null }));
    }
  } catch (cause) {
    throw invalidRequest("init", "is refused by the browser, see the cause", cause);
  }
}

/**
 * A copy that leaves the caller's `Request` usable; by the platform's own method, which the caller cannot replace.
 *
 * @param {Request} input
 * @returns {Request}
 */
function cloneOf(input) {
  try {
    return Request.prototype.clone.call(input);
  } catch (cause) {
    throw invalidRequest("input", "cannot be read, see the cause", cause);
  }
}

/**
 * A request like this one except for the change. Any `init` resets the referrer (Fetch standard), so it is repeated.
 *
 * @param {Request} request
 * @param {RequestInit} change
 */
export function again(request, change) {
  const { referrer, referrerPolicy } = request;
  return new Request(request, /** @type {RequestInit} */ ({ __proto__: null, referrer, referrerPolicy, ...change }));
}

/** The URL resolved last: many calls share one, those of GraphQL for instance, and parsing takes a microsecond. */
let last = { input: "", href: "" };

/** @param {string | URL} input */
function resolve(input) {
  if (input === last.input && input) return last.href;
  let url, base;
  try {
    const text = String(input);
    // Parsing is twice as fast without a base.
    base = /^https?:\/\//i.test(text) ? undefined : (globalThis.document?.baseURI ?? globalThis.location?.href);
    url = new URL(text, base);
  } catch {
    throw invalidRequest("input", "must be a URL; outside a page an absolute one");
  }
  const { href } = url;
  if (href.includes("@") && (url.username || url.password)) {
    throw invalidRequest("input", "must not hold user information");
  }
  if (typeof input === "string" && !base) last = { input, href };
  return href;
}

/** Names of headers that this browser is known to let a page set. */
const settable = /** @type {Set<string>} */ (new Set());

/**
 * Checked headers without `Headers` where possible: creating one costs more than the rest of a call.
 *
 * @param {any} given
 * @returns {string[]}
 */
function fastHeaders(given) {
  if (given === undefined) return [];
  const isRecord = given !== null && typeof given === "object" && !given[Symbol.iterator];
  const entries = isRecord ? Object.entries(given) : given;
  const plain = isRecord && plainHeaders(entries);
  if (plain) return plain;
  const headers = headersOf(entries);
  const names = [...headers.keys()];
  if (names.some((name) => !settable.has(name))) {
    checkSettable(headers, new Request("data:,", { headers }));
    for (const name of names) settable.add(name);
  }
  return [...headers].flat();
}

/**
 * The headers if they are already as `Headers` would write them; undefined if one has to be changed or checked.
 *
 * @param {[string, unknown][]} entries
 */
function plainHeaders(entries) {
  /** @type {string[]} */
  const headers = [];
  for (const [key, value] of entries) {
    const name = key.toLowerCase();
    const isPlain = settable.has(name) && typeof value === "string" && /^[!-~]+( [!-~]+)*$/.test(value);
    if (!isPlain || headers.includes(name)) return undefined;
    headers.push(name, value);
  }
  return headers;
}

/** @param {HeadersInit | undefined} given */
function headersOf(given) {
  try {
    return new Headers(given);
  } catch {
    throw invalidRequest("init.headers", "has a name or value that HTTP does not allow");
  }
}

/**
 * Refuses headers that the browser does not let a page set: it drops them silently.
 *
 * @param {Headers} given
 * @param {Request} request
 */
function checkSettable(given, { headers }) {
  for (const name of given.keys()) {
    if (!headers.has(name)) throw invalidRequest(`init.headers["${name}"]`, "is not allowed: browsers drop it");
  }
}
