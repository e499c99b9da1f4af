import { table } from "../lib/table.mjs";
import { verdicts } from "./limits.mjs";

/** Three digits that count, with thousands separated. */
export const figure = (number) =>
  number >= 100 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(3)));

const micros = ({ median, p25, p75 }) => [median, p25, p75].map((ms) => figure(ms * 1_000));
const withSpread = ([median, p25, p75]) => `${median} (${p25}–${p75})`;
export const plain = ({ median, p25, p75 }) => withSpread([median, p25, p75].map(figure));
const mebibytes = (bytes) => figure(Math.max(0, bytes) / 2 ** 20);

/** All tables of one page. */
export function tables({ title, contenders, reference, idle, times, ratios, pauses, memory }) {
  const names = contenders.map(({ name }) => name);
  const rows = (names, ...groups) =>
    names.map((name) => [name, ...groups.flatMap(([by, show]) => Object.values(by).map((of) => show(of[name])))]);
  const columns = Object.keys(times);
  const large = Object.keys(pauses);
  const shown = [
    table(`µs per signature, ${title}`, columns, rows(names, [times, (one) => withSpread(micros(one))])),
    table(`× ${reference}, ${title}`, columns, rows(names, [ratios, plain])),
  ];
  if (large.length > 0) {
    const heads = [...large.map((label) => `${label}, ms`), ...large.map((label) => `${label}, peak MiB`)];
    const peak = (bytes) => (bytes === undefined ? "–" : mebibytes(bytes));
    shown.push(
      table(`longest pause and memory, ${title}`, heads, rows([...names, idle], [pauses, plain], [memory, peak])),
    );
  }
  return shown.join("\n\n");
}

/** What was promised, and whether it holds. Of ratios there is the best of ours against the best of the floor, too. */
export function promises(results) {
  const show = ({ what, value, best, limit, held }) => [
    what,
    figure(value),
    best === undefined ? "–" : figure(best),
    figure(limit),
    held ? "held" : "missed",
  ];
  return table("promise", ["median", "best", "at most", "verdict"], verdicts(results).map(show));
}
