// Clients that nobody holds any more are collected, without anybody calling close(): a component that is mounted again and
// again leaves nothing behind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";
import { watchWasm } from "../support/wasm.mjs";

const at = useSetting({ newPages: true, flags: ["--js-flags=--expose-gc"] });

const MOUNTS = 21;

/**
 * Has clients made and used by `use`, and dropped; gives how many are still there, and which locks are still held, when
 * nothing more is let go.
 */
async function leftOf(options, use) {
  await at.run(
    async ({ createClient }, { options, use, mounts, places }) => {
      const work = new Function(`return ${use}`)();
      // Kept apart, so that no variable of the loop outlives its turn.
      const mount = async () => {
        const aws = createClient(options);
        await work(aws, places);
        return [new WeakRef(aws), new WeakRef(aws.signedFetch)];
      };
      globalThis.mounted = [];
      for (let time = 0; time < mounts; time += 1) globalThis.mounted.push(...(await mount()));
    },
    {
      options,
      use: String(use),
      mounts: MOUNTS,
      places: { url: `${at.config.endpoints.rest}/items`, graphql: at.config.endpoints.graphql },
    },
  );
  let left = {};
  for (let time = 0; time < 50; time += 1) {
    left = await at.page.evaluate(async () => {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { held } = await navigator.locks.query();
      const clients = globalThis.mounted.filter((ref) => ref.deref() !== undefined).length;
      return { clients, locks: held.length };
    });
    if (left.clients === 0 && left.locks === 0) break;
  }
  return left;
}

const USES = {
  "that are never used": () => {},
  "that have signed a call": async (aws, { url }) => void (await aws.signedFetch(url)),
  "that have done everything": async (aws, { url, graphql }) => {
    await Promise.all([aws.whoami(), aws.identityId(), aws.credentials(), aws.sign(url), aws.presign(url)]);
    await aws.graphql(graphql, { query: "{ me { role } }" });
    aws.signHeadersSync(url);
    aws.signOut();
    await aws.credentials();
  },
  "with listeners that know the client": async (aws) => {
    aws.addEventListener("credentials", () => aws.clock.offset);
    aws.addEventListener("request", ({ target }) => target.clock.offset);
    await aws.credentials();
  },
  "whose calls were aborted": async (aws, { url }) => {
    const control = new AbortController();
    const call = aws.signedFetch(url, { signal: control.signal }).catch(() => {});
    control.abort();
    await call;
  },
  "that were closed": async (aws) => {
    await aws.credentials();
    aws.close?.();
  },
};

for (const [which, use] of Object.entries(USES)) {
  test(`${MOUNTS} clients ${which} are collected`, async () => {
    assert.deepEqual(await leftOf(at.guest, use), { clients: 0, locks: 0 });
  });

  test(`${MOUNTS} clients ${which}, with shareBetweenTabs, are collected and their locks released`, async () => {
    const options = { ...at.alice, shareBetweenTabs: true, rememberIdentity: true };
    assert.deepEqual(await leftOf(options, use), { clients: 0, locks: 0 });
  });
}

test("a method that is still held keeps its client working", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const make = () => {
        const { signedFetch, credentials } = createClient(options);
        return { signedFetch, credentials };
      };
      const { signedFetch, credentials } = make();
      const statuses = [];
      for (let time = 0; time < 5; time += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
        statuses.push((await signedFetch(url)).status);
      }
      return { statuses, key: (await credentials()).accessKeyId };
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(seen.statuses, [200, 200, 200, 200, 200]);
  assert.match(seen.key, /^ASIA/);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("a call that is under way ends well, though nobody holds its client any more", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 300, rest: 300 } });
  const statuses = await at.run(
    async ({ createClient }, { options, url }) => {
      const calls = Array.from({ length: 5 }, () => createClient(options).signedFetch(url));
      const collect = setInterval(() => globalThis.gc(), 10);
      const answers = await Promise.all(calls);
      clearInterval(collect);
      return answers.map(({ status }) => status);
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
});

test("the module's memory does not grow with clients that come and go", async () => {
  await at.page.addInitScript(watchWasm);
  await at.page.reload();
  const [first, last] = await at.run(
    async ({ createClient }, options) => {
      const size = () => globalThis.wasm.memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      const sizes = [];
      for (let round = 0; round < 8; round += 1) {
        for (let time = 0; time < 250; time += 1) await createClient(options).credentials();
        for (let time = 0; time < 5; time += 1) {
          globalThis.gc();
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        sizes.push(size());
      }
      return [sizes[1], sizes.at(-1)];
    },
    { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", expiration: "2100-01-01T00:00:00Z" } },
  );
  assert.ok(first > 0);
  assert.ok(last <= first, `${first} bytes after 500 clients, ${last} after 2,000`);
});
