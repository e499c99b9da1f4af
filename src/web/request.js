// @ts-check
// From `fetch`'s arguments to a signed `Request`. The bytes that are hashed are the bytes that are sent.
import { fieldError } from "./error.js";
import * as op from "./operation.js";
import { signedOut } from "./session.js";

/** @import { SignedRequestInit } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { Session } from "./session.js" */
/** @typedef {ReturnType<typeof capture>} Captured */

/**
 * Takes down what the caller gives at the moment of the call, as `fetch` does: later changes of a buffer or a header
 * object do not reach the request.
 *
 * @param {RequestInfo | URL} input
 * @param {SignedRequestInit} [init]
 */
export function capture(input, init = {}) {
  const invalid = (/** @type {string} */ field, /** @type {string} */ what, /** @type {unknown} */ cause) =>
    fieldError("INVALID_REQUEST", field, what, cause);
  const from = input instanceof Request ? input : undefined;
  if (!from && !URL.canParse(/** @type {string} */ (input), globalThis.location?.href)) {
    throw invalid("input", "must be a URL; outside a page an absolute one", undefined);
  }
  let given;
  try {
    // A `Request` drops what browsers forbid; here it can still be seen and refused.
    given = new Headers(init.headers);
  } catch {
    throw invalid("init.headers", "has a name or value that HTTP does not allow", undefined);
  }
  // A followed redirect would carry credentials to wherever it points.
  const redirect = (init.redirect ?? from?.redirect) === "manual" ? "manual" : "error";
  // Any `init` resets the referrer of a `Request` (Fetch standard): it is said again.
  const kept = from && { referrer: from.referrer, referrerPolicy: from.referrerPolicy };
  let request;
  try {
    request = new Request(input, { ...kept, ...init, redirect });
  } catch (cause) {
    throw invalid("init", "is refused by the browser, see the cause", cause);
  }
  // What the browser does not let a page set, it has dropped without a word.
  for (const [name] of given) {
    if (!request.headers.has(name)) throw invalid(`init.headers["${name}"]`, "is not allowed: browsers drop it", undefined);
  }
  if (request.mode === "no-cors") throw invalid("init.mode", "must not be no-cors: it drops the signature", undefined);
  const { service, region, signAs } = init.aws ?? {};
  return { request, aws: [service, region, signAs] };
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
 * @returns {Promise<Request>}
 */
export async function sign(core, session, { request, aws }) {
  const { epoch } = session;
  const { method, url, headers } = request;
  core(op.CHECK, url, lines(headers), ...aws);
  // Firefox has no `Request.body` to ask whether there is one, so the method decides.
  const body = /^(GET|HEAD)$/.test(method) ? undefined : new Uint8Array(await request.arrayBuffer());
  const hash = body && core(op.HASH, body);
  await session.ready();
  if (session.epoch !== epoch) throw signedOut();
  const added = core(op.SIGN, Date.now(), url, lines(headers), ...aws, method, hash);
  if (added === undefined) throw signedOut();
  const { referrer, referrerPolicy } = request;
  const signed = body ? new Request(request, { body, referrer, referrerPolicy }) : request;
  for (const line of added.split("\n")) {
    const colon = line.indexOf(":");
    signed.headers.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return signed;
}
