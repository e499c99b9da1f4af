// @ts-check
// `fetch`'s arguments, taken down at the moment of the call as `fetch` does: later changes of a buffer or a header
// object do not reach the request.
import { isFleeting, kindOf, read, takeBody } from "./body.js";
import { fieldError } from "./error.js";
import { readPolicy } from "./retry.js";
import { NO_REDIRECT } from "./transport.js";
import { values } from "./values.js";

/** @import { HashProgress, PresignInit, SignedRequestInit } from "./api.js" */
/** @import { Body } from "./body.js" */

/**
 * @typedef {object} Captured
 * @property {Request} [from] The input, if it is a `Request`.
 * @property {string} url
 * @property {string} method
 * @property {string} lines What the caller gives as headers, and the content type that the body brings, as the handle
 * takes them: a line of `name:value` each.
 * @property {Headers} [headers] The same, unless they could be taken down without.
 * @property {string} aws `init.aws`, as the handle takes it.
 * @property {boolean} unsigned Whether the body is left out of the signature: then nothing is hashed.
 * @property {(number | undefined)[]} policy `init.aws.retry`, as the handle takes it.
 * @property {Body} [body]
 * @property {AbortSignal} [signal]
 * @property {(progress: HashProgress) => void} [onProgress]
 * @property {string | Promise<string | undefined>} [hash] Made once, however often the call is signed.
 */
/**
 * @typedef {Captured & { headers: Headers, request: Request, signal: AbortSignal, redirect: RequestRedirect }}
 * CapturedRequest
 * The request is sent with `manual`, so that a redirect can be told from a broken connection; `redirect` is what the
 * caller is to see.
 */
/** @typedef {Captured & { expiresSeconds?: number }} CapturedPresigned */

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
  const captured = parts(input, given, false);
  const { from, headers } = captured;
  if (headers && [...headers.keys()].some((name) => !settable.has(name))) {
    checkSettable(headers, new Request("data:,", { headers }));
    for (const name of headers.keys()) settable.add(name);
  }
  if (from && !captured.body && !isBodiless(captured)) captured.body = { data: read(from.clone()), type: "" };
  return captured;
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
  const captured = parts(input, given, true);
  const { from, url, body } = captured;
  const headers = /** @type {Headers} */ (captured.headers);
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
  if (from && !body && !isBodiless(captured)) captured.body = { data: read(request), type: "" };
  return { ...captured, headers, request, signal, redirect };
}

/**
 * Takes down what is presigned.
 *
 * @param {string | URL} url
 * @param {PresignInit} [init]
 * @returns {CapturedPresigned}
 */
export function capturePresigned(url, init) {
  const captured = capture(url, init);
  if (captured.body) throw invalid("init.body", "is not part of a presigned URL: whoever uses the URL sends it");
  return { ...captured, expiresSeconds: init?.expiresSeconds };
}

const isBodiless = (/** @type {{ method: string }} */ { method }) => /^(GET|HEAD)$/.test(method);

/**
 * The members of an init, each read once. The inherited ones too: a `Request` may be the init, and there they are its
 * prototype's.
 *
 * @param {SignedRequestInit | null | undefined} init
 */
function members(init) {
  if (init != null && !/^(object|function)$/.test(typeof init)) throw invalid("init", "must be an object");
  const given = /** @type {SignedRequestInit} */ ({});
  // An assignment by name, once for each, is all that a small signature has time for.
  for (const name in init) /** @type {any} */ (given)[name] = /** @type {any} */ (init)[name];
  return given;
}

/**
 * What both ways of calling take down.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} given
 * @param {boolean} sent Whether we send it.
 * @returns {Captured}
 */
