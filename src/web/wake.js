// @ts-check
// When to look after credentials in the background. Nothing here keeps a client from being collected, or a process from
// ending.

/** The longest time that a timer takes. */
const LONGEST = 2 ** 31 - 1;

/**
 * Gives a function that sets the time until `session.look` is called, in milliseconds; 0 is never. On a page it is
 * called, too, when there is reason to think that time has passed unseen or the network is back; then with true.
 *
 * @param {{ look(woken?: boolean): void }} session
 * @returns {(wait: number) => void}
 */
export function alarm(session) {
  const held = new WeakRef(session);
  const gone = new AbortController();
  /** @param {boolean} [woken] */
  const ring = (woken) => {
    const session = held.deref();
    if (session) session.look(woken);
    else gone.abort();
  };
  if (globalThis.document) {
    for (const type of ["visibilitychange", "pageshow", "online"]) {
      addEventListener(type, () => ring(true), { signal: gone.signal });
    }
  }
  /** @type {any} */
  let timer;
  return (wait) => {
    clearTimeout(timer);
    timer = wait && setTimeout(ring, Math.min(wait, LONGEST));
    // Node's timers keep its process alive.
    timer?.unref?.();
  };
}
