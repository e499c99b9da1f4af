import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";
import { table } from "../lib/table.mjs";
import { Verdict } from "../lib/run.mjs";
import { forms, total } from "./bundle.mjs";

const file = inRoot("README.md");

/** What another compiler or compressor may make of the same sources; more is news. */
const NOISE = 0.03;

/** Thousands of bytes, with one decimal. */
export const kB = (bytes) => (bytes / 1_000).toFixed(1);

const together = (files) => total(Object.values(files));

const rows = {
  default: [["`sigfetch`", (files) => files.js]],
  lean: [
    ["`sigfetch/lean`, script", (files) => files.js],
    ["`sigfetch/lean`, WebAssembly", (files) => files.wasm],
    ["`sigfetch/lean`, both together", together],
  ],
  "default, later": [["`sigfetch`, what comes later", together]],
  "lean, later": [["`sigfetch/lean`, what comes later", together]],
  static: [["`sigfetch/static`", together]],
  "on demand": [
    ["more, once `shareBetweenTabs` is used", (files) => files.tabs],
    ["more, once `signHeaders` has more than 4 MiB of bytes", (files) => files.hasher],
  ],
};

/** What a page downloads, as the README shows it. */
export const downloadTable = (measured) =>
  table(
    "kB (1,000 bytes), built by esbuild, minified",
    forms,
    Object.entries(measured).flatMap(([entry, files]) =>
      rows[entry].map(([label, read]) => [label, ...forms.map((form) => kB(read(files)[form]))]),
    ),
  );

const marks = (name, command) => [`<!-- ${name}: written by \`${command}\` -->`, `<!-- /${name} -->`];

/** The parts of the text around what a command has written into it, and that. */
function around(text, name, command) {
  const [before, after] = marks(name, command);
  const start = text.indexOf(before) + before.length;
  const end = text.indexOf(after, start);
  if (start < before.length || end < 0) throw new Verdict(`the README has no place for ${name}: ${before} … ${after}`);
  return [text.slice(0, start), text.slice(start, end).trim(), text.slice(end)];
}

/** Writes a table into the README, between the marks of that name. */
export function writeTable(name, command, content) {
  const [before, , after] = around(readFileSync(file, "utf8"), name, command);
  writeFileSync(file, `${before}\n\n${content}\n\n${after}`);
}

/** The table between the marks of that name. */
export const readTable = (name, command) => around(readFileSync(file, "utf8"), name, command)[1];

/** Whether a table says the same as another, its numbers within the noise. */
export function isCurrent(written, measured) {
  const number = /\d[\d,]*(?:\.\d+)?/g;
  const numbers = (text) => text.match(number)?.map((digits) => Number(digits.replaceAll(",", ""))) ?? [];
  const words = (text) => text.replaceAll(number, "#").replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
  const [old, now] = [numbers(written), numbers(measured)];
  return words(written) === words(measured) && old.every((value, at) => Math.abs(value - now[at]) <= now[at] * NOISE);
}
