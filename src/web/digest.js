// @ts-check
// The hash of a body, made so that the page does not stand still.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { MEDIUM, handled, refuseUnreadable, sizeOf } from "./body.js";
import { sha256 } from "./sha256.js";
import { turns } from "./turns.js";

/** @import { HashProgress } from "./api.js" */
/** @import { Data, Pieces } from "./body.js" */

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
 * The lower-case hex SHA-256 of a body. Bytes from {@link SMALL} to {@link MEDIUM} may change once this has returned.
 *
 * @param {Data} data
 * @param {() => void} check Throws when it is not wanted any more.
 * @param {((progress: HashProgress) => void) | undefined} onProgress
 */
export async function digest(data, check, onProgress) {
  const total = sizeOf(data);
  let bytes = data instanceof Uint8Array ? data : undefined;
  if (total <= MEDIUM && !Array.isArray(data)) {
    bytes ??= new Uint8Array(await /** @type {Blob} */ (data).arrayBuffer().catch(refuseUnreadable));
    if (total > SMALL && globalThis.crypto?.subtle) {
      const hash = await sha256(bytes);
      onProgress?.({ hashed: total, total });
      return hash;
    }
  }
  const source = bytes ? [bytes] : Array.isArray(data) ? useUp(data) : read(/** @type {Blob} */ (data));
  // A handle of its own, as pieces of several bodies come in between one another.
  const hasher = new Handle();
  try {
    const turn = turns();
    let hashed = 0;
    for await (const bytes of source) {
      for (let at = 0; at < bytes.length; at += PIECE) {
        const pause = turn();
        if (pause) {
          onProgress?.({ hashed: hashed + at, total });
          await pause;
          check();
        }
        hasher.hash(bytes.subarray(at, at + PIECE), false);
      }
      hashed += bytes.length;
    }
    onProgress?.({ hashed, total });
    return hasher.hash(new Uint8Array(), true);
  } finally {
    hasher.free();
  }
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
