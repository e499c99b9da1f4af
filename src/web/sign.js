// @ts-check
// From what was captured to its signature. The bytes that are hashed are the bytes that are sent.
import { handled } from "./body.js";
import { SMALL, digest } from "./digest.js";
import * as op from "./operation.js";
import { again, invalid } from "./request.js";

/** @import { Core } from "./core.js" */
/** @import { Session } from "./session.js" */
/** @import { Captured, CapturedRequest } from "./request.js" */

/**
 * The headers as the handle reads them.
 *
 * @param {Headers} headers
 */
export const lines = (headers) => [...headers].map(([name, value]) => `${name}:${value}\n`).join("");

/**
 * Refuses what must not be signed or sent, before anything is waited for.
 *
 * @param {Core} core
 * @param {Captured} captured
 */
export const checkTarget = (core, { url, headers, aws }) => core.run(op.CHECK, url, lines(headers), ...aws);

/**
 * The headers that the signature brings, a line of `name:value` each; none without credentials.
 *
 * @param {Core} core
 * @param {Captured} captured
 * @param {string | undefined} hash
 */
const added = (core, { url, method, headers, aws }, hash) =>
  core.run(op.SIGN, Date.now(), url, lines(headers), ...aws, method, hash);

/**
 * Sets the headers that {@link added} gives.
 *
 * @param {Headers} headers
 * @param {string} added
 */
function setLines(headers, added) {
  for (const line of added.split("\n")) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return headers;
}

/** Whether the caller wants the body left out of the signature: then nothing is hashed. */
const isUnsigned = (/** @type {Captured["aws"]} */ aws) => !!aws[3];

/**
 * The hash of the body, at once if that takes no time.
 *
 * @param {Core} core
 * @param {Captured} captured
 * @param {() => void} check
 */
function payloadHash(core, { body, aws, onProgress }, check) {
  if (!body || isUnsigned(aws)) return undefined;
  const { data } = body;
  if (data instanceof Uint8Array && data.length <= SMALL && !onProgress) return core.hash(data);
  return handled(Promise.resolve(data).then((data) => data && digest(data, check, onProgress)));
}

/**
 * Waits for hash and credentials.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 * @param {() => void} check
 */
async function authorise(core, session, captured, check) {
  /** Refuses to go on for somebody who is gone, or waits no longer. */
  const stillWanted = () => {
    check();
    captured.signal?.throwIfAborted();
  };
  checkTarget(core, captured);
  const hash = await (captured.hash ??= payloadHash(core, captured, stillWanted));
  for (;;) {
    stillWanted();
    await session.ready();
    stillWanted();
    const lines = added(core, captured, hash);
    // None: other logins came at the last moment.
    if (lines) return lines;
  }
}

/**
 * The headers to set on what was captured: those of the signature, and the content type that the body brings.
 *
 * @param {Captured} captured
 * @param {string} lines
 */
const headersToSet = ({ body }, lines) =>
  setLines(new Headers(body?.type ? { "content-type": body.type } : undefined), lines);

/**
 * Signs what was captured, for somebody else to send.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 * @param {() => void} check
 */
export const signHeaders = async (core, session, captured, check) =>
  headersToSet(captured, await authorise(core, session, captured, check));

/**
 * The same without waiting; there have to be credentials.
 *
 * @param {Core} core
 * @param {Captured} captured
 */
export function signHeadersNow(core, captured) {
  const data = captured.body?.data;
  if (data && !(data instanceof Uint8Array) && !isUnsigned(captured.aws)) {
    throw invalid("init.body", "takes time to read: use signHeaders, or give a string or bytes");
  }
  return headersToSet(captured, added(core, captured, data && core.hash(/** @type {Uint8Array} */ (data))));
}

/**
 * Signs what was captured to be sent; as often as it is sent.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {CapturedRequest} captured
 * @param {() => void} check
 * @returns {Promise<Request>}
 */
export async function sign(core, session, captured, check) {
  const lines = await authorise(core, session, captured, check);
  const body = await captured.body?.data;
  // A request without a body is not given an empty one: that would add a content-length.
  const signed = body ? again(captured.request, { body }) : captured.request;
  setLines(signed.headers, lines);
  return signed;
}
