// @ts-check
// The hash of a body, made so that the page does not stand still.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { handled, refuseUnreadable } from "./body.js";
import { sha256 } from "./sha256.js";
import { turns } from "./turns.js";

/** @import { HashProgress } from "./api.js" */
/** @import { Data } from "./body.js" */

/**
 * Up to here bytes are hashed at once, in less time than WebCrypto takes to begin and to tell; where there is none, in
 * a tenth of a millisecond.
 */
export const SMALL = globalThis.crypto?.subtle ? 2 ** 13 : 2 ** 15;

/**
 * Up to here WebCrypto does it, which is faster where the processor helps. But it makes a copy of its own, and in
 * Chromium it hashes inside the call: some milliseconds of standing still, which more would make too many.
 */
export const MEDIUM = 2 ** 22;

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
  const isBytes = data instanceof Uint8Array;
  const total = isBytes ? data.length : data.size;
  const read = (/** @type {number} */ at, end = at + READ) =>
    isBytes
      ? data.subarray(at, end)
      : handled(
          data
            .slice(at, end)
            .arrayBuffer()
            .then((buffer) => new Uint8Array(buffer), refuseUnreadable),
        );
  if (total > SMALL && total <= MEDIUM && globalThis.crypto?.subtle) {
    const hash = await sha256(isBytes ? data : await read(0, total));
    onProgress?.({ hashed: total, total });
    return hash;
  }
  // A handle of its own, as pieces of several bodies come in between one another.
  const hasher = new Handle();
  try {
    const turn = turns();
    let hashed = 0;
    let next = read(0);
    while (hashed < total) {
      const bytes = await next;
      // The next part is read while this one is hashed.
      next = read(hashed + READ);
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
