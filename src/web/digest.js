// @ts-check
// The hash of a body, made so that the page does not stand still.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { MEDIUM, handled, refuseUnreadable, sizeOf } from "./body.js";
import { hexOf, sha256 } from "./sha256.js";
import { turns } from "./turns.js";

/** @import { HashProgress } from "./api.js" */
/** @import { Data, Pieces } from "./body.js" */
/** @import { Hasher } from "./hasher.js" */

/**
 * Up to here bytes are hashed at once, in less time than WebCrypto takes to begin and to tell; where there is none, in
 * a tenth of a millisecond.
 */
export const SMALL = globalThis.crypto?.subtle ? 2 ** 13 : 2 ** 15;

/** So much of a `Blob` is read at a time: each reading costs about a millisecond. */
const READ = 2 ** 20;

/** So much crosses into the WebAssembly at a time: its memory never shrinks. */
const PIECE = 2 ** 16;

/**
 * Up to here a worker hashes bytes that are there already, where there can be one: it takes two copies for a moment, ours
 * and WebCrypto's. What is a copy itself, or is read for it, would take a third, and is hardly hashed sooner.
 */
const LARGE = 2 ** 26;

/** @type {Promise<Hasher | undefined> | undefined} */
let hasher;

/**
 * The lower-case hex SHA-256 of a body. Bytes from {@link SMALL} to {@link MEDIUM} may change once this has returned.
 *
 * @param {Data} data
 * @param {() => void} check Throws when it is not wanted any more.
 * @param {((progress: HashProgress) => void) | undefined} onProgress
 */
export async function digest(data, check, onProgress) {
  const total = sizeOf(data);
  const canAsk = !!globalThis.crypto?.subtle;
  let told = -1;
  /** Not of fewer bytes than before, where the hashing begins once more. */
  const tell = (/** @type {number} */ hashed) => {
    if (hashed > told) onProgress?.({ hashed: (told = hashed), total });
  };
  let hash;
  if (total <= MEDIUM && !Array.isArray(data)) {
    // Not by asking for a `Blob`, which may be another realm's.
    if (!(data instanceof Uint8Array)) data = new Uint8Array(await data.arrayBuffer().catch(refuseUnreadable));
    if (total > SMALL && canAsk) hash = await sha256(data);
  } else if (data instanceof Uint8Array && total <= LARGE && canAsk && globalThis.document) {
    const bytes = data;
    hasher ??= import("./hasher.js").then(
      ({ Hasher }) => new Hasher(),
      () => undefined,
    );
    const digest = await (
      await hasher
    )?.hash(total, (write) => {
      check();
      return pass([bytes], write, check, tell);
    });
    hash = digest && hexOf(digest);
  }
  if (!hash) {
    // A handle of its own, as pieces of several bodies come in between one another.
    const handle = new Handle();
    try {
      await pass(partsOf(data), (bytes) => handle.hash(bytes, false), check, tell);
      hash = handle.hash(new Uint8Array(), true);
    } finally {
      handle.free();
    }
  }
  tell(total);
  return hash;
}

/**
 * Passes all bytes on, in small pieces and short turns.
 *
 * @param {Iterable<Uint8Array> | AsyncIterable<Uint8Array>} parts
 * @param {(bytes: Uint8Array, at: number) => void} take
 * @param {() => void} check
 * @param {(passed: number) => void} tell
 */
async function pass(parts, take, check, tell) {
  const turn = turns();
  let passed = 0;
  for await (const bytes of parts) {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const pause = turn();
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
  if (data instanceof Uint8Array) return [data];
  return Array.isArray(data) ? useUp(data) : read(data);
}

/**
 * Gives pieces one after the other; when the next is asked for, the last becomes a `Blob`.
 *
 * @param {Pieces} pieces
 */
function* useUp(pieces) {
  for (const [at, piece] of pieces.entries()) {
    yield /** @type {Uint8Array} */ (piece);
    pieces[at] = new Blob([piece]);
  }
}

/**
 * Reads a `Blob`, the next part while this one is hashed. Not as a stream, though that takes half the time: with many at
 * once, Chromium's come to a standstill.
 *
 * @param {Blob} blob
 */
async function* read(blob) {
  const part = (/** @type {number} */ at) =>
    handled(
      blob
        .slice(at, at + READ)
        .arrayBuffer()
        .catch(refuseUnreadable),
    );
  let next = part(0);
  for (let at = 0; at < blob.size; at += READ) {
    const buffer = await next;
    next = part(at + READ);
    yield new Uint8Array(buffer);
  }
}
