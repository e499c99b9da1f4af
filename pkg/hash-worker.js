// @ts-check
// Large bodies, hashed by WebCrypto in a worker: two to three times as fast as WebAssembly. But WebCrypto takes whole
// buffers only, and Chromium hashes them inside the call, which would block the page.

/** The worker's code. A text rather than a file, so that bundlers need not know of it. */
const CODE = `onmessage = ({ data: [buffer, size] }) =>
  crypto.subtle.digest("SHA-256", new Uint8Array(buffer, 0, size)).then(
    (hash) => postMessage([buffer, hash], [buffer]),
    () => postMessage([]),
  );`;

/** Milliseconds until worker and buffer are released: files that are sent one after the other reuse them. */
const IDLE = 10_000;

/** Milliseconds until a worker that does not answer is given up: it normally takes a tenth of a second. */
const PATIENCE = 15_000;

/**
 * A worker, and the buffer that goes there and comes back: touching fresh memory takes half as long as hashing it. One
 * body at a time, the others wait: more at once would need more memory and hardly be done sooner.
 */
export class HashWorker {
  /** @type {Worker | undefined} */
  #worker;
  #url = "";
  #bytes = new Uint8Array();
  /** Once a worker has failed, none is tried again: policies and platforms stay what they are. */
  #hasFailed = false;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(answer: [buffer?: ArrayBuffer, hash?: ArrayBuffer]) => void} */
  #resolve = () => {};

  /**
   * The SHA-256 of `size` bytes; nothing where there can be no worker.
   *
   * @param {number} size
   * @param {(write: (bytes: Uint8Array, at: number) => void) => Promise<void>} fill Writes all bytes when it is called.
   * @returns {Promise<ArrayBuffer | undefined>}
   */
  hash(size, fill) {
    const next = () => (this.#hasFailed ? undefined : this.#hash(size, fill));
    const hash = this.#last.then(next, next);
    this.#last = hash;
    return hash;
  }

  /** @type {HashWorker["hash"]} */
  async #hash(size, fill) {
    clearTimeout(this.#timer);
    try {
      this.#prepare(size);
      // The worker starts while we copy. If it fails, #giveUp() empties the buffer and the copy throws.
      await fill((bytes, at) => this.#bytes.set(bytes, at));
      const [buffer, hash] = await this.#ask(size);
      if (buffer) this.#bytes = new Uint8Array(buffer);
      return hash;
    } catch (error) {
      if (!this.#hasFailed) throw error;
    } finally {
      clearTimeout(this.#timer);
      if (this.#worker) this.#timer = setTimeout(() => this.#end(), IDLE);
    }
  }

  /** Makes sure of the worker, and of room for `size` bytes. */
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
    worker.onmessage = ({ data }) => (data[0] ? this.#resolve(data) : this.#giveUp());
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
      this.#resolve = resolve;
      this.#timer = setTimeout(() => this.#giveUp(), PATIENCE);
      if (this.#worker) this.#worker.postMessage([buffer, size], [buffer]);
      else resolve([]);
    });
  }

  #giveUp() {
    this.#hasFailed = true;
    this.#end();
    this.#resolve([]);
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#bytes = new Uint8Array();
    URL.revokeObjectURL(this.#url);
  }
}
