// The public types as TypeScript users meet them: installed from the tarball, resolved through its exports map, nothing
// skipped. What the files beside this one do with them has to compile, and what they mark as wrong must not.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { installPacked } from "../../scripts/lib/tarball.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { typeErrors } from "../complaints.mjs";

const here = inRoot("tests", "types");
await installPacked(here);

const node16 = ["--module", "node16", "--moduleResolution", "node16"];
const nodeNext = ["--module", "nodenext", "--moduleResolution", "nodenext"];
const ways = {
  "a bundler": [],
  "a bundler, with options that are exact": ["--exactOptionalPropertyTypes"],
  "Node 16's resolution": node16,
  "Node 16's resolution, with options that are exact": [...node16, "--exactOptionalPropertyTypes"],
  "Node's newest resolution": nodeNext,
  "a service worker, which has no DOM": ["--lib", "es2022,webworker,webworker.iterable"],
  "the newest platform": ["--target", "esnext", "--lib", "esnext,dom,dom.iterable"],
};

for (const [way, options] of Object.entries(ways)) {
  test(`the types hold for ${way}`, async () => {
    assert.equal(await typeErrors(here, ...options), "");
  });
}

test("without `dom` or `webworker` in `lib`, the platform's own types are missing, and nothing else is wrong", async () => {
  const all = (await typeErrors(join(here, "bare"))).trim().split("\n");
  const missing = /^.*sigfetch\/api\.d\.ts\(.*\): error TS\d+: Cannot find name(?:space)? '\w+'\./;
  assert.deepEqual(
    all.filter((line) => !missing.test(line)),
    [],
  );
  assert.ok(all.some((line) => line.includes("'Response'")));
});

test("credentials are what AWS SDK for JavaScript v3 declares", async () => {
  assert.equal(await typeErrors(join(here, "sdk")), "");
});
