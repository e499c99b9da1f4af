// What subscriptions leave behind that have come and gone: nothing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { assertNothingGrew, holdings, watchTimers } from "../support/held.mjs";
import { asked, installFollow } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

/** Of each way. */
const TIMES = 100;

const KINDS = ["WebSocket", "AbortController", "AbortSignal", "Promise", "Headers", "Response"];

let held;
beforeEach(async () => {
  await at.page.addInitScript(watchTimers);
  await at.page.addInitScript(installFollow);
  await at.page.reload();
  held = await holdings(at, KINDS);
  await at.run(
    async (sigfetch, { options, url, events }) => {
      globalThis.aws = live(sigfetch, options);
      globalThis.subscribe = (field, init) => aws.subscribe(url, { query: `subscription { ${field} { id } }` }, init);
      globalThis.room = aws.events(events).channel("default/room");
      // Another one keeps the socket open.
      globalThis.kept = [
        await follow((init) => subscribe("noteAdded", init)),
        await follow((init) => room.subscribe(init)),
      ];
    },
    { options: at.guest, url: at.config.endpoints.graphql, events: at.config.endpoints.events },
  );
});

const WAYS = {
  "that were unsubscribed before anything was sent": () => subscribe("noteAdded").unsubscribe(),
  "that were aborted before": () => void subscribe("noteAdded", { signal: AbortSignal.abort() }),
  "that AppSync has acknowledged": async () => {
    const record = await follow((init) => subscribe("noteAdded", init));
    record.subscription.unsubscribe();
    await record.done;
  },
  "that a signal has ended": async () => {
    const controller = new AbortController();
    const record = await follow((init) => subscribe("noteAdded", { ...init, signal: controller.signal }));
    controller.abort();
    await record.done;
  },
  "with a signal that all share": async () => {
    globalThis.shared ??= new AbortController();
    const record = await follow((init) => subscribe("noteAdded", { ...init, signal: shared.signal }));
    record.subscription.unsubscribe();
    await record.done;
  },
  "that AppSync has refused": () => outcome(subscribe("noteDeleted").ready()),
  "to a channel": async () => {
    const record = await follow((init) => room.subscribe(init));
    await room.publish("x", { transport: "socket" });
    await until(() => record.messages.length === 1);
    record.subscription.unsubscribe();
    await record.done;
  },
};

const repeat = (way, times) =>
  at.page.evaluate(
    async ([way, times]) => {
      const work = new Function(`return ${way}`)();
      for (let time = 0; time < times; time += 1) await work();
      for (const { messages } of kept) messages.length = 0;
    },
    [String(way), times],
  );

for (const [which, way] of Object.entries(WAYS)) {
  test(`${TIMES} subscriptions ${which} leave nothing behind`, async () => {
    await repeat(way, 20);
    const before = await held();
    await repeat(way, TIMES);
    assertNothingGrew(await held(), before);
    const { openSockets } = await at.aws.stats();
    assert.deepEqual([openSockets.graphqlRealtime, openSockets.eventsRealtime], [1, 1]);
    assert.equal(await asked(at.aws, "graphqlRealtime", "connect"), 1);
  });
}
