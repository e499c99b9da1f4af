// @ts-check
// Large bodies, hashed by WebCrypto in a worker: two to three times as fast as WebAssembly, but whole buffers only, and
// in Chromium within the call, which a page must not wait for. Loaded with the first large body.

/** All that the worker does. A text, and no file, so that no bundler has to know of it or changes it. */
const CODE = `onmessage = ({ data: [buffer, size] }) =>
  crypto.subtle.digest("SHA-256", new Uint8Array(buffer, 0, size)).then(
    (hash) => postMessage([buffer, hash], [buffer]),
    () => postMessage([]),
  );`;

/** Milliseconds until worker and buffer are let go: files that are sent one after the other find them ready. */
const IDLE = 10_000;

/** Milliseconds that the worker has to answer, which takes it a tenth of a second: it may be gone without a word. */
const PATIENCE = 15_000;

/**
 * A worker, and the buffer that goes there and comes back: to touch fresh memory takes half as long as to hash it. One
 * body at a time, and the others wait: more would take more memory, and would hardly be done sooner.
 */
export class Hasher {
  /** @type {Worker | undefined} */
  #worker;
  #url = "";
  #bytes = new Uint8Array();
  /** Whether there can be no worker: then never again, as policies and platforms stay what they are. */
  #isGone = false;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(answer: [buffer?: ArrayBuffer, hash?: ArrayBuffer]) => void} */
  #take = () => {};

  /**
   * The SHA-256 of so many bytes; nothing where there can be no worker.
   *
   * @param {number} size
   * @param {(write: (bytes: Uint8Array, at: number) => void) => Promise<void>} fill Writes all of them when it is called.
   * @returns {Promise<ArrayBuffer | undefined>}
   */
  hash(size, fill) {
    const next = () => (this.#isGone ? undefined : this.#hash(size, fill));
    const hash = this.#last.then(next, next);
    this.#last = hash;
    return hash;
  }

  /** @type {Hasher["hash"]} */
  async #hash(size, fill) {
    clearTimeout(this.#timer);
    try {
      this.#prepare(size);
      // Meanwhile the worker starts. If it cannot, there is no room any more, and to write fails.
      await fill((bytes, at) => this.#bytes.set(bytes, at));
      const [buffer, hash] = await this.#ask(size);
      if (buffer) this.#bytes = new Uint8Array(buffer);
      return hash;
    } catch (error) {
      if (!this.#isGone) throw error;
    } finally {
      clearTimeout(this.#timer);
      if (this.#worker) this.#timer = setTimeout(() => this.#end(), IDLE);
    }
  }

  /** Sees to the worker, and to room for so many bytes. */
  #prepare(/** @type {number} */ size) {
    try {
      this.#worker ??= this.#start();
      if (this.#bytes.length < size) this.#bytes = new Uint8Array(size);
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  #start() {
    this.#url = URL.createObjectURL(new Blob([CODE], { type: "text/javascript" }));
    const worker = new Worker(this.#url);
    worker.onmessage = ({ data }) => (data[0] ? this.#take(data) : this.#giveUp());
    for (const type of ["error", "messageerror"]) worker.addEventListener(type, () => this.#giveUp());
    return worker;
  }

  /**
   * @param {number} size
   * @returns {Promise<[buffer?: ArrayBuffer, hash?: ArrayBuffer]>}
   */
  #ask(size) {
    const { buffer } = this.#bytes;
    return new Promise((resolve) => {
      this.#take = resolve;
      this.#timer = setTimeout(() => this.#giveUp(), PATIENCE);
      if (this.#worker) this.#worker.postMessage([buffer, size], [buffer]);
      else resolve([]);
    });
  }

  #giveUp() {
    this.#isGone = true;
    this.#end();
    this.#take([]);
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#bytes = new Uint8Array();
    URL.revokeObjectURL(this.#url);
  }
}
