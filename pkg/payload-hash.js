// @ts-check
// The SHA-256 of bodies that take time, without blocking the page.
import { MEDIUM, handled, isBytes, refuseUnreadable, sizeOf } from "./body.js";
import { HashWorker } from "./hash-worker.js";
import { Hasher } from "./wasm/sigfetch.js";
import { yielder } from "./yield.js";

/** @import { HashProgress } from "./api.js" */
/** @import { Data, Pieces } from "./body.js" */

/** Bytes of a `Blob` read at a time: each reading costs about a millisecond. */
const READ = 2 ** 20;

/** Bytes passed on at a time: WebAssembly's memory never shrinks. */
const PIECE = 2 ** 16;

/**
 * Up to here a worker hashes bytes that are there already: it takes two copies for a moment, ours and WebCrypto's.
 * Bodies that are a copy themselves, or have to be read for it, would take a third and are hardly hashed sooner.
 */
const LARGE = 2 ** 26;

const canDigest = () => !!globalThis.crypto?.subtle;

/**
 * Up to here bytes are hashed at once by the WebAssembly: in less time than WebCrypto needs to start and to answer, or,
 * on insecure http where there is no WebCrypto, in a tenth of a millisecond.
 */
export const small = () => (canDigest() ? 2 ** 13 : 2 ** 15);

/** Whether {@link hashPayload} has taken a body when it returns, so that its bytes may change afterwards. */
export const isTakenAtOnce = (/** @type {unknown} */ data) =>
  isBytes(data) && canDigest() && data.length > small() && data.length <= MEDIUM;

/** @type {HashWorker | undefined} */
let worker;

/**
 * The lower-case hex SHA-256 of a body.
 *
 * @param {Data} data
 * @param {() => void} check Throws when the hash is not wanted any more.
 * @param {((progress: HashProgress) => void) | undefined} onProgress
 * @returns {Promise<string>}
 */
export async function hashPayload(data, check, onProgress) {
  const total = sizeOf(data);
  let told = -1;
  // Never fewer bytes than before, even if hashing starts anew in the page after a worker has failed.
  const tell = (/** @type {number} */ hashed) => {
    if (hashed > told) onProgress?.({ hashed: (told = hashed), total });
  };
  const hash = (await digest(data, total, check, tell)) ?? (await hashInTurns(data, check, tell));
  tell(total);
  return hash;
}

/**
 * By WebCrypto, where that is possible and faster.
 *
 * @param {Data} data
 * @param {number} total
 * @param {() => void} check
 * @param {(hashed: number) => void} tell
 */
async function digest(data, total, check, tell) {
  if (!canDigest() || Array.isArray(data)) return;
  if (total > small() && total <= MEDIUM) {
    return hexOf(await crypto.subtle.digest("SHA-256", isBytes(data) ? data : await readWhole(data)));
  }
  if (total > MEDIUM && total <= LARGE && isBytes(data) && globalThis.document && globalThis.Worker) {
    worker ??= new HashWorker();
    const hash = await worker.hash(total, (write) => {
      check();
      return pass([data], write, check, tell);
    });
    return hash && hexOf(hash);
  }
}

/**
 * By the WebAssembly, in small pieces and short turns. A hasher of its own, as pieces of several bodies alternate.
 *
 * @param {Data} data
 * @param {() => void} check
 * @param {(hashed: number) => void} tell
 */
async function hashInTurns(data, check, tell) {
  const hasher = new Hasher();
  try {
    await pass(partsOf(data), (bytes) => hasher.update(bytes), check, tell);
  } catch (error) {
    hasher.free();
    throw error;
  }
  return hasher.finish();
}

/**
 * @param {Iterable<Uint8Array> | AsyncIterable<Uint8Array>} parts
 * @param {(bytes: Uint8Array, at: number) => void} take
 * @param {() => void} check
 * @param {(passed: number) => void} tell
 */
async function pass(parts, take, check, tell) {
  const others = yielder();
  let passed = 0;
  for await (const bytes of parts) {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const pause = others();
      if (pause) {
        tell(passed);
        await pause;
        check();
      }
      const piece = bytes.subarray(at, at + PIECE);
      take(piece, passed);
      passed += piece.length;
    }
  }
}

/** @param {Data} data */
function partsOf(data) {
  if (isBytes(data)) return [data];
  return Array.isArray(data) ? consume(data) : read(data);
}

/**
 * Gives pieces one after the other; when the next is asked for, the last becomes a `Blob`.
 *
 * @param {Pieces} pieces
 */
function* consume(pieces) {
  for (const [at, piece] of pieces.entries()) {
    yield /** @type {Uint8Array} */ (piece);
    pieces[at] = new Blob([piece]);
  }
}

/**
 * Reads a `Blob`, the next part while this one is hashed. Not as a stream, though that takes half the time: with many
 * streams at once, Chromium's come to a standstill.
 *
 * @param {Blob} blob
 */
async function* read(blob) {
  const part = (/** @type {number} */ at) => handled(readWhole(blob.slice(at, at + READ)));
  let next = part(0);
  for (let at = READ; at < blob.size; at += READ) {
    const bytes = await next;
    next = part(at);
    yield bytes;
  }
  yield await next;
}

/** @param {Blob} blob */
const readWhole = async (blob) => new Uint8Array(await blob.arrayBuffer().catch(refuseUnreadable));

/** Bytes in lower-case hex. */
function hexOf(/** @type {ArrayBuffer} */ buffer) {
  let hex = "";
  for (const byte of new Uint8Array(buffer)) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
