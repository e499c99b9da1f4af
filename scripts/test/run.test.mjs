import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Verdict } from "../lib/run.mjs";
import { runStages, summary } from "../test.mjs";

test("the first failure ends the run and is counted", async () => {
  mock.method(console, "log", () => {});
  mock.method(console, "error", () => {});
  const ran = [];
  const stage = (name, problem) => ({
    name,
    about: "",
    async run() {
      ran.push(name);
      if (problem) throw new Verdict(problem);
    },
  });
  const stages = [stage("one"), stage("two", "it broke"), stage("three")];
  const results = await runStages(stages);
  mock.restoreAll();
  assert.deepEqual(ran, ["one", "two"]);
  assert.equal(results[1].problem, "it broke");
  assert.match(summary(stages, results), /three\s+not run\n\n1 passed, 1 failed$/);
});
