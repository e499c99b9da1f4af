// @ts-check
// From `fetch`'s arguments to a signed `Request`. The bytes that are hashed are the bytes that are sent.
import { fieldError } from "./error.js";
import * as op from "./operation.js";

/** @import { SignedRequestInit } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { Session } from "./session.js" */
/** @typedef {ReturnType<typeof capture>} Captured */

const invalid = fieldError.bind(undefined, "INVALID_REQUEST");

/**
 * Takes down what the caller gives at the moment of the call, as `fetch` does: later changes of a buffer or a header
 * object do not reach the request.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 */
export function capture(input, init) {
  const from = input instanceof Request ? input : undefined;
  if (!from && !URL.canParse(/** @type {string} */ (input), globalThis.location?.href)) {
    throw invalid("input", "must be a URL; outside a page an absolute one");
  }
  let given;
  try {
    // A `Request` drops what browsers forbid; here it can still be seen and refused.
    given = new Headers(init?.headers);
  } catch {
    throw badHeaders();
  }
  let request;
  try {
    // An iterator of headers is used up by now.
    const asGiven = new Request(input, init instanceof Request || !init?.headers ? init : { ...init, headers: given });
    // A followed redirect would carry credentials to wherever it points.
    request = again(asGiven, { redirect: asGiven.redirect === "manual" ? "manual" : "error" });
  } catch (cause) {
    throw invalid("init", "is refused by the browser, see the cause", cause);
  }
  // What the browser does not let a page set, it has dropped without a word.
  for (const [name] of given) {
    if (!request.headers.has(name)) throw invalid(`init.headers["${name}"]`, "is not allowed: browsers drop it");
  }
  if (request.mode === "no-cors") throw invalid("init.mode", "must not be no-cors: it drops the signature");
  const aws = ["service", "region", "signAs"].map((name) => {
    const value = /** @type {any} */ (init)?.aws?.[name];
    if (value !== undefined && (!value || typeof value !== "string")) {
      throw invalid(`init.aws.${name}`, "must be a non-empty string");
    }
    return value;
  });
  return { request, aws };
}

export const badHeaders = () => invalid("init.headers", "has a name or value that HTTP does not allow");

/**
 * A request like this one but for the change. Any `init` resets the referrer (Fetch standard): it is said again.
 *
 * @param {Request} request
 * @param {RequestInit} change
 */
function again(request, change) {
  const { referrer, referrerPolicy } = request;
  return new Request(request, { referrer, referrerPolicy, ...change });
}

/**
 * The headers as the handle reads them.
 *
 * @param {Headers} headers
 */
const lines = (headers) => [...headers].map(([name, value]) => `${name}:${value}\n`).join("");

/**
 * Signs what was captured.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 * @param {() => void} check
 * @returns {Promise<Request>}
 */
export async function sign(core, session, { request, aws }, check) {
  const { method, url, headers } = request;
  const given = lines(headers);
  core.run(op.CHECK, url, given, ...aws);
  // Firefox has no `Request.body` to ask whether there is one, so the method decides.
  const body = /^(GET|HEAD)$/.test(method) ? undefined : new Uint8Array(await request.arrayBuffer());
  const hash = body && core.hash(body);
  let added = "";
  // None: other logins came at the last moment.
  while (!added) {
    check();
    await session.ready();
    check();
    added = core.run(op.SIGN, Date.now(), url, given, ...aws, method, hash);
  }
  // A request without a body is not given an empty one: that would add a content-length.
  const signed = request.bodyUsed ? again(request, { body }) : request;
  for (const line of added.split("\n")) {
    const colon = line.indexOf(":");
    signed.headers.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return signed;
}
