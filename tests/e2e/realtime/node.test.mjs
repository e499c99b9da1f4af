// Events in Node: with a WebSocket, as Node 22 has it, and without one.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { startAll } from "../../../scripts/start.mjs";
import { controls, endpoints } from "../support/local.mjs";

let all, given;
before(async () => {
  all = await startAll();
  const config = await controls(all.localAwsUrl).config();
  const options = { identityPoolId: config.identityPoolId, endpoints: endpoints(config) };
  given = JSON.stringify({ options, url: config.endpoints.events });
});
after(() => all?.stop());

const program = inRoot("tests", "e2e", "realtime", "node.mjs");
const [major] = process.versions.node.split(".").map(Number);

/** What the visit prints. It ends by itself: nothing of the client keeps Node from ending. */
const visit = async (...flags) =>
  JSON.parse((await promisify(execFile)(process.execPath, [...flags, program, given], { timeout: 60_000 })).stdout);

test("a program subscribes, publishes and ends", async () => {
  assert.deepEqual(await visit(...(major < 22 ? ["--experimental-websocket"] : [])), { messages: ["http", "socket"] });
});

test("without a WebSocket the error says so", async () => {
  const error = await visit(...(major < 22 ? [] : ["--no-experimental-websocket"]));
  assert.equal(error.code, "WASM_LOAD");
  assert.equal(error.retryable, false);
  assert.match(error.message, /WebSocket/);
});
