// What is written down in more than one place is the same in all of them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, transform } from "esbuild";
import { filesUnder } from "../../scripts/lib/files.mjs";
import { inRoot, pkg } from "../../scripts/lib/paths.mjs";

const read = (...path) => readFileSync(inRoot(...path), "utf8");
const api = read("pkg", "api.d.ts");
const readme = read("README.md");
/** The JavaScript that people write; what is in `pkg/wasm` is generated. */
const javascript = readdirSync(pkg)
  // What the build makes of the others holds the WebAssembly, too.
  .filter((file) => file.endsWith(".js") && file !== "static.js")
  .map((file) => ({ file, text: read("pkg", file) }));

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
  const rust = all(between(read("src", "error.rs"), "impl Code {", "\n}\n"), /"([A-Z]+(?:_[A-Z]+)*)"/g);
  const made = javascript.flatMap(({ text }) => [...text.matchAll(/"([A-Z]+(?:_[A-Z]+)*)"/g)].map(([, code]) => code));
  assert.deepEqual(
    made.filter((text) => text.includes("_") && !codes.includes(text)),
    [],
    "JavaScript makes no other",
  );
  assert.deepEqual([...new Set([...rust, ...made.filter((code) => codes.includes(code))])].sort(), codes);
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

/** Words that only somebody who knows AWS writes: services and their operations, headers, schemes, hosts. */
const AWS_WORDS = [
  /amazon|cognito|appsync|api.?gateway|lambda|dynamo|kendra|transcribe|\bs3\b|\biot|\bsts\b|\biam\b|\barn:/i,
  /execute-api|\bGet(Id|Credentials|OpenIdToken|CallerIdentity)|AssumeRole|IdentityPoolId|IdentityId\b/,
  /x-amz|x-amzn|authorization|aws4|sigv4|unsigned-payload|signedheaders|security-token/i,
  /AccessKeyId|SecretKey|SessionToken|us-east|us-gov|cn-north|\.(api|on)\.aws\b/,
];

test("JavaScript knows nothing of AWS: no service, operation, host or header", async () => {
  for (const { file, text } of javascript) {
    // Comments may say what the code is for.
    const { code } = await transform(text, { minifyWhitespace: true, legalComments: "none", target: "esnext" });
    for (const word of AWS_WORDS) assert.doesNotMatch(code, word, file);
  }
  const planted = await transform('headers.set("x-amz-date", date); // AWS', { minifyWhitespace: true });
  assert.ok(AWS_WORDS.some((word) => word.test(planted.code)));
});

test("JavaScript imports nothing later, so that one file can hold it all", async () => {
  const entryPoints = javascript.map(({ file }) => join(pkg, file));
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    outdir: pkg,
    external: ["*.wasm", "*.wasm?module", "node:*"],
    logLevel: "error",
  });
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  assert.ok(imports.length > 0);
  assert.deepEqual(
    imports.filter(({ kind }) => kind === "dynamic-import"),
    [],
  );
});

test("every module of the package is written with the error class that the WebAssembly has", () => {
  const importsOwn = javascript.filter(({ text }) => /^import .*"\.\/error\.js"/m.test(text));
  assert.deepEqual(
    importsOwn.map(({ file }) => file),
    [],
    "a second import would be a second class",
  );
});

test("the crate and the package have one version", () => {
  const crate = between(read("Cargo.toml"), "[package]", "\n[").match(/^version = "(.+)"$/m);
  assert.equal(JSON.parse(readFileSync(`${pkg}/package.json`, "utf8")).version, crate?.[1]);
});
