// Devices whose clock is wrong: Cognito's Date header sets it right before anything is signed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idToken, userNamed } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const HOUR = 3_600;
const items = () => `${at.config.endpoints.rest}/items`;

for (const [what, seconds] of [
  ["ten minutes behind", 600],
  ["ten minutes ahead", -600],
  ["two days behind", 48 * HOUR],
  ["two days ahead", -48 * HOUR],
  ["a year behind", 365 * 24 * HOUR],
]) {
  test(`a device ${what} signs its first call right, for an API, AppSync and STS`, async () => {
    await at.aws.faults({ clockOffsetSeconds: seconds });
    const seen = await at.run(
      async ({ createClient }, { options, url, graphql }) => {
        const aws = createClient(options);
        const first = (await aws.signedFetch(url)).status;
        const { data } = await aws.graphql(graphql, { query: "{ me { role } }" });
        const left = (await aws.credentials()).expiration - Date.now();
        return { first, role: data.me.role, whoami: (await aws.whoami()).role, left };
      },
      { options: at.guest, url: items(), graphql: at.config.endpoints.graphql },
    );
    assert.deepEqual([seen.first, seen.role, seen.whoami], [200, "LocalGuest", "LocalGuest"]);
    // The end is told by the server's clock.
    assert.ok(Math.abs(seen.left / 1_000 - seconds - HOUR) < 60, `${seen.left}`);
    const { calls } = await at.aws.stats();
    assert.deepEqual(calls.rest, { "GET /items": { ok: 1 } });
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  });
}

test("a user on a device that is two days behind gets in too", async () => {
  await at.aws.faults({ clockOffsetSeconds: 48 * HOUR });
  const token = await idToken(at.config, userNamed(at.config, "alice"));
  const who = await at.run(async ({ createClient }, options) => createClient(options).whoami(), {
    ...at.guest,
    logins: { [at.config.loginKey]: token },
  });
  assert.equal(who.role, "LocalUser");
});

test("credentials on a device that is ahead are not renewed before they are about to end", async () => {
  await at.aws.faults({ clockOffsetSeconds: -2 * HOUR });
  const statuses = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signedFetch } = createClient(options);
      const statuses = [];
      for (let call = 0; call < 5; call += 1) statuses.push((await signedFetch(url)).status);
      return statuses;
    },
    { options: at.guest, url: items() },
  );
  assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("when the device's clock is set right during a session, the next call goes by it", async () => {
  // The device is two hours behind and learns it.
  await at.aws.faults({ clockOffsetSeconds: 2 * HOUR });
  await at.run(
    async ({ createClient }, { options, url }) =>
      (await (globalThis.aws = createClient(options)).signedFetch(url)).status,
    { options: at.guest, url: items() },
  );
  // Then its owner sets it: by what was learnt, the credentials would have ended.
  await at.page.clock.setSystemTime(Date.now() + 2 * HOUR * 1_000);
  const statuses = await at.run(async (_, url) => {
    const { signedFetch } = globalThis.aws;
    return [(await signedFetch(url)).status, (await signedFetch(url)).status];
  }, items());
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

for (const minutes of [-10, 10]) {
  test(`a device's clock that is ${minutes} minutes off, from the start or after a first call, is no obstacle`, async () => {
    const set = () =>
      at.page.evaluate((by) => {
        const { now } = Date;
        Date.now = () => now() + by;
      }, minutes * 60_000);
    const first = () =>
      at.run(
        async ({ createClient }, { options, url }) => {
          globalThis.aws = createClient(options);
          return (await globalThis.aws.signedFetch(url)).status;
        },
        { options: at.guest, url: items() },
      );
    await set();
    assert.equal(await first(), 200);
    await at.page.reload();
    assert.equal(await first(), 200);
    await set();
    const status = await at.run(async (_, url) => (await globalThis.aws.signedFetch(url)).status, items());
    assert.equal(status, 200);
    const { "GET /items": answers } = (await at.aws.stats()).calls.rest;
    // A clock that went ahead may have been set or not: a device that slept looks the same.
    assert.deepEqual(answers, { ok: 3, ...(minutes > 0 && { InvalidSignatureException: 1 }) });
  });
}
