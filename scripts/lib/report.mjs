import { styleText } from "node:util";

// Node 20 colours even what goes into a file.
const inColour = process.stdout.isTTY && !process.env.NO_COLOR;

const style = (format) => (text) => (inColour ? styleText(format, text) : text);

export const good = style("green");
export const bad = style("red");
export const faint = style("dim");
export const strong = style("bold");

/** Measures from now on; the result gives the time so far as "1.2 s" or "3 min 20 s". */
export function stopwatch() {
  const start = performance.now();
  return () => duration(performance.now() - start);
}

export function duration(ms) {
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A table in Markdown, which a terminal shows as well. The first column is text, the others are numbers. */
export function table([title, ...columns], rows) {
  const all = [[title, ...columns], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, at) => (at ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(all[0]), line(rule), ...rows.map(line)].join("\n");
}
