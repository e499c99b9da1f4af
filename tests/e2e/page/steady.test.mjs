// What thousands of calls leave behind in a page: nothing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { assertNothingGrew, holdings, watchTimers } from "../support/held.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

/** More of them: STEADY_CALLS=10000 node --test tests/e2e/page/steady.test.mjs */
const IN_A_ROW = Number(process.env.STEADY_CALLS ?? 2_000);
const AT_ONCE = 200;

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

let held;
beforeEach(async () => {
  await at.page.addInitScript(watchTimers);
  await at.page.reload();
  held = await holdings(at, KINDS);
});

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
