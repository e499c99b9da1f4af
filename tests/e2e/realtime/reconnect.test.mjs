// Connections that are lost: they come back, and each subscription is told of one gap.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { asked, prepare } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
beforeEach(() => prepare(at.page));

/** Starts a client with subscriptions to channels in the page. */
const start = (channels, options = at.guest) =>
  at.run(
    async (sigfetch, { options, url, channels }) => {
      globalThis.aws = live(sigfetch, options);
      globalThis.channel = (name) => aws.events(url).channel(`default/${name}`);
      globalThis.records = await Promise.all(channels.map((name) => follow((init) => channel(name).subscribe(init))));
    },
    { options, url: at.config.endpoints.events, channels },
  );

/** Waits until there was a connection so many times. */
const connected = (times) =>
  at.page.evaluate(
    (times) => until(() => aws.states.filter(({ state }) => state === "connected").length === times),
    times,
  );

/** Publishes a number to all channels, and waits for it. */
const publish = (channels, number) =>
  at.page.evaluate(
    async ([channels, number]) => {
      for (const name of channels) await channel(name).publish(number);
      await until(() => records.every(({ messages }) => messages.at(-1) === number));
    },
    [channels, number],
  );

const seen = () =>
  at.page.evaluate(() => ({
    messages: records.map(({ messages }) => messages),
    gaps: records.map(({ gaps }) => gaps.map(({ disconnections }) => disconnections)),
    states: aws.states,
    events: aws.gaps.length,
  }));

for (const [how, drop] of [
  ["without a word", {}],
  ["with a close frame", { code: 1001, reason: "bye" }],
]) {
  test(`a socket that is dropped ${how} is opened again, with one gap for each subscription`, async () => {
    await start(["a", "b"]);
    await publish(["a", "b"], 1);
    for (const times of [2, 3]) {
      await at.aws.faults({ realtime: { drop } });
      await connected(times);
      await at.page.evaluate((gaps) => until(() => records.every((record) => record.gaps.length === gaps)), times - 1);
      await publish(["a", "b"], times);
    }
    const { messages, gaps, states, events } = await seen();
    assert.deepEqual(messages, [
      [1, 2, 3],
      [1, 2, 3],
    ]);
    assert.deepEqual(gaps, [
      [1, 1],
      [1, 1],
    ]);
    assert.equal(events, 4);
    const waiting = states.filter(({ state }) => state === "waiting");
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ["closed", "closed"],
    );
    for (const { delayMs } of waiting) assert.ok(delayMs >= 0 && delayMs <= 2_000, String(delayMs));
    assert.equal((await at.aws.stats()).openSockets.eventsRealtime, 1);
  });
}

test("the next message waits for what the page does about a gap, and what that throws ends the subscription", async () => {
  await start(["a"]);
  await at.page.evaluate(async () => {
    globalThis.steps = [];
    const onGap = async () => {
      steps.push("gap");
      await channel("b").publish("meanwhile");
      steps.push("fetched");
    };
    const record = await follow((init) => channel("b").subscribe({ ...init, onGap }));
    globalThis.patient = record.messages;
    globalThis.failing = channel("b").subscribe({
      onGap() {
        throw new Error("mine");
      },
    });
    await failing.ready();
    globalThis.failed = outcome(failing.forEach(() => {}));
  });
  await at.aws.faults({ realtime: { drop: {} } });
  const found = await at.page.evaluate(async () => {
    await until(() => patient.length === 1);
    return { steps: [...steps, ...patient], failed: await failed, after: await failing.next() };
  });
  assert.deepEqual(found.steps, ["gap", "fetched", "meanwhile"]);
  assert.equal(found.failed.error.message, "mine");
  assert.equal(found.after.done, true);
});

test("a connection survives the network being pulled", async () => {
  await start(["a"]);
  await publish(["a"], 1);
  await at.context.setOffline(true);
  await at.page.evaluate(() => until(() => !navigator.onLine));
  await at.context.setOffline(false);
  await connected(2);
  await at.page.evaluate(() => until(() => records[0].gaps.length === 1));
  await publish(["a"], 2);
  const { messages, gaps, states } = await seen();
  assert.deepEqual([messages, gaps], [[[1, 2]], [[1]]]);
  assert.ok(
    states.some(({ reason }) => reason === "network" || reason === "closed"),
    JSON.stringify(states),
  );
});

test("missing keep-alive frames end a connection", async () => {
  await at.aws.faults({ realtime: { connectionTimeoutMs: 1_000, withholdKeepAlive: true } });
  await start(["a"]);
  await at.aws.faults({ realtime: { connectionTimeoutMs: null, withholdKeepAlive: null } });
  await connected(2);
  await publish(["a"], 1);
  const { gaps, states } = await seen();
  assert.deepEqual(gaps, [[1]]);
  assert.deepEqual(
    states.filter(({ state }) => state === "waiting").map(({ reason }) => reason),
    ["silent"],
  );
});

test("credentials that AWS refuses are refreshed once, for a connection and for a subscription", async () => {
  await start(["a"]);
  const refusal = { errorType: "UnauthorizedException", errorCode: 401, service: "eventsRealtime" };
  await at.aws.faults({ realtime: { refuse: [{ ...refusal, operation: "connect" }], drop: {} } });
  await connected(2);
  await at.page.evaluate(() => until(() => records[0].gaps.length === 1));
  assert.equal((await at.aws.cognitoCalls()).getCredentials, 2);
  await at.aws.faults({ realtime: { refuse: [{ ...refusal, operation: "subscribe" }] } });
  await at.page.evaluate(async () => records.push(await follow((init) => channel("a").subscribe(init))));
  await publish(["a"], 1);
  const { getCredentials } = await at.aws.cognitoCalls();
  assert.ok(getCredentials === 2 || getCredentials === 3, String(getCredentials));
});

test("throttled subscriptions are started again", async () => {
  await at.aws.faults({
    realtime: {
      refuse: [
        { operation: "subscribe", errorType: "LimitExceededError", message: "Rate limit exceeded", times: 2 },
        { operation: "connect", errorType: "LimitExceededError", message: "Rate limit exceeded", errorCode: 429 },
      ],
    },
  });
  await start(["a", "b"]);
  await publish(["a", "b"], 1);
  assert.equal(await asked(at.aws, "eventsRealtime", "connect"), 2);
  const { gaps, states } = await seen();
  assert.deepEqual(gaps, [[], []], "nothing was missed before the first acknowledgement");
  assert.deepEqual(
    states.map(({ state, reason }) => reason ?? state),
    ["connecting", "refused", "connecting", "connected"],
  );
});

test("an API that never answers is given up", async () => {
  await at.page.clock.install();
  const ended = at.run(
    async (sigfetch, { options }) => {
      const aws = live(sigfetch, options);
      const end = await outcome(aws.events("http://127.0.0.1:9/event").channel("default/a").subscribe().ready());
      return { end, states: aws.states };
    },
    {
      options: {
        ...at.guest,
        endpoints: [...at.guest.endpoints, { url: "http://127.0.0.1:9/", service: "appsync", region: "us-east-1" }],
      },
    },
  );
  const running = setInterval(() => at.page.clock.runFor(2_000).catch(() => {}), 50);
  const { end, states } = await ended.finally(() => clearInterval(running));
  assertRefused(end, "NETWORK", { retryable: true });
  assert.equal(states.filter(({ state }) => state === "connecting").length, 8);
});
