import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";
import { ReportedError } from "./run.mjs";

const file = inRoot("README.md");

/** What another compiler or compressor may make of the same sources; more is news. */
const NOISE = 0.03;

/** Thousands of bytes, with one decimal. */
export const kB = (bytes) => (bytes / 1_000).toFixed(1);

/** The README before, between and after the comments that mark the place of a table. */
function around(name, command) {
  const text = readFileSync(file, "utf8");
  const [before, after] = [`<!-- ${name}: written by \`${command}\` -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(before), text.indexOf(after)];
  if (start < 0 || end < start) throw new ReportedError(`the README has no place for ${name}: ${before} … ${after}`);
  const place = start + before.length;
  return [text.slice(0, place), text.slice(place, end).trim(), text.slice(end)];
}

export function writeTable(name, command, content) {
  const [before, , after] = around(name, command);
  writeFileSync(file, `${before}\n\n${content}\n\n${after}`);
}

export const readTable = (name, command) => around(name, command)[1];

/** Whether a table says the same as another, its numbers within the noise. */
export function isCurrent(written, measured) {
  const number = /\d[\d,]*(?:\.\d+)?/g;
  const numbers = (text) => (text.match(number) ?? []).map((digits) => Number(digits.replaceAll(",", "")));
  const words = (text) => text.replaceAll(number, "#").replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
  const [old, now] = [numbers(written), numbers(measured)];
  return words(written) === words(measured) && old.every((value, at) => Math.abs(value - now[at]) <= now[at] * NOISE);
}
