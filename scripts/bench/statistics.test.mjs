import assert from "node:assert/strict";
import { test } from "node:test";
import { ratios, spread } from "./statistics.mjs";

test("median and quartiles lie between the numbers where they have to", () => {
  assert.deepEqual(spread([5, 1, 3, 2, 4]), { median: 3, p25: 2, p75: 4 });
  assert.deepEqual(spread([1, 2]), { median: 1.5, p25: 1.25, p75: 1.75 });
  assert.deepEqual(spread([7]), { median: 7, p25: 7, p75: 7 });
});

test("a machine that gets slower changes no ratio", () => {
  assert.deepEqual(ratios([1, 10, 100], [2, 20, 200]), { median: 0.5, p25: 0.5, p75: 0.5, best: 0.5 });
});

test("a round in which others had the processor does not count for the best", () => {
  assert.equal(ratios([30, 1, 30], [2, 2, 20]).best, 0.5);
});
