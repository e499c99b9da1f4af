/** @jest-environment jest-fixed-jsdom */
// jsdom with Node's own fetch and what belongs to it. Its objects are of another realm than the tests'.
import { mkdirSync, writeFileSync } from "node:fs";
import { call } from "./src/call.js";
import { createClient } from "./src/entry.js";
import { mocked, MOCKED } from "./src/mocked.js";

test("a signed call is made", async () => {
  const result = await call(createClient, JSON.parse(process.env.TASK));
  mkdirSync("dist", { recursive: true });
  writeFileSync("dist/result.json", JSON.stringify(result));
});

test("a signed call is made by a stand-in for fetch", async () => {
  expect(await mocked(createClient)).toEqual(MOCKED);
});
