// Time that passes only when a test says so, for a page and for the local AWS alike: half an hour of it in two minutes.

/**
 * Stops the clock and the timers of the page of a setting, whose sockets are watched (see `watched.mjs`). The page has to
 * be loaded again before it uses them. Its `realSetTimeout` goes on.
 */
export async function stopTime({ page, aws }) {
  const start = Date.now();
  await page.addInitScript(() => (globalThis.realSetTimeout = globalThis.setTimeout.bind(globalThis)));
  await page.clock.install({ time: start });
  await page.clock.pauseAt(start);
  let now = start;
  let offset = 0;

  /** The local AWS has the machine's clock, and an offset to it in whole seconds. */
  async function follow() {
    const needed = Math.round((now - Date.now()) / 1_000);
    if (needed === offset) return;
    offset = needed;
    await aws.faults({ clockOffsetSeconds: offset });
  }

  return {
    /** Milliseconds since it was stopped. */
    elapsed: () => now - start,

    /** Lets milliseconds pass. Timers run at their times. */
    async pass(milliseconds) {
      now += milliseconds;
      await follow();
      await page.clock.runFor(milliseconds);
      await page.evaluate(() => watched.settle());
    },

    /** Lets milliseconds pass as they do in sleep: the clock shows them, and timers do not notice. */
    async sleepFor(milliseconds) {
      now += milliseconds;
      await follow();
      await page.clock.setSystemTime(now);
    },
  };
}
