// @ts-check
// `fetch`'s arguments, taken down at the moment of the call as `fetch` does: later changes of a buffer or a header
// object do not reach the request.
import { isFleeting, kindOf, read, takeBody } from "./body.js";
import { fieldError } from "./error.js";
import { readPolicy } from "./retry.js";
import { NO_REDIRECT } from "./transport.js";

/** @import { HashProgress, SignedRequestInit } from "./api.js" */
/** @import { Body } from "./body.js" */

/**
 * @typedef {object} Captured
 * @property {string} url
 * @property {string} method
 * @property {Headers} headers What the caller gives, and the content type that the body brings.
 * @property {(string | undefined)[]} aws `init.aws`, as the handle takes it.
 * @property {(number | undefined)[]} policy `init.aws.retry`, as the handle takes it.
 * @property {Body} [body]
 * @property {AbortSignal} [signal]
 * @property {(progress: HashProgress) => void} [onProgress]
 * @property {string | Promise<string | undefined>} [hash] Made once, however often the call is signed.
 */
/**
 * @typedef {Captured & { request: Request, signal: AbortSignal, redirect: RequestRedirect }} CapturedRequest
 * The request is sent with `manual`, so that a redirect can be told from a broken connection; `redirect` is what the
 * caller is to see.
 */

export const invalid = fieldError.bind(undefined, "INVALID_REQUEST");

/** Names of headers that this browser lets a page set, as far as they were asked for. */
const settable = /** @type {Set<string>} */ (new Set());

/**
 * Takes down what is signed, for callers who send themselves, without the cost of a `Request`. Bytes are not copied,
 * and a `Request` that is given stays usable.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 * @returns {Captured}
 */
export function capture(input, init) {
  const given = members(init);
  if (isFleeting(given.body)) {
    throw invalid("init.body", "cannot be sent as it is signed by anybody else: use signedFetch or sign");
  }
  const { from, ...captured } = parts(input, given, false);
  const { method, headers } = captured;
  if ([...headers.keys()].some((name) => !settable.has(name))) {
    checkSettable(headers, new Request("data:,", { headers }));
    for (const name of headers.keys()) settable.add(name);
  }
  if (captured.body || !from || isBodiless(method)) return captured;
  return { ...captured, body: { data: read(from.clone()), type: "" } };
}

/**
 * Takes down what is signed and sent: `request` is what will be sent but for the signature and the body. The body of a
 * `Request` that is given is used up, as by `fetch`.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 * @returns {CapturedRequest}
 */
export function captureRequest(input, init) {
  const given = members(init);
  const { from, ...captured } = parts(input, given, true);
  const { url, method, headers, body } = captured;
  let request, asGiven;
  try {
    asGiven = new Request(from ?? url, {
      ...given,
      // Not always, as any member makes the browser forget the referrer of a `Request` that is the input.
      ...((body || given.headers !== undefined) && { headers }),
      // That there is one is checked now; it is put in when it is signed.
      body: body && new Uint8Array(),
    });
    request = again(asGiven, { redirect: "manual" });
  } catch (cause) {
    throw invalid("init", "is refused by the browser, see the cause", cause);
  }
  checkSettable(headers, request);
  if (request.mode === "no-cors") throw invalid("init.mode", "must not be no-cors: it drops the signature");
  const { signal } = request;
  // A followed redirect would carry credentials to wherever it points.
  /** @type {RequestRedirect} */
  const redirect = asGiven.redirect === "manual" ? "manual" : NO_REDIRECT;
  const all = { ...captured, request, signal, redirect };
  return body || !from || isBodiless(method) ? all : { ...all, body: { data: read(request), type: "" } };
}

const isBodiless = (/** @type {string} */ method) => /^(GET|HEAD)$/.test(method);

/**
 * The members of an init, each read once. The inherited ones too: a `Request` may be the init, and there they are its
 * prototype's.
 *
 * @param {SignedRequestInit | null | undefined} init
 */
