// Time that passes for the page and for the local AWS alike, as it does for a laptop that sleeps: timers do not notice.

/** Gives a function that lets milliseconds pass on a page of `setting`. */
export function clockOf(setting) {
  let passed = 0;
  return async (milliseconds) => {
    passed += milliseconds;
    await setting.aws.faults({ clockOffsetSeconds: passed / 1_000 });
    await setting.page.clock.setSystemTime(Date.now() + passed);
  };
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
