// @ts-check
// Long work that keeps the page responsive.

/** Milliseconds of work until others get their turn: half a frame. */
const TURN = 8;

/**
 * Returns a function to call after each small piece of work: it gives a promise to await when it is time to let others
 * run. Not `scheduler.yield`, which lets only input and painting come between.
 *
 * @returns {() => Promise<void> | undefined}
 */
export function yielder() {
  let start = performance.now();
  return () => {
    if (performance.now() - start < TURN) return;
    return nextTask().then(() => {
      start = performance.now();
    });
  };
}

/** Timers come later than messages by up to 4 ms, but jsdom has no messages. */
function nextTask() {
  return new Promise((resolve) => {
    if (!globalThis.MessageChannel) {
      setTimeout(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}
