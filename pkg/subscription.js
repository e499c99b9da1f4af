// @ts-check
// A subscription as its caller has it at once, while what it runs on still loads.
import { handled } from "./body.js";

/** @import { Running } from "./subscriptions.js" */

/** @template T */
export class Subscription {
  #stop = new AbortController();
  #running;

  /** @param {(stop: AbortSignal) => Promise<Running<T>>} start */
  constructor(start) {
    this.#running = handled(start(this.#stop.signal));
  }

  ready = async () => (await this.#running).ready();

  next = async () => (await this.#running).next();

  return = async () => {
    this.unsubscribe();
    return { done: true, value: undefined };
  };

  forEach = async (/** @type {(value: T) => unknown} */ take) => {
    for await (const value of /** @type {AsyncIterable<T>} */ (/** @type {unknown} */ (this))) await take(value);
  };

  unsubscribe = () => this.#stop.abort();

  [Symbol.asyncIterator]() {
    return this;
  }
}
