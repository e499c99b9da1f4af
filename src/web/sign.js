// @ts-check
// From what was captured to its signature. The bytes that are hashed are the bytes that are sent.
import { write } from "./attempt.js";
import { MEDIUM, handled, sizeOf } from "./body.js";
import { SMALL, digest } from "./digest.js";
import * as op from "./operation.js";
import { again, invalid } from "./request.js";
import { encodeShort } from "./short-text.js";

/** @import { Body, Data } from "./body.js" */
/** @import { Core } from "./core.js" */
/** @import { Session } from "./session.js" */
/** @import { Captured, CapturedRequest } from "./request.js" */

/**
 * Refuses what must not be signed or sent, before anything is waited for.
 *
 * @param {Core} core
 * @param {Captured} captured
 */
const checkTarget = (core, { url, lines, aws }) => core.call(op.CHECK, `${url}\0${lines}\0${aws}`);

/**
 * What the headers say that the signature brings; nothing if there have to be credentials first.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 * @param {string | undefined} hash
 * @param {boolean} [renewed] Whether the credentials are as new as they can be.
 * @param {string} [body] In place of its hash.
 */
function added(core, session, { url, method, lines, aws }, hash = "", renewed, body = "") {
  const now = Date.now();
  session.glanceAtClock(now);
  const how = `${method}\0${hash}\0${renewed ? 1 : ""}\0${body}`;
  // None of these holds a NUL.
  const added = core.sign(`${now}\0${url}\0${lines}\0${aws}\0${how}`);
  // They end soon. Nobody waits for the new ones, and whoever waits later hears what goes wrong.
  if (added?.[4]) session.ready().catch(() => {});
  return added;
}

/** So many characters go along with what is signed, to be hashed there. */
const TINY = 2 ** 10;

/** Whether there is a body to hash, though perhaps an empty one. */
const isHashed = (/** @type {Captured} */ { body, unsigned }) => !!body && !unsigned;

/** What browsers let live longer than its page, in bytes ("HTTP-network-or-cache fetch", Fetch standard). */
const KEEPALIVE = 65_536;

/**
 * The hash of the body, at once if that takes no time.
 *
 * @param {Core} core
 * @param {Captured} captured
 * @param {() => void} check
 */
function payloadHash(core, captured, check) {
  if (!isHashed(captured)) return undefined;
  const { onProgress } = captured;
  let { data } = /** @type {Body} */ (captured.body);
  if (isQuick(captured)) return core.hash(/** @type {string} */ (data));
  if (typeof data === "string") data = onProgress ? new TextEncoder().encode(data) : encodeShort(data);
  // In this turn: the next short text takes its place.
  if (data instanceof Uint8Array && data.length <= MEDIUM) return handled(digest(data, check, onProgress));
  checkTarget(core, captured);
  return handled(Promise.resolve(data).then((data) => data && digest(data, check, onProgress)));
}

/**
 * Whether the body is hashed at once. What may outlive its page always is, as there may be no time for WebCrypto to
 * answer while the page goes.
 *
 * @param {Captured & Partial<CapturedRequest>} captured
 */
function isQuick({ body, request, onProgress }) {
  const data = body?.data;
  const most = request?.keepalive ? KEEPALIVE : SMALL;
  return !onProgress && (typeof data === "string" || data instanceof Uint8Array) && data.length <= most;
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
 * @param {string[]} added
 */
const headersToSet = ({ body }, added) =>
  // To append is faster than to set, and none of them is there before.
  write(new Headers(body?.type ? { "content-type": body.type } : undefined), added, "append");

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
 * The same if nothing has to be waited for: each turn of waiting would be a tenth of a small signature's time.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 */
export const signHeadersAtOnce = (core, session, captured) =>
  isHashed(captured) && !isQuick(captured) ? undefined : signHeadersNow(core, session, captured);

/**
 * The same without waiting; none if there are no credentials.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {Captured} captured
 */
export function signHeadersNow(core, session, captured) {
  let hash, text;
  if (isHashed(captured)) {
    const { data } = /** @type {Body} */ (captured.body);
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw invalid("init.body", "takes time to read: use signHeaders, or give a string or bytes");
    }
    // To cross the border once more takes longer than to hash a tiny text.
    if (typeof data === "string" && data.length <= TINY && !data.includes("\0")) text = data;
    else hash = core.hash(data);
  }
  const answer = added(core, session, captured, hash, false, text);
  return answer ? headersToSet(captured, answer) : undefined;
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
  const answer = await authorise(core, session, captured, check);
  const { body, request } = captured;
  const data = /** @type {Data | undefined} */ (await body?.data);
  if (data && request.keepalive && sizeOf(data) > KEEPALIVE) {
    throw invalid("init.keepalive", "takes bodies of up to 64 KiB");
  }
  const whole = Array.isArray(data) ? new Blob(data) : data;
  // Once, however often it is sent.
  if (body && whole) body.data = whole;
  // A request without a body is not given an empty one: that would add a content-length.
  const signed = whole ? again(request, { body: whole }) : request;
  // Over those of an earlier attempt.
  write(signed.headers, answer, "set");
  return signed;
}
