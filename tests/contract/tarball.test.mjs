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
/** wasm-bindgen names the folder of a crate's scripts by a digest. */
const withoutDigest = (path) => path.replace(/(\/snippets\/[\w-]+?)-[0-9a-f]{16}\//, "$1/");
const content = (file) => readFileSync(join(pkg, file));

test("the tarball has exactly these files", () => {
  assert.deepEqual(packed.map(withoutDigest), [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "api.d.ts",
    "body.js",
    "capture.js",
    "client.js",
    "doctor.js",
    "document.js",
    "edge.js",
    "errors.js",
    "evidence.js",
    "explain.d.ts",
    "explain.edge.js",
    "explain.js",
    "explain.workerd.js",
    "explanations.js",
    "hash-worker.js",
    "index.js",
    "inflate.js",
    "lean.js",
    "lean.node.js",
    "load.js",
    "operations.js",
    "options.js",
    "package.json",
    "payload-hash.js",
    "probes.js",
    "realtime.d.ts",
    "realtime.edge.js",
    "realtime.js",
    "realtime.workerd.js",
    "static.js",
    "subscription.js",
    "subscriptions.js",
    "wasm/build.js",
    "wasm/explain-build.js",
    "wasm/explain-inline.js",
    "wasm/explain.js",
    "wasm/explain_bg.wasm",
    "wasm/inline.js",
    "wasm/realtime-build.js",
    "wasm/realtime-inline.js",
    "wasm/realtime.js",
    "wasm/realtime_bg.wasm",
    "wasm/sigfetch.js",
    "wasm/sigfetch_bg.wasm",
    "wasm/snippets/sigfetch/pkg/error.js",
    "wasm/snippets/sigfetch/pkg/tabs.js",
    "workerd.js",
    "yield.js",
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
          // Types are imported in comments, from a file without code.
          .replaceAll(/\/\*.*?\*\//gs, "")
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
});

test("the module inside wasm/inline.js is the module beside it", () => {
  const [, deflated] = content("wasm/inline.js")
    .toString()
    .match(/"(.+)"/);
  assert.ok(inflateRawSync(Buffer.from(deflated, "base64")).equals(content("wasm/sigfetch_bg.wasm")));
});

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
