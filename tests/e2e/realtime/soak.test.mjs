// Half an hour of faults: a hundred subscriptions on one socket of a page against the local AWS, both of which have their
// time from the test. What chance decides follows from a seed: faults, their times, and delays of the client. How frames
// of the network fall between them does not, so that a run with the same seed need not be the same to the last message.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { holdings, watchTimers } from "../support/held.mjs";
import { asked } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";
import { MINUTE, SECOND } from "../support/time.mjs";
import { stopTime } from "../support/virtual-time.mjs";
import { watchSubscriptions } from "../support/watched.mjs";

/** More of it, or another: SOAK_MINUTES=120 SOAK_SEED=7 node --test tests/e2e/realtime/soak.test.mjs */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const SEED = Number(process.env.SOAK_SEED ?? 20_261_127);

const SUBSCRIPTIONS = 100;
/** Between two messages. */
const STEP = 2 * SECOND;
const KEEP_ALIVE = 6 * SECOND;
const SILENCE = 20 * SECOND;
/** How long the client waits for answers. */
const ANSWER = 15 * SECOND;
/** How long a socket without use stays open, and more. */
const LINGER = 6 * SECOND;
/** Without faults: enough for the two minutes at most in which Cognito is left alone, and for the longest delay twice. */
const CALM = 5 * MINUTE;

/** Bytes of JavaScript that are noise. A leak of one small object for each message would be a hundred times that. */
const NOISE = 400_000;
const KINDS = [
  "WebSocket",
  "CloseEvent",
  "MessageEvent",
  "AbortController",
  "AbortSignal",
  "Response",
  "Headers",
  "Promise",
];

const at = useSetting({ newPages: true });

let time;
beforeEach(async () => {
  time = await stopTime(at);
  // After the clock, as they are to see what the page sees.
  await at.page.addInitScript(watchTimers);
  await at.page.addInitScript(watchSubscriptions, SEED);
  await at.page.reload();
});

const settle = () => at.page.evaluate(() => watched.settle());

/** Park and Miller's generator. */
function randomness(seed) {
  let state = seed;
  const fraction = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const below = (limit) => Math.floor(fraction() * limit);
  return { between: (least, most) => least + below(most - least + 1), oneOf: (list) => list[below(list.length)] };
}

/** Makes the client, and has all its subscriptions acknowledged. */
async function start() {
  await at.run(
    async ({ createClient }, { options, url, count }) => {
      globalThis.aws = createClient({ ...options, realtime: () => import("/pkg/realtime.js") });
      globalThis.url = url;
      // Counted, as a list of them would grow.
      globalThis.told = { gaps: 0, states: {} };
      aws.addEventListener("gap", () => (told.gaps += 1));
      aws.addEventListener("realtime", ({ detail: { state, reason = state } }) => {
        told.states[reason] = (told.states[reason] ?? 0) + 1;
      });
      globalThis.forbidden = {};
      for (let number = 0; number < count; number += 1) {
        const query = `subscription S${number} { noteAdded { text } }`;
        watched.follow(number, (init) => aws.subscribe(url, { query }, init));
      }
      await Promise.all(watched.records.map(({ subscription }) => subscription.ready()));
    },
    { options: at.guest, url: at.config.endpoints.graphql, count: SUBSCRIPTIONS },
  );
  await settle();
}

/**
 * The server's doings: messages, keep-alive frames, faults. Frames that AppSync sends by its own clock come from here, by
 * that of the test.
 */
