// An application's unit tests, in whatever stands in for a browser.
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { call } from "./src/call.js";
import { createClient } from "./src/entry.js";
import { mocked, MOCKED } from "./src/mocked.js";

test("a signed call is made", async () => {
  const result = await call(createClient, JSON.parse(process.env.TASK));
  mkdirSync("dist");
  writeFileSync("dist/result.json", JSON.stringify(result));
});

test("a signed call is made by a stand-in for fetch", async () => {
  expect(await mocked(createClient)).toEqual(MOCKED);
});
