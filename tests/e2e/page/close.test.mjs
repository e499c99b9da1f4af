// close(): a client that is not needed any more lets go of everything, at once, and says so to whoever calls it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { COGNITO, hold } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

/** Lets the page tell what it holds on to: timers to come, intervals, open channels, workers. */
function watchHoldings() {
  const held = (globalThis.held = { timers: new Set(), intervals: new Set(), channels: new Set(), workers: new Set() });
  const { setTimeout, clearTimeout, setInterval, clearInterval, BroadcastChannel, Worker } = globalThis;
  globalThis.setTimeout = (work, ...rest) => {
    const timer = setTimeout((...given) => (held.timers.delete(timer), work(...given)), ...rest);
    held.timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => (held.timers.delete(timer), clearTimeout(timer));
  globalThis.setInterval = (...given) => {
    const timer = setInterval(...given);
    held.intervals.add(timer);
    return timer;
  };
  globalThis.clearInterval = (timer) => (held.intervals.delete(timer), clearInterval(timer));
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      held.channels.add(this);
    }
    close() {
      held.channels.delete(this);
      super.close();
    }
  };
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      held.workers.add(this);
    }
    terminate() {
      held.workers.delete(this);
      super.terminate();
    }
  };
}

beforeEach(async () => {
  await at.page.addInitScript(watchHoldings);
  await at.page.reload();
});

/** What the page holds on to: what it tells itself, listeners and locks. */
async function holdings() {
  const devtools = await at.context.newCDPSession(at.page);
  await devtools.send("HeapProfiler.collectGarbage");
  const { jsEventListeners: listeners } = await devtools.send("Memory.getDOMCounters");
  await devtools.detach();
  const held = await at.page.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    const sizes = Object.entries(globalThis.held).map(([name, all]) => [name, all.size]);
    return { ...Object.fromEntries(sizes), locks: held.length + pending.length };
  });
  return { ...held, listeners };
}

const places = () => ({ url: `${at.config.endpoints.rest}/echo/x`, graphql: at.config.endpoints.graphql });

/** Every method that goes to AWS or signs, each on a client of its own making. */
const METHODS = {
  signedFetch: (aws, { url }) => aws.signedFetch(url),
  "signedFetch of a file": (aws, { url }) => aws.signedFetch(url, { method: "POST", body: new Blob(["a"]) }),
  sign: (aws, { url }) => aws.sign(url),
  signHeaders: (aws, { url }) => aws.signHeaders(url),
  signHeadersSync: (aws, { url }) => aws.signHeadersSync(url),
  presign: (aws, { url }) => aws.presign(url),
  presignSync: (aws, { url }) => aws.presignSync(url),
  graphql: (aws, { graphql }) => aws.graphql(graphql, { query: "{ me { role } }" }),
  credentials: (aws) => aws.credentials(),
  identityId: (aws) => aws.identityId(),
  whoami: (aws) => aws.whoami(),
};
const sources = Object.fromEntries(Object.entries(METHODS).map(([name, work]) => [name, String(work)]));

for (const state of ["new", "warm"]) {
  test(`every method of a ${state} client that was closed is refused with CLOSED, and asks nobody`, async () => {
    const ends = await at.run(
      async ({ createClient }, { options, methods, places, state }) => {
        const aws = createClient(options);
        if (state === "warm") await aws.credentials();
        aws.close();
        aws.close();
        const works = Object.values(methods).map((source) => new Function(`return ${source}`)());
        return Promise.all(works.map((work) => outcome(() => work(aws, places))));
      },
      { options: at.guest, methods: sources, places: places(), state },
    );
    for (const end of ends) assertRefused(end, "CLOSED", { retryable: false });
    const { calls } = await at.aws.stats();
    assert.equal(calls.rest, undefined);
    const { getId } = await at.aws.cognitoCalls();
    assert.equal(getId, state === "warm" ? 1 : 0);
  });
}

test("what waits for credentials ends with CLOSED at once, and is never sent", async () => {
  const release = await hold(at.page, COGNITO);
  const { ends, took } = await at.run(
    async ({ createClient }, { options, methods, places }) => {
      const aws = createClient(options);
      const works = Object.entries(methods).filter(([name]) => !name.endsWith("Sync"));
      const ends = Promise.all(works.map(([, source]) => outcome(new Function(`return ${source}`)()(aws, places))));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const began = performance.now();
      aws.close();
      return { ends: await ends, took: performance.now() - began };
    },
    { options: at.guest, methods: sources, places: places() },
  );
  await release();
  for (const end of ends) assertRefused(end, "CLOSED");
  assert.ok(took < 200, `${took} ms`);
  const { calls } = await at.aws.stats();
  assert.deepEqual([calls.rest, calls.sts, calls.graphql], [undefined, undefined, undefined]);
});

