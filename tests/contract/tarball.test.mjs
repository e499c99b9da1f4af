// What npm would publish: these files, whole, and nothing of the machine that built them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, posix } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { inRoot, pkg, root } from "../../scripts/lib/paths.mjs";

const npm = async (...args) => {
  const program = process.platform === "win32" ? "npm.cmd" : "npm";
  return (await promisify(execFile)(program, args, { cwd: pkg, shell: process.platform === "win32" })).stdout;
};

const [{ files }] = JSON.parse(await npm("pack", "--dry-run", "--json", "--ignore-scripts"));
const packed = files.map(({ path }) => path).sort();
const content = (file) => readFileSync(join(pkg, file));

test("the tarball has exactly these files", () => {
  assert.deepEqual(packed, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "api.d.ts",
    "client.js",
    "edge-light.js",
    "hasher.js",
    "index.js",
    "inflate.js",
    "lean.js",
    "lean.node.js",
    "package.json",
    "static.js",
    "tabs.js",
    "wasm/inline.js",
    "wasm/sigfetch_bg.wasm",
    "wasm/signer-inline.js",
    "wasm/signer.wasm",
    "whole.js",
    "workerd.js",
  ]);
});

test("every file that the package names is in it", () => {
  const { exports } = JSON.parse(content("package.json"));
  const named = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  const imported = packed
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) =>
      [
        ...content(file)
          .toString()
          .matchAll(/\b(?:from|import|new URL\() ?"(\.[^"?]+)/g),
      ].map(([, path]) => posix.join(posix.dirname(file), path)),
    );
  assert.ok(imported.length > 0);
  for (const file of [...named.map((path) => posix.normalize(path)), ...imported])
    assert.ok(packed.includes(file), file);
});

test("the copies in the package are the files of the checkout", () => {
  for (const file of ["README.md", "LICENSE", "CHANGELOG.md"])
    assert.ok(content(file).equals(readFileSync(inRoot(file))), file);
  assert.ok(content("api.d.ts").equals(readFileSync(inRoot("src", "web", "api.d.ts"))));
});

for (const [script, module] of [
  ["wasm/inline.js", "wasm/sigfetch_bg.wasm"],
  ["wasm/signer-inline.js", "wasm/signer.wasm"],
]) {
  test(`the module inside ${script} is the module beside it`, () => {
    const [, deflated] = content(script)
      .toString()
      .match(/"(.+)"/);
    assert.ok(inflateRawSync(Buffer.from(deflated, "base64")).equals(content(module)));
  });
}

/** Texts that only the building machine can have put there. */
async function traces() {
  const registry = new URL((await npm("config", "get", "registry")).trim()).host;
  const folders = [root, homedir()].filter((folder) => folder.length > 1);
  const tools = ["/.cargo/", "/.rustup/", "/rustc/", "/node_modules/", "crates.io", "registry.npmjs.org"];
  return [...folders.map((folder) => `${folder}/`), ...tools, registry];
}

test("no file tells of the machine that built it", async () => {
  const planted = Buffer.from(`\0${root}/src/lib.rs\0`);
  const found = (bytes, texts) => texts.filter((text) => bytes.includes(text));
  const texts = await traces();
  assert.notDeepEqual(found(planted, texts), []);
  for (const file of packed) assert.deepEqual(found(content(file), texts), [], file);
});