function server(random) {
  let sent = 0;
  let kept = 0;
  /** Whether all subscriptions were there for the last message, and nothing has gone wrong since. */
  let isWhole = false;
  const counts = { faults: 0, messages: 0 };
  const realtime = (faults) => at.aws.faults({ realtime: faults });
  const drop = () => realtime({ drop: random.oneOf([{}, {}, { code: 1001 }, { code: 1011, reason: "bye" }]) });

  /** Sends a message to all subscriptions, and says to how many. */
  async function publish() {
    sent += 1;
    counts.messages += 1;
    const payload = { data: { noteAdded: { text: String(sent) } } };
    return (await at.aws.publish({ field: "noteAdded", payload })).deliveries;
  }

  /** Sends a message and holds what subscriptions were told against what the server has sent. */
  async function tell() {
    const deliveries = await publish();
    const heard = await at.page.evaluate((message) => watched.hear(...message), [sent, deliveries]);
    assert.equal(heard, deliveries, `message ${sent} was sent to ${deliveries} subscriptions`);
    isWhole = deliveries === SUBSCRIPTIONS;
  }

  /**
   * Has AppSync refuse the credentials from now on, unless it may already: the client refreshes them once, and gives up
   * if new ones are refused before it was connected.
   */
  async function refuseCredentials(faults) {
    if (isWhole) await at.aws.faults(faults);
    await drop();
  }

  /** Lets a while pass in which the server sends nothing. */
  async function silence(milliseconds) {
    for (const end = time.elapsed() + milliseconds + STEP; time.elapsed() < end;) await time.pass(STEP);
  }

  const faults = {
    dropped: drop,
    // What is under way then is lost, or is not.
    "dropped amid messages": () => Promise.all([publish(), publish(), drop(), publish()]),
    "expired credentials": () => refuseCredentials({ expireCredentials: true }),
    "unknown credentials": () => refuseCredentials({ revokeCredentials: true }),
    "expired credentials, and Cognito fails": () =>
      refuseCredentials({
        expireCredentials: true,
        status5xx: { service: "cognitoIdentity", times: random.between(4, 8) },
      }),
    "sleep that the socket survives": () => time.sleepFor(random.between(3, 90) * SECOND),
    "sleep in which the socket ends": async () => {
      await time.sleepFor(random.between(3, 90) * SECOND);
      await drop();
    },
    "sleep after which nothing is heard of the socket": async () => {
      await time.sleepFor(random.between(30, 90) * SECOND);
      await silence(SILENCE);
    },
    "refused starts": () => {
      const refusal = { operation: "start", errorType: "LimitExceededError", message: "Rate limit exceeded" };
      const refuse = [
        { ...refusal, times: random.between(1, 20) },
        { ...refusal, withId: false, times: random.between(1, 3) },
      ];
      return realtime({ refuse, drop: {} });
    },
    "starts without an answer": async () => {
      await realtime({ ignore: [{ operation: "start", times: random.between(1, 20) }], drop: {} });
      await silence(ANSWER);
    },
    "refused connections": () => {
      const refusal = { operation: "connect", errorType: "LimitExceededError", message: "Rate limit exceeded" };
      return realtime({ refuse: [{ ...refusal, errorCode: 429, times: random.between(1, 3) }], drop: {} });
    },
    "connections that fail": async () => {
      await at.aws.faults({ status5xx: { service: "graphqlRealtime", times: random.between(1, 3) } });
      await drop();
    },
    "a connection without an acknowledgement": async () => {
      await realtime({ ignore: [{ operation: "connect" }], drop: {} });
      await silence(ANSWER);
    },
    "no keep-alive": () => silence(SILENCE),
    offline: async () => {
      await at.context.setOffline(true);
      await time.pass(random.between(500, 8_000));
      await at.context.setOffline(false);
    },
    "frames that cannot be read": () =>
      realtime({
        send: [
          { text: "nonsense" },
          { text: "null" },
          { text: '{"type":"data","id":"x","payload":{}}' },
          { text: '{"type":"?"}' },
          { binary: "AAEC" },
        ],
      }),
  };

  return {
    counts,
    names: Object.keys(faults),

    async fault(name) {
      counts.faults += 1;
      await faults[name]();
      isWhole = false;
      await settle();
    },

    /** Lets a while pass, and does what the server does in it. */
    async pass(milliseconds) {
      await time.pass(milliseconds);
      if (time.elapsed() - kept >= KEEP_ALIVE) {
        kept = time.elapsed();
        await realtime({ send: { text: '{"type":"ka"}' } });
      }
      await tell();
    },

    /** Lets time pass without faults until all subscriptions hear of a message. */
    async calm() {
      await at.aws.faults({ status5xx: null, realtime: { refuse: null, ignore: null } });
      const until = time.elapsed() + CALM;
      for (await tell(); !isWhole; await this.pass(STEP)) assert.ok(time.elapsed() < until, "everything works again");
    },
  };
}

/** Subscribes to what is forbidden, and to something that nobody wants any more at once. */
const churn = () =>
  at.page.evaluate(() => {
    const query = "subscription Forbidden { noteDeleted { id } }";
    outcome(aws.subscribe(url, { query }).next()).then(({ error }) => {
      forbidden[error?.code] = (forbidden[error?.code] ?? 0) + 1;
    });
    aws.subscribe(url, { query }).unsubscribe();
  });