function parts(input, given, sent) {
  const from = typeof input !== "string" && kindOf(input) === "Request" ? /** @type {Request} */ (input) : undefined;
  const url = from ? from.url : resolve(/** @type {string | URL} */ (input));
  let method = String(given.method ?? from?.method ?? "GET");
  // "Normalize a method", Fetch standard: PATCH is not among them.
  if (/^(delete|get|head|options|post|put)$/i.test(method)) method = method.toUpperCase();
  else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method) || /^(connect|trace|track)$/i.test(method)) {
    throw invalid("init.method", "is not one that browsers send");
  }
  // Chromium takes no notice of it.
  if (given.window != null) throw invalid("init.window", "must be null");
  const signal = given.signal === undefined ? from?.signal : (given.signal ?? undefined);
  if (signal && typeof signal.aborted !== "boolean") throw invalid("init.signal", "must be an AbortSignal");
  const own = given.headers === undefined ? from?.headers : given.headers;
  let lines = sent ? undefined : plainLines(own);
  let headers;
  try {
    // A `Request` drops what browsers forbid; here it can still be seen and refused.
    if (lines === undefined) headers = new Headers(own);
  } catch {
    throw badHeaders();
  }
  lines ??= linesOf(/** @type {Headers} */ (headers));
  const aws = overrides(given.aws);
  const onProgress = given.aws?.onProgress;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid("init.aws.onProgress", "must be a function");
  }
  const policy = readPolicy(given.aws?.retry, "init.aws.retry", invalid);
  signal?.throwIfAborted();
  let body;
  if (given.body != null) {
    if (isBodiless({ method })) throw invalid("init.body", `does not go with ${method}`);
    try {
      body = takeBody(given.body, signal, sent);
    } catch (cause) {
      throw invalid("init.body", "is refused by the browser, see the cause", cause);
    }
    if (/^content-type:/m.test(lines)) body.type = "";
    else if (body.type) {
      lines += `content-type:${body.type}\n`;
      headers?.set("content-type", body.type);
    }
  }
  const unsigned = !!given.aws?.unsignedPayload;
  return { from, url, method, lines, headers, aws, unsigned, policy, signal, onProgress, body };
}

const linesOf = (/** @type {Headers} */ headers) => [...headers].map(([name, value]) => `${name}:${value}\n`).join("");

/**
 * The lines of headers that are written as `Headers` would write them, which costs more than all the rest; nothing if
 * there is anything to be changed or checked.
 *
 * @param {any} given
 */
function plainLines(given) {
  if (given === undefined) return "";
  if (given === null || typeof given !== "object" || given[Symbol.iterator]) return undefined;
  let lines = "";
  for (const key of Object.keys(given)) {
    const value = given[key];
    const name = key.toLowerCase();
    const isPlain = settable.has(name) && typeof value === "string" && /^[!-~]+( [!-~]+)*$/.test(value);
    if (!isPlain || (lines && `\n${lines}`.includes(`\n${name}:`))) return undefined;
    lines += `${name}:${value}\n`;
  }
  return lines;
}

/** No `init.aws`, as the handle takes it. */
export const PLAIN = "\0\0\0";

/**
 * `init.aws`, as the handle takes it.
 *
 * @param {any} aws
 */
function overrides(aws) {
  if (aws == null) return PLAIN;
  const { unsignedPayload } = aws;
  if (unsignedPayload !== undefined && typeof unsignedPayload !== "boolean") {
    throw invalid("init.aws.unsignedPayload", "must be true or false");
  }
  const texts = ["service", "region", "signAs"].map((name) => {
    const value = aws[name];
    if (value !== undefined && (!value || typeof value !== "string")) {
      throw invalid(`init.aws.${name}`, "must be a non-empty string");
    }
    return value;
  });
  return values(...texts, unsignedPayload ? 1 : "");
}

/** What was resolved last: many calls have one URL, those of GraphQL for instance, and to read it takes a microsecond. */
let last = { input: "", href: "" };

/** @param {string | URL} input */
function resolve(input) {
  if (input === last.input && input) return last.href;
  let url, base;
  try {
    // Without a base that it does not need it is read twice as fast.
    base = /^https?:\/\//i.test(String(input))
      ? undefined
      : (globalThis.document?.baseURI ?? globalThis.location?.href);
    url = new URL(input, base);
  } catch {
    throw invalid("input", "must be a URL; outside a page an absolute one");
  }
  const { href } = url;
  if (href.includes("@") && (url.username || url.password)) throw invalid("input", "must not hold user information");
  if (typeof input === "string" && !base) last = { input, href };
  return href;
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
