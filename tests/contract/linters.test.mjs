// What others' tools say about the tarball: publint about its entries and files, are-the-types-wrong about what
// TypeScript makes of them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { pack } from "../../scripts/lib/tarball.mjs";
import { complaints } from "../complaints.mjs";

const folder = mkdtempSync(join(tmpdir(), "sigfetch-linters-"));
after(() => rmSync(folder, { recursive: true }));
const tarball = await pack(folder);

const publint = inRoot("node_modules", "publint", "src", "cli.js");
const areTheTypesWrong = inRoot("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");

test("publint finds nothing to improve", async () => {
  assert.equal(await complaints(publint, "--strict", tarball), "");
});

test("TypeScript finds types wherever the package is imported", async () => {
  const exceptions = [
    // The package is an ES module only: CommonJS takes it by `import()`, or by `require()` from Node 20.19 on. And
    // `"moduleResolution": "node10"` knows no `exports`; TypeScript 7 has dropped it.
    ...["--profile", "esm-only"],
    // No JavaScript: the file itself, for servers and bundlers that want its address.
    ...["--exclude-entrypoints", "./sigfetch.wasm"],
  ];
  assert.equal(await complaints(areTheTypesWrong, tarball, ...exceptions), "");
});
