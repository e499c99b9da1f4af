import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, locked, minimalRust } from "./versions.mjs";

test("versions are compared number by number", () => {
  assert.ok(atLeast("1.94.1", "1.94.1"));
  assert.ok(atLeast("1.100.0", "1.94.1"));
  assert.ok(atLeast("2.0.0", "1.94.1"));
  assert.ok(!atLeast("1.94.0", "1.94.1"));
  assert.ok(!atLeast("1.9.9", "1.94.1"));
  assert.ok(atLeast("1.97.0-nightly", "1.94.1"));
});

test("the versions to install are those the project names", () => {
  assert.match(locked("wasm-bindgen"), /^0\.2\.\d+$/);
  assert.match(minimalRust(), /^1\.\d+(\.\d+)?$/);
});