/** Has faults for that long, and a subscription that is forbidden with each of them; says how many those were. */
async function soak(aws, random, milliseconds) {
  let next = 0;
  let churned = 0;
  for (const end = time.elapsed() + milliseconds; time.elapsed() < end;) {
    if (time.elapsed() >= next) {
      await aws.fault(random.oneOf(aws.names));
      await churn();
      churned += 1;
      next = time.elapsed() + random.between(1_001, 10_000);
    }
    await aws.pass(Math.min(STEP, Math.max(1, next - time.elapsed())));
  }
  return churned;
}

/** What subscriptions were told, and what of it was wrong. */
const seen = () =>
  at.page.evaluate(() => ({
    wrong: watched.wrong,
    sockets: watched.sockets,
    delivered: watched.delivered,
    records: watched.records.map(({ spells, gaps, arrived }) => ({ spells, gaps, left: arrived.length })),
    forbidden,
    told,
  }));

/** One socket for all, on either side. */
async function assertSockets(count) {
  assert.equal((await at.aws.stats()).openSockets.graphqlRealtime, count);
  assert.equal(await at.page.evaluate(() => watched.openSockets()), count);
}

/** Nothing grows with time. */
function assertSteady(after, before) {
  assert.ok(after.usedSize - before.usedSize < NOISE, `${before.usedSize} bytes before, ${after.usedSize} after`);
  const counts = ({ objects, listeners, timers }) => ({ ...objects, listeners, timers });
  for (const [what, count] of Object.entries(counts(before))) {
    // The page's own workings come and go by a few.
    assert.ok(counts(after)[what] <= count + 20, `${what}: ${count} before, ${counts(after)[what]} after`);
  }
}

/** Ends all subscriptions and the client. */
async function end() {
  await at.page.evaluate(() => {
    for (const { subscription } of watched.records) subscription.unsubscribe();
    return Promise.all(watched.records.map(({ done }) => done));
  });
  await time.pass(LINGER);
  await assertSockets(0);
  await at.page.evaluate(() => {
    aws.close();
    watched.records.length = 0;
    delete globalThis.aws;
  });
}

test(`a hundred subscriptions and ${MINUTES} minutes of faults, with seed ${SEED}`, async (t) => {
  await at.aws.faults({
    credentialLifetimeSeconds: 900,
    realtime: { withholdKeepAlive: true, connectionTimeoutMs: SILENCE },
  });
  await start();
  const held = await holdings(at, KINDS);
  const random = randomness(SEED);
  const aws = server(random);
  // Each of them once, so that all that is made once has been made.
  for (const name of aws.names) {
    await aws.fault(name);
    await aws.calm();
  }
  const before = await held();
  const churned = await soak(aws, random, MINUTES * MINUTE);
  await aws.calm();
  const after = await held();

  await assertSockets(1);
  const { wrong, records, forbidden, told, sockets, delivered } = await seen();
  assert.deepEqual(wrong, []);
  for (const { spells, gaps, left } of records) {
    assert.equal(gaps, spells - 1, "one gap for every disconnection");
    assert.equal(left, 0, "all that has arrived was told");
  }
  const gaps = records.reduce((sum, { gaps }) => sum + gaps, 0);
  assert.equal(told.gaps, gaps);
  assert.deepEqual(forbidden, { REFUSED: churned }, "what is refused ends alone");
  assertSteady(after, before);

  const cognito = await at.aws.cognitoCalls();
  const connects = await asked(at.aws, "graphqlRealtime", "connect");
  assert.equal(cognito.getId, 1);
  await end();
  const { timers, objects } = await held();
  assert.deepEqual([timers, objects.WebSocket], [0, 0]);

  // The test would show nothing if little had happened.
  const { faults, messages } = aws.counts;
  assert.ok(faults > MINUTES * 2 && gaps > MINUTES * SUBSCRIPTIONS, JSON.stringify({ faults, gaps }));
  for (const reason of ["closed", "refused", "network", "silent", "slept", "timeout", "unsigned"]) {
    assert.ok(told.states[reason] > 0, JSON.stringify(told.states));
  }
  const heap = `heap ${before.usedSize} to ${after.usedSize} bytes`;
  t.diagnostic(`seed ${SEED}: ${faults} faults, ${messages} messages, ${delivered} delivered, ${gaps} gaps`);
  t.diagnostic(`${sockets} sockets opened, ${connects} connects at AppSync, Cognito ${JSON.stringify(cognito)}`);
  t.diagnostic(`states ${JSON.stringify(told.states)}`);
  t.diagnostic(`${heap}, WebAssembly ${before.wasmBytes} to ${after.wasmBytes}`);
});
