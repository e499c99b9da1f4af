import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { filesUnder, fingerprint } from "./files.mjs";
import { chosenFrom } from "./main.mjs";
import { isCurrent } from "./readme.mjs";
import { duration, table } from "./report.mjs";
import { capture, read, run, runLogged } from "./run.mjs";

const node = process.execPath;
const folder = mkdtempSync(join(tmpdir(), "sigfetch-scripts-"));
test.after(() => rmSync(folder, { recursive: true }));

test("a command that fails says which and how", async () => {
  await assert.rejects(run(node, ["-e", "process.exit(3)"]), /ended with status 3$/);
  await assert.rejects(run("no-such-program", []), /`no-such-program` could not be started \(ENOENT\)/);
});

test("a command that takes too long is ended with what it started", async () => {
  const child = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: "inherit" })`;
  const begun = performance.now();
  await assert.rejects(capture(node, ["-e", child], { timeoutMs: 500 }), /was ended by SIGTERM/);
  assert.ok(performance.now() - begun < 20_000);
});

test("a status that is no failure is none", async () => {
  assert.equal(await capture(node, ["-e", "console.log(1); process.exitCode = 1"], { statuses: [0, 1] }), "1");
});

test("asking a program that is not there gives nothing", async () => {
  assert.equal(await read("no-such-program", ["--version"]), undefined);
  assert.equal(await read(node, ["--version"]), process.version);
});

test("a log holds the command and all it says", async () => {
  const log = join(folder, "logs", "job.log");
  await runLogged(node, ["-e", "console.log(1); console.error(2)"], { log });
  assert.match(readFileSync(log, "utf8"), /^\$ .*\n1\n2\n$/);
});

test("a fingerprint changes with a name, a content and what else is given", () => {
  const [one, two] = ["one", "two"].map((name) => join(folder, name));
  writeFileSync(one, "text");
  writeFileSync(two, "text");
  const prints = [fingerprint([one]), fingerprint([two]), fingerprint([one, two]), fingerprint([one], "more")];
  writeFileSync(one, "other text");
  prints.push(fingerprint([one]));
  assert.equal(new Set(prints).size, prints.length);
});

test("files are found in a fixed order, whatever is missing", () => {
  assert.deepEqual(filesUnder(join(folder, "two"), join(folder, "missing")), [join(folder, "two")]);
});

test("what npm installed is nobody's own file", () => {
  mkdirSync(join(folder, "app", "node_modules", "library"), { recursive: true });
  for (const name of ["node_modules/library/index.test.mjs", "app.test.mjs"])
    writeFileSync(join(folder, "app", name), "");
  assert.deepEqual(filesUnder(join(folder, "app")), [join(folder, "app", "app.test.mjs")]);
});

test("durations read like a person would say them", () => {
  assert.equal(duration(1234), "1.2 s");
  assert.equal(duration(200_000), "3 min 20 s");
  assert.equal(duration(119_700), "2 min 0 s");
});

test("what is chosen by name has to exist; everything is chosen where nothing is named", () => {
  const all = [{ name: "one" }, { name: "two" }];
  assert.deepEqual(chosenFrom(all, []), all);
  assert.deepEqual(chosenFrom(all, ["two"]), [all[1]]);
  assert.throws(() => chosenFrom(all, ["two", "three"]), /no three; there are: one, two/);
});

test("the README's table is current as long as its words are the same and its numbers within the noise", () => {
  const measured = (size) => table(["kB", "size"], [["`sigfetch`", size]]);
  assert.match(measured("30.0"), /\| `sigfetch` \| 30\.0 \|/);
  assert.ok(isCurrent(measured("30.0"), measured("30.0")));
  assert.ok(isCurrent(measured("30.0"), measured("30.8")));
  assert.ok(!isCurrent(measured("30.0"), measured("31.0")));
  assert.ok(!isCurrent(measured("30.0").replace("sigfetch", "other"), measured("30.0")));
  assert.ok(!isCurrent("", measured("30.0")));
});