test("what waits for the module, or for another attempt, ends with CLOSED too", async () => {
  await at.aws.faults({ throttle: { service: "rest", retryAfter: 5 } });
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const loading = createClient({ ...options, wasm: new Promise(() => {}) });
      const first = outcome(loading.signedFetch(url));
      loading.close();
      return [await first];
    },
    { options: at.guest, url: places().url },
  );
  await at.page.reload();
  ends.push(
    await at.run(
      async ({ createClient }, { options, url }) => {
        const aws = createClient(options);
        const isWaiting = new Promise((resolve) => aws.addEventListener("retry", resolve, { once: true }));
        const end = outcome(aws.signedFetch(url));
        await isWaiting;
        aws.close();
        return end;
      },
      { options: at.guest, url: places().url },
    ),
  );
  for (const end of ends) assertRefused(end, "CLOSED");
});

test("a response that is there already stays readable", async () => {
  const text = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const response = await aws.signedFetch(url);
      aws.close();
      return response.text();
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(JSON.parse(text), { items: [] });
});

test("timers, listeners, locks, channels and workers are let go, by clients of every kind", async () => {
  // What the package itself keeps for all clients of a page is there before.
  await at.run(
    async ({ createClient }, { options, places, methods }) => {
      const aws = createClient(options);
      for (const source of Object.values(methods)) await new Function(`return ${source}`)()(aws, places);
      aws.close();
    },
    { options: at.guest, places: places(), methods: sources },
  );
  const before = await holdings();
  const during = await at.run(
    async ({ createClient }, { guest, alice, places, methods }) => {
      const clients = [
        createClient(guest),
        createClient({ ...guest, shareBetweenTabs: true, rememberIdentity: true }),
        createClient({ ...alice, shareBetweenTabs: true }),
        createClient({
          credentials: async () => ({ accessKeyId: "A", secretAccessKey: "s", expiration: new Date(Date.now() + 9e5) }),
        }),
        createClient({ ...guest, identityPoolId: "nonsense" }),
        createClient(guest),
      ];
      const used = clients.slice(0, 3);
      for (const aws of used) {
        aws.addEventListener("credentials", () => {});
        for (const source of Object.values(methods)) await new Function(`return ${source}`)()(aws, places);
      }
      await clients[3].credentials();
      await outcome(clients[4].credentials());
      const { held } = await navigator.locks.query();
      const during = { locks: held.length, channels: globalThis.held.channels.size };
      clients.forEach((aws) => aws.close());
      await new Promise((resolve) => setTimeout(resolve, 100));
      return during;
    },
    { guest: at.guest, alice: at.alice, places: places(), methods: sources },
  );
  assert.deepEqual(during, { locks: 2, channels: 2 }, "what is to be let go was there");
  assert.deepEqual(await holdings(), before);
});

test("a client that was closed renews nothing, and tells nothing", async () => {
  await at.aws.faults({ credentialLifetimeSeconds: 60 });
  await at.page.clock.install();
  await at.run(async ({ createClient }, options) => {
    globalThis.told = [];
    const aws = createClient(options);
    for (const type of ["credentials", "identitychange", "request", "retry", "clock"]) {
      aws.addEventListener(type, () => globalThis.told.push(type));
    }
    await aws.credentials();
    await aws.credentials();
    globalThis.told.length = 0;
    aws.close();
  }, at.guest);
  await at.page.clock.runFor(120_000);
  await at.page.evaluate(() => {
    dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await at.page.clock.runFor(1_000);
  assert.deepEqual(await at.page.evaluate(() => globalThis.told), []);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("closing one client leaves the others of the page as they are", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const [one, other] = [createClient(options), createClient(options)];
      await Promise.all([one.credentials(), other.credentials()]);
      const waiting = other.signedFetch(url);
      one.close();
      const next = createClient(options);
      return [(await waiting).status, (await other.signedFetch(url)).status, (await next.signedFetch(url)).status];
    },
    { options: at.guest, url: places().url },
  );
  assert.deepEqual(seen, [200, 200, 200]);
});

test("a tab that closed its client answers no other tab", async () => {
  const options = { ...at.guest, shareBetweenTabs: true };
  await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    await aws.credentials();
    aws.close();
  }, options);
  const tab = await at.context.newPage();
  await tab.goto(at.page.url());
  await tab.evaluate(async (options) => {
    const { createClient } = await import("/pkg/index.js");
    await createClient(options).credentials();
  }, options);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 2 });
});

test("a guest's remembered identity stays: to close is not to sign out", async () => {
  const ids = await at.run(
    async ({ createClient }, options) => {
      const first = createClient(options);
      const id = await first.identityId();
      first.close();
      const again = await createClient(options).identityId();
      return [id, again];
    },
    { ...at.guest, rememberIdentity: true },
  );
  assert.equal(ids[1], ids[0]);
});
