import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { explainFailure, runSteps } from "./run.mjs";

test.beforeEach(() => mock.method(console, "log", () => {}));
test.afterEach(() => mock.restoreAll());

/** A step that is missing until it was installed, and notes what happens to it. */
function step(name, events, { after = [], install = () => {}, here = false } = {}) {
  return {
    name,
    after: () => after,
    byHand: () => `get ${name}`,
    check: async () => (here ? undefined : `no ${name}`),
    async install() {
      events.push(`begin ${name}`);
      await install();
      here = true;
      events.push(`end ${name}`);
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

test("what is here is not installed again", async () => {
  const events = [];
  assert.equal(await runSteps([step("a", events, { here: true })]), 0);
  assert.deepEqual(events, []);
});

test("a step waits for those it comes after, and others run beside it", async () => {
  const events = [];
  const installed = await runSteps([
    step("rust", events, { install: soon }),
    step("library", events, { after: ["rust"] }),
    step("browser", events),
  ]);
  assert.equal(installed, 3);
  assert.deepEqual(events, ["begin rust", "begin browser", "end browser", "end rust", "begin library", "end library"]);
});

test("a step that comes after one that is here need not wait", async () => {
  const events = [];
  await runSteps([step("rust", events, { here: true }), step("library", events, { after: ["rust"] })]);
  assert.deepEqual(events, ["begin library", "end library"]);
});

test("a failure says what is missing, why and how to get it by hand", async () => {
  const fail = () => Promise.reject(new Error("the network is down"));
  const events = [];
  const failing = [step("rust", events, { install: fail }), step("library", events, { after: ["rust"] })];
  const error = await runSteps(failing).catch((thrown) => thrown);
  assert.match(explainFailure(error), /rust: the network is down[^]*by hand:\s+get rust/);
  assert.ok(!events.includes("begin library"));
});

test("an installation that changes nothing is a failure", async () => {
  const stubborn = { ...step("rust", []), install: async () => {} };
  await assert.rejects(runSteps([stubborn]), /installed, and yet missing: no rust/);
});
