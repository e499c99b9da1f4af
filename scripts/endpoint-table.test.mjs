import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inRoot } from "./lib/paths.mjs";
import { read } from "./lib/run.mjs";

const check = (...folder) => read(process.execPath, [inRoot("scripts", "endpoint-table.mjs"), ...folder, "--check"]);

test("the table of endpoints is what AWS's data gives", async () => {
  assert.notEqual(await check(), undefined);
});

test("the check finds a table that other data would give", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sigfetch-endpoints-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = (name) => inRoot("tests", "vectors", "endpoint", name);
  copyFileSync(data("signing-names.csv"), join(folder, "signing-names.csv"));
  const hosts = readFileSync(data("service-hosts.csv"), "utf8");
  writeFileSync(join(folder, "service-hosts.csv"), hosts.replaceAll("execute-api", "another-api"));
  assert.equal(await check(folder), undefined);
});
