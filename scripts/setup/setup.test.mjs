import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportedError } from "../lib/run.mjs";
import { runSteps } from "../setup.mjs";
import { atLeast } from "./rust.mjs";

/** A step that tells `events` what happens to it. */
function step(name, events, { after = [], install = () => {}, isHere = false } = {}) {
  return {
    name,
    after,
    byHand: `get ${name}`,
    missing: async () => (isHere ? undefined : `no ${name}`),
    async install() {
      events.push(`begin ${name}`);
      await install();
      isHere = true;
      events.push(`end ${name}`);
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

test("what is here is not installed again, and nothing waits for it", async () => {
  const events = [];
  const steps = [step("rust", events, { isHere: true }), step("library", events, { after: ["rust"] })];
  assert.equal(await runSteps(steps), 1);
  assert.deepEqual(events, ["begin library", "end library"]);
});

test("a step waits for those that it comes after, and others run beside it", async () => {
  const events = [];
  const installed = await runSteps([
    step("rust", events, { install: soon }),
    step("library", events, { after: ["rust"] }),
    step("browser", events),
  ]);
  assert.equal(installed, 3);
  assert.deepEqual(events, ["begin rust", "begin browser", "end browser", "end rust", "begin library", "end library"]);
});

test("a failure says what is missing, why and how to get it by hand", async () => {
  const events = [];
  const install = () => Promise.reject(new ReportedError("the network is down"));
  const steps = [step("rust", events, { install }), step("library", events, { after: ["rust"] })];
  await assert.rejects(runSteps(steps), /rust: the network is down[^]*by hand:\s+get rust/);
  assert.ok(!events.includes("begin library"));
});

test("an installation that changes nothing is a failure", async () => {
  const stubborn = { ...step("rust", []), install: async () => {} };
  await assert.rejects(runSteps([stubborn]), /still missing after the installation: no rust/);
});

test("versions are compared number by number", () => {
  assert.ok(atLeast("1.94.1", "1.94.1"));
  assert.ok(atLeast("1.100.0", "1.94.1"));
  assert.ok(atLeast("1.97.0-nightly", "1.94.1"));
  assert.ok(!atLeast("1.94.0", "1.94.1"));
  assert.ok(!atLeast("1.9.9", "1.94.1"));
});
