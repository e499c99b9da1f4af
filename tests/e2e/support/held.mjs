// What a page holds on to, once what nobody holds is gone.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Lets the page tell of timers that are to come. To be run before anything else in it. */
export function watchTimers() {
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

/**
 * Gives a function that tells what a page of a setting holds, whose timers are watched: `usedSize` of its heap in bytes,
 * `wasmBytes`, and how many `listeners`, DOM `nodes`, `timers` to come, and `objects` of these kinds.
 */
export async function holdings({ context, page }, kinds) {
  const devtools = await context.newCDPSession(page);

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
    ask(
      "WebAssembly.Memory",
      "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }",
    );

  return async () => {
    // What finalizers and the loader let go of is collected the second time.
    for (let time = 0; time < 2; time += 1) {
      await devtools.send("HeapProfiler.collectGarbage");
      await sleep(50);
    }
    const { jsEventListeners: listeners, nodes } = await devtools.send("Memory.getDOMCounters");
    const objects = {};
    for (const kind of kinds) objects[kind] = await count(kind);
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    const timers = await page.evaluate(() => globalThis.timersToCome());
    return { usedSize, listeners, nodes, objects, timers, wasmBytes: await wasmBytes() };
  };
}

/** Bytes of JavaScript that are noise: where thousands of small objects leak, it is several times that. */
const NOISE = 100_000;

/** Asserts that a page holds no more now than it did then. */
export function assertNothingGrew(now, then) {
  const { usedSize: usedNow, objects: objectsNow, ...restNow } = now;
  const { usedSize: usedThen, objects: objectsThen, ...restThen } = then;
  assert.deepEqual(restNow, restThen);
  for (const [kind, before] of Object.entries(objectsThen)) {
    // The page's own workings come and go by a few.
    assert.ok(objectsNow[kind] <= before + 10, `${kind}: ${before} before, ${objectsNow[kind]} now`);
  }
  assert.ok(usedNow - usedThen < NOISE, `${usedThen} bytes before, ${usedNow} now`);
}
