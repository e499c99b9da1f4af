// As a whole, because Node 20 got `styleText` only on the way.
import util from "node:util";

const inColour = process.stdout.isTTY && !process.env.NO_COLOR && util.styleText !== undefined;

const colour = (format, text) => (inColour ? util.styleText(format, text) : text);

export const good = (text) => colour("green", text);
export const bad = (text) => colour("red", text);
export const faint = (text) => colour("dim", text);
export const strong = (text) => colour("bold", text);

/** Measures from now on; the result gives the time so far as "1.2 s" or "3 min 20 s". */
export function stopwatch() {
  const start = performance.now();
  return () => duration(performance.now() - start);
}

export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export const indent = (text, by = "    ") => text.replaceAll(/^/gm, by);
