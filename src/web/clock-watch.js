// @ts-check
// The device's clock beside steady time, which nobody sets.

/** How far the one is from the other. */
export const steadily = () => Date.now() - performance.now();

/** A clock that is set right little by little does no harm. */
export const LITTLE = 2_000;

/** Gives a function that tells how far the device's clock has gone ahead of steady time (behind it, if negative). */
export function clockWatch(seen = steadily()) {
  return () => {
    const jump = Math.trunc(steadily() - seen);
    if (Math.abs(jump) < LITTLE) return 0;
    seen += jump;
    return jump;
  };
}
