// Devices whose clocks are wrong by up to two days, with Cognito's `Date` in sight and hidden: nothing is refused for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";
import { HOUR, MINUTE } from "../support/time.mjs";

const at = useSetting({ newPages: true });

const items = () => `${at.config.endpoints.rest}/items`;

const skews = { "10 minutes": 10 * MINUTE, "an hour": HOUR, "a day": 24 * HOUR, "two days": 48 * HOUR };

/** Sets the device's clock off by so many milliseconds; it goes on from there. */
const setDevice = (skew) => at.page.clock.setSystemTime(Date.now() + skew);

/** The first call of a new client, and what the client then believes. */
const firstCall = () =>
  at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const { status } = await aws.signedFetch(url);
      return { status, offset: aws.clock.offset, left: (await aws.credentials()).expiration - Date.now() };
    },
    { options: at.guest, url: items() },
  );

for (const [name, amount] of Object.entries(skews)) {
  for (const [direction, skew] of [
    ["fast", amount],
    ["slow", -amount],
  ]) {
    for (const hideDate of [false, true]) {
      test(`${name} ${direction}, Date ${hideDate ? "hidden" : "readable"}: the first call succeeds with one request`, async () => {
        await at.aws.faults({ hideDate });
        await setDevice(skew);
        const { status, offset, left } = await firstCall();
        assert.equal(status, 200);
        const { calls } = await at.aws.stats();
        assert.deepEqual(calls.rest, { "GET /items": { ok: 1 } });
        assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
        assert.ok(Math.abs(offset + skew) < 10_000, `believed ${offset}`);
        assert.ok(Math.abs(left - HOUR - offset) < MINUTE, `${left} ms left`);
      });
    }
  }
}

for (const [direction, skew] of [
  ["fast", HOUR],
  ["slow", -HOUR],
]) {
  test(`an hour ${direction}, and nothing tells the time: the API's refusal does, once`, async () => {
    // The credentials do not last as long as they usually do, so their end misleads.
    await at.aws.faults({ hideDate: true, credentialLifetimeSeconds: 900 });
    await setDevice(skew);
    const statuses = await at.run(
      async ({ createClient }, { options, url }) => {
        const { signedFetch } = createClient(options);
        return [(await signedFetch(url)).status, (await signedFetch(url)).status];
      },
      { options: at.guest, url: items() },
    );
    assert.deepEqual(statuses, [200, 200]);
    const { ok, ...refused } = (await at.aws.stats()).calls.rest["GET /items"];
    assert.deepEqual([ok, Object.values(refused)], [2, [1]]);
  });
}

test("a device whose clock jumps during a session goes on without a refused call", async () => {
  for (const skew of [0, HOUR, -24 * HOUR, 48 * HOUR, 0]) {
    await setDevice(skew);
    const status = await at.run(
      async ({ createClient }, { options, url }) => {
        globalThis.aws ??= createClient(options);
        return (await globalThis.aws.signedFetch(url)).status;
      },
      { options: at.guest, url: items() },
    );
    assert.equal(status, 200, `${skew}`);
  }
  const { calls } = await at.aws.stats();
  assert.deepEqual(calls.rest, { "GET /items": { ok: 5 } });
});

test("an answer out of a cache does not set the clock", async () => {
  await at.aws.faults({ cached: { service: "cognitoIdentity", seconds: 7_200, times: 2 } });
  const { status, offset } = await firstCall();
  assert.equal(status, 200);
  assert.ok(Math.abs(offset) < 10_000, `believed ${offset}`);
  assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 1 } });
});
