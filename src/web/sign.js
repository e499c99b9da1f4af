// @ts-check
// From what was captured to its signature. The bytes that are hashed are the bytes that are sent.
import { handled } from "./body.js";
import { SMALL, digest } from "./digest.js";
import * as op from "./operation.js";
import { again, invalid } from "./request.js";

/** @import { Data } from "./body.js" */
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
 * The headers that the signature brings, a line of `name:value` each; none if there have to be credentials first.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 * @param {string | undefined} hash
 * @param {boolean} [renewed] Whether the credentials are as new as they can be.
 */
function added(core, session, { url, method, headers, aws }, hash, renewed) {
  session.watchClock();
  const answer = core.run(op.SIGN, Date.now(), url, lines(headers), ...aws, method, hash, renewed ? 1 : "");
  if (answer[0] !== "\x02") return answer;
  // They end soon. Nobody waits for the new ones, and whoever waits later hears what goes wrong.
  session.ready().catch(() => {});
  return answer.slice(1);
}

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
function payloadHash(core, captured, check) {
  const { body, aws, onProgress } = captured;
  if (!body || isUnsigned(aws)) return undefined;
  const { data } = body;
  if (data instanceof Uint8Array && data.length <= SMALL && !onProgress) return core.hash(data);
  checkTarget(core, captured);
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
  const hash = await (captured.hash ??= payloadHash(core, captured, stillWanted));
  for (let renewed = false; ; renewed = true) {
    stillWanted();
    // What must not be signed or sent is refused here, too, before credentials are waited for.
    const answer = added(core, session, captured, hash, renewed);
    // None although they were renewed: other logins came at the last moment.
    if (answer) return answer;
    await session.ready();
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
 * @param {Session} session
 * @param {Captured} captured
 */
export function signHeadersNow(core, session, captured) {
  const data = captured.body?.data;
  if (data && !(data instanceof Uint8Array) && !isUnsigned(captured.aws)) {
    throw invalid("init.body", "takes time to read: use signHeaders, or give a string or bytes");
  }
  return headersToSet(captured, added(core, session, captured, data && core.hash(/** @type {Uint8Array} */ (data))));
}

/** What browsers let live longer than its page, in bytes ("HTTP-network-or-cache fetch", Fetch standard). */
const KEEPALIVE = 65_536;

/** @param {Data | undefined} data */
const sizeOf = (data) => (data instanceof Uint8Array ? data.length : (data?.size ?? 0));

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
  const answer = await authorise(core, session, captured, check);
  const body = await captured.body?.data;
  if (captured.request.keepalive && sizeOf(body) > KEEPALIVE) {
    throw invalid("init.keepalive", "takes bodies of up to 64 KiB");
  }
  // A request without a body is not given an empty one: that would add a content-length.
  const signed = body ? again(captured.request, { body }) : captured.request;
  setLines(signed.headers, answer);
  return signed;
}