function members(init) {
  if (init != null && !/^(object|function)$/.test(typeof init)) throw invalid("init", "must be an object");
  const given = /** @type {SignedRequestInit} */ ({});
  for (const name in init) Object.assign(given, { [name]: /** @type {any} */ (init)[name] });
  return given;
}

/**
 * What both ways of calling take down.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} given
 * @param {boolean} sent Whether we send it.
 * @returns {Captured & { from?: Request }}
 */
function parts(input, given, sent) {
  const from = kindOf(input) === "Request" ? /** @type {Request} */ (input) : undefined;
  const url = from ? from.url : resolve(/** @type {string | URL} */ (input));
  let method = String(given.method ?? from?.method ?? "GET");
  // "Normalize a method", Fetch standard: PATCH is not among them.
  if (/^(delete|get|head|options|post|put)$/i.test(method)) method = method.toUpperCase();
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method) || /^(connect|trace|track)$/i.test(method)) {
    throw invalid("init.method", "is not one that browsers send");
  }
  // Chromium takes no notice of it.
  if (given.window != null) throw invalid("init.window", "must be null");
  const signal = given.signal === undefined ? from?.signal : (given.signal ?? undefined);
  if (signal && typeof signal.aborted !== "boolean") throw invalid("init.signal", "must be an AbortSignal");
  let headers;
  try {
    // A `Request` drops what browsers forbid; here it can still be seen and refused.
    headers = new Headers(given.headers === undefined ? from?.headers : given.headers);
  } catch {
    throw badHeaders();
  }
  const aws = overrides(given.aws);
  const onProgress = given.aws?.onProgress;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid("init.aws.onProgress", "must be a function");
  }
  const policy = readPolicy(given.aws?.retry, "init.aws.retry", invalid);
  signal?.throwIfAborted();
  const captured = { from, url, method, headers, aws, policy, signal, onProgress };
  if (given.body == null) return captured;
  if (isBodiless(method)) throw invalid("init.body", `does not go with ${method}`);
  let body;
  try {
    body = takeBody(given.body, signal, sent);
  } catch (cause) {
    throw invalid("init.body", "is refused by the browser, see the cause", cause);
  }
  if (headers.has("content-type")) body.type = "";
  else if (body.type) headers.set("content-type", body.type);
  return { ...captured, body };
}

/**
 * `init.aws`, as the handle takes it.
 *
 * @param {any} aws
 */
function overrides(aws) {
  const { unsignedPayload } = aws ?? {};
  if (unsignedPayload !== undefined && typeof unsignedPayload !== "boolean") {
    throw invalid("init.aws.unsignedPayload", "must be true or false");
  }
  const texts = ["service", "region", "signAs"].map((name) => {
    const value = aws?.[name];
    if (value !== undefined && (!value || typeof value !== "string")) {
      throw invalid(`init.aws.${name}`, "must be a non-empty string");
    }
    return value;
  });
  return [...texts, unsignedPayload ? "1" : ""];
}

/** @param {string | URL} input */
function resolve(input) {
  let url;
  try {
    // Without a base that it does not need it is read twice as fast.
    const base = /^https?:\/\//i.test(String(input))
      ? undefined
      : (globalThis.document?.baseURI ?? globalThis.location?.href);
    url = new URL(input, base);
  } catch {
    throw invalid("input", "must be a URL; outside a page an absolute one");
  }
  if (url.username || url.password) throw invalid("input", "must not hold user information");
  return url.href;
}

/**
 * Names what the browser does not let a page set, and drops without a word.
 *
 * @param {Headers} given
 * @param {Request} request
 */
function checkSettable(given, { headers }) {
  for (const name of given.keys()) {
    if (!headers.has(name)) throw invalid(`init.headers["${name}"]`, "is not allowed: browsers drop it");
  }
}

export const badHeaders = () => invalid("init.headers", "has a name or value that HTTP does not allow");

/**
 * A request like this one but for the change. Any `init` resets the referrer (Fetch standard): it is said again.
 *
 * @param {Request} request
 * @param {RequestInit} change
 */
export function again(request, change) {
  const { referrer, referrerPolicy } = request;
  return new Request(request, { referrer, referrerPolicy, ...change });
}
