// What thousands of calls leave behind in a page: nothing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

/** More of them: STEADY_CALLS=10000 node --test tests/e2e/page/steady.test.mjs */
const IN_A_ROW = Number(process.env.STEADY_CALLS ?? 2_000);
const AT_ONCE = 200;

/** Bytes of JavaScript that are noise: a leak of a single small object for each call would be twice that. */
const NOISE = 100_000;

/** What calls are made of; each holds on to memory outside of the heap, too. */
const KINDS = [
  "Request",
  "Response",
  "Headers",
  "AbortSignal",
  "AbortController",
  "ReadableStream",
  "Promise",
  "Uint8Array",
];

/** Lets the page tell of timers that are to come. */
function watchTimers() {
  const timers = new Set();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = (work, ...rest) => {
    const timer = setTimeout((...given) => (timers.delete(timer), work(...given)), ...rest);
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => (timers.delete(timer), clearTimeout(timer));
  globalThis.timersToCome = () => timers.size;
}

let devtools;
beforeEach(async () => {
  await at.page.addInitScript(watchTimers);
  await at.page.reload();
  devtools = await at.context.newCDPSession(at.page);
});

/** What a function says of all living objects of a kind, whoever holds them. */
async function ask(kind, functionDeclaration) {
  const { result: prototype } = await devtools.send("Runtime.evaluate", { expression: `${kind}.prototype` });
  const { objects } = await devtools.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const { objectId } = objects;
  const { result } = await devtools.send("Runtime.callFunctionOn", { functionDeclaration, objectId });
  await devtools.send("Runtime.releaseObject", { objectId });
  return result.value;
}

const count = (kind) => ask(kind, "function () { return this.length; }");

/** Memory of WebAssembly can grow only. */
const wasmBytes = () =>
  ask("WebAssembly.Memory", "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }");

/** All that the page holds, once what nobody holds is gone. */
async function held() {
  // What finalizers and the loader let go of is collected the second time.
  for (let time = 0; time < 2; time += 1) {
    await devtools.send("HeapProfiler.collectGarbage");
    await at.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  }
  const { jsEventListeners: listeners, nodes } = await devtools.send("Memory.getDOMCounters");
  const objects = {};
  for (const kind of KINDS) objects[kind] = await count(kind);
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const timers = await at.page.evaluate(() => globalThis.timersToCome());
  return { usedSize, listeners, nodes, objects, timers, wasmBytes: await wasmBytes() };
}

/** Makes a client for calls to the page's own server, which answers at once and needs no preflights. */
const keepClient = () =>
  at.run(({ createClient }, options) => {
    const { origin } = location;
    const endpoints = [...options.endpoints, { url: origin, service: "execute-api", region: "eu-west-1" }];
    const aws = createClient({ ...options, endpoints });
    // One signal for all, as of a page that aborts everything when it is left.
    const { signal } = new AbortController();
    const kinds = [
      () => aws.signedFetch("/local-aws.json?limit=5", { signal }),
      () => aws.signedFetch(new Request("/local-aws.json", { method: "POST", body: "{}", signal })),
      () => aws.signedFetch("/local-aws.json", { method: "POST", body: new Uint8Array(2_000), signal }),
      () => aws.signedFetch("/local-aws.json", { method: "POST", body: new Blob(["a"]), headers: { "x-a": "b" } }),
    ];
    globalThis.call = async (at) => {
      const response = await kinds[at % kinds.length]();
      await response.text();
      if (response.status !== 200) throw new Error(`status ${response.status}`);
    };
  }, at.guest);

const inARow = (calls) =>
  at.page.evaluate(async (calls) => {
    for (let at = 0; at < calls; at += 1) await globalThis.call(at);
  }, calls);

const atOnce = (calls) =>
  at.page.evaluate(async (calls) => {
    await Promise.all(Array.from({ length: calls }, (_, at) => globalThis.call(at)));
  }, calls);

function assertNothingGrew(now, then) {
  const { usedSize: usedNow, objects: objectsNow, ...restNow } = now;
  const { usedSize: usedThen, objects: objectsThen, ...restThen } = then;
  assert.deepEqual(restNow, restThen);
  for (const kind of KINDS) {
    // The page's own workings come and go by a few.
    assert.ok(
      objectsNow[kind] <= objectsThen[kind] + 10,
      `${kind}: ${objectsThen[kind]} before, ${objectsNow[kind]} now`,
    );
  }
  assert.ok(usedNow - usedThen < NOISE, `${usedThen} bytes before, ${usedNow} now`);
}

test(`${IN_A_ROW} calls in a row and ${AT_ONCE} at once leave nothing behind`, async (t) => {
  await keepClient();
  await atOnce(AT_ONCE);
  await inARow(500);
  const start = await held();
  assert.ok(start.wasmBytes > 0 && start.objects.Promise > 0, "what is counted is there");
  await inARow(IN_A_ROW);
  const afterRow = await held();
  assertNothingGrew(afterRow, start);
  await atOnce(AT_ONCE);
  const end = await held();
  assertNothingGrew(end, start);
  const grown = (now) => `${now.usedSize - start.usedSize} bytes of ${start.usedSize}`;
  t.diagnostic(
    `after the row ${grown(afterRow)}, in the end ${grown(end)}; WebAssembly ${end.wasmBytes} bytes throughout`,
  );
});
