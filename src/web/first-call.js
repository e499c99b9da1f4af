// @ts-check
// A call before the whole of the WebAssembly is there: signed by the small module, with the credentials of the head
// start, and sent. Nothing is decided here. Whatever is not plain, before the call or in its answer, is left to the
// whole.
import { attempt, write } from "./attempt.js";
import { MEDIUM, refuseUnreadable, sizeOf } from "./body.js";
import { isGood, regionOf } from "./head-start.js";
import { PLAIN, again } from "./request.js";
import { sha256 } from "./sha256.js";
import { values } from "./values.js";

/** @import { ClientOptions } from "./api.js" */
/** @import { Data } from "./body.js" */
/** @import { Emit } from "./events.js" */
/** @import { Issued } from "./head-start.js" */
/** @import { CapturedRequest } from "./request.js" */

/**
 * Whether calls of a client may be signed by the small module at all.
 *
 * @param {ClientOptions} options
 */
export const isPlain = ({ identityPoolId, identity, roleArn, classicFlow, shareBetweenTabs, allow, wasm, endpoints }) =>
  !!regionOf(identityPoolId) &&
  ![identity, roleArn, shareBetweenTabs, allow, wasm].some(Boolean) &&
  classicFlow === undefined &&
  !endpoints?.some?.((entry) => entry?.signAs);

/**
 * Whether a call is one that the small module can sign. Headers beyond ASCII would have the glue move all that crosses
 * with them, the secret key too, and leave what was there before.
 *
 * @param {CapturedRequest} captured
 */
const isPlainCall = ({ aws, lines, body, onProgress, request }) =>
  aws === PLAIN &&
  !/[^\n -~]/.test(lines) &&
  !onProgress &&
  !request.keepalive &&
  (!body || !!globalThis.crypto?.subtle);

/**
 * Not by asking for a `Blob`, which may be another realm's.
 *
 * @param {Uint8Array<ArrayBuffer> | Blob} data
 */
const bytesOf = async (data) =>
  data instanceof Uint8Array ? data : new Uint8Array(await data.arrayBuffer().catch(refuseUnreadable));

/**
 * Signs a call and sends it, if the small module takes it.
 *
 * @param {CapturedRequest} captured
 * @param {ClientOptions} options
 * @param {Promise<((values: string) => string) | undefined>} loading The small module.
 * @param {Promise<Issued | undefined>} issuing
 * @param {(issued: Issued) => boolean} use Throws, or says no, if they are somebody else's by now.
 * @param {Emit} emit
 */
export async function firstCall(captured, options, loading, issuing, use, emit) {
  if (!isPlainCall(captured)) return;
  const { url, lines, method, request, body, signal } = captured;
  const data = /** @type {Data | undefined} */ (await body?.data);
  if (data && (Array.isArray(data) || sizeOf(data) > MEDIUM)) return;
  const hash = data ? await sha256(await bytesOf(data)) : "";
  const [sign, issued] = await Promise.all([loading, issuing]);
  signal.throwIfAborted();
  if (!sign || !issued || !isGood(issued) || !use(issued)) return;
  const [key, secret, token] = issued.set;
  const { endpoints = [], region = regionOf(options.identityPoolId) } = options;
  const declared = endpoints.flatMap(({ url, service, region }) => [
    URL.canParse(url) ? new URL(url).href : "",
    service,
    region,
  ]);
  const answer = sign(values(Date.now(), url, lines, method, hash, key, secret, token, region, ...declared));
  if (!answer) return;
  const signed = data ? again(request, { body: data }) : request;
  write(signed.headers, [...answer.split("\0"), token], "set");
  return attempt(signed, captured, 1, emit);
}
