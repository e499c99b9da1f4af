// The public types as TypeScript users meet them: resolved through the package's exports map, nothing skipped. What the
// files beside this one do with them has to compile, and what they mark as wrong must not.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { cache, inRoot, pkg } from "../../scripts/lib/paths.mjs";

const here = inRoot("tests", "types");
const compiler = inRoot("node_modules", "typescript", "bin", "tsc");

/** Lets what lies in `folder` import the package as if it were installed there. */
function install(folder) {
  const installed = join(folder, "node_modules", "sigfetch");
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(pkg, installed, "junction");
}

/** What the compiler complains about; nothing if all is well. */
async function complaints(project, ...options) {
  try {
    await promisify(execFile)(process.execPath, [compiler, "--project", project, ...options]);
    return "";
  } catch (error) {
    return error.stdout || String(error);
  }
}

install(here);

const ways = {
  "a bundler": [],
  "a bundler, with options that are exact": ["--exactOptionalPropertyTypes"],
  "Node 16's resolution": ["--module", "node16", "--moduleResolution", "node16"],
  "Node's newest resolution": ["--module", "nodenext", "--moduleResolution", "nodenext"],
};

for (const [way, options] of Object.entries(ways)) {
  test(`the types hold for ${way}`, async () => {
    assert.equal(await complaints(here, ...options), "");
  });
}

test("credentials are what AWS SDK for JavaScript v3 declares", async () => {
  assert.equal(await complaints(join(here, "sdk")), "");
});

test("every TypeScript example in the README compiles", async () => {
  const readme = readFileSync(inRoot("README.md"), "utf8");
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(examples.length > 0);
  const folder = join(cache, "readme");
  rmSync(folder, { recursive: true, force: true });
  install(folder);
  // An example without an import is a module too, so that examples do not see each other.
  examples.forEach((code, at) => writeFileSync(join(folder, `example-${at + 1}.ts`), `${code}\nexport {};\n`));
  const project = { extends: join(here, "tsconfig.json"), include: ["*.ts", join(here, "readme", "*.d.ts")] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  assert.equal(await complaints(folder), "");
});
