// What is written down in more than one place is the same in all of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesUnder } from "../../scripts/lib/files.mjs";
import { inRoot, pkg } from "../../scripts/lib/paths.mjs";

const read = (...path) => readFileSync(inRoot(...path), "utf8");
const api = read("src", "web", "api.d.ts");
const readme = read("README.md");
const javascript = filesUnder(inRoot("src", "web")).filter((file) => file.endsWith(".js"));

/** The first groups of all that matches, sorted; at least one, or the pattern looks for something that is gone. */
function all(text, pattern) {
  const found = [...text.matchAll(pattern)].map(([, group]) => group).sort();
  assert.ok(found.length > 0, `nothing matches ${pattern}`);
  return found;
}

/** What stands between two texts. */
function between(text, from, to) {
  const start = text.indexOf(from);
  assert.ok(start >= 0, `there is no "${from}"`);
  const end = text.indexOf(to, start + from.length);
  assert.ok(end >= 0, `there is no "${to}" after "${from}"`);
  return text.slice(start + from.length, end);
}

/** The names in the first column of the README's table under a heading. */
const rows = (heading) => all(between(readme, `\n## ${heading}\n`, "\n## "), /^\| `(\w+)`/gm);

const codes = all(between(api, "type SigFetchErrorCode =", '";'), /\| "(\w+)/g);

test("the codes in the types are those that Rust and JavaScript make", () => {
  const rust = all(read("src", "error.rs"), /=> *\{?\s*\(\s*"([A-Z_]+)"/g);
  const literals = all(javascript.map((file) => readFileSync(file, "utf8")).join("\n"), /"([A-Z]+(?:_[A-Z]+)*)"/g);
  const made = literals.filter((text) => !["GET", "HEAD", "POST"].includes(text));
  assert.deepEqual([...new Set([...rust, ...made])].sort(), codes);
});

test("the README explains every code, and no other", () => {
  assert.deepEqual(rows("Errors"), codes);
});

test("every code occurs in a test in the browser", () => {
  const tests = filesUnder(inRoot("tests", "e2e")).map((file) => readFileSync(file, "utf8"));
  const untested = codes.filter((code) => !tests.some((text) => text.includes(`"${code}"`)));
  assert.deepEqual(untested, []);
});

test("the README explains every option, and no other", () => {
  assert.deepEqual(rows("Options"), all(between(api, "interface ClientOptions {", "\n}"), /^ {2}(\w+)\??:/gm));
});

test("the operations have the same numbers on both sides of the handle", () => {
  const numbers = (text, pattern) => [...text.matchAll(pattern)].map(([, name, number]) => [Number(number), name]);
  const inRust = numbers(read("src", "web", "handle.rs"), /^ *pub\(super\) const (\w+): u8 = (\d+);$/gm);
  const inJavaScript = numbers(read("src", "web", "operation.js"), /^export const (\w+) = (\d+);$/gm);
  assert.ok(inRust.length > 0);
  assert.deepEqual(inJavaScript, inRust);
  assert.equal(new Map(inRust).size, inRust.length);
});

test("the crate and the package have one version", () => {
  const crate = between(read("Cargo.toml"), "[package]", "\n[").match(/^version = "(.+)"$/m);
  assert.equal(JSON.parse(readFileSync(`${pkg}/package.json`, "utf8")).version, crate?.[1]);
});
