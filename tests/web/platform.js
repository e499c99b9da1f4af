// Counts what a client keeps of the platform: timers that run, and listeners of the global object. Its clock can be set.

const { setTimeout, clearTimeout, addEventListener, removeEventListener } = globalThis;
const { now } = Date;

export class Platform {
  #timers = new Set();
  #listeners = new Set();

  constructor() {
    globalThis.setTimeout = (callback, milliseconds) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        callback();
      }, milliseconds);
      this.#timers.add(timer);
      return timer;
    };
    globalThis.clearTimeout = (timer) => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
    globalThis.addEventListener = (name, listener) => {
      this.#listeners.add(listener);
      addEventListener(name, listener);
    };
    globalThis.removeEventListener = (name, listener) => {
      this.#listeners.delete(listener);
      removeEventListener(name, listener);
    };
  }

  get timers() {
    return this.#timers.size;
  }

  get listeners() {
    return this.#listeners.size;
  }

  setClockAhead(milliseconds) {
    Date.now = () => now() + milliseconds;
  }

  restore() {
    Date.now = now;
    Object.assign(globalThis, { setTimeout, clearTimeout, addEventListener, removeEventListener });
  }
}

/** Waits, whatever stands in for the platform's timers. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
