// What a client tells its listeners.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

test("a client tells of the clock and of new credentials, once each", async () => {
  await at.aws.faults({ clockOffsetSeconds: 3_600 });
  const { told, offset, before, identityId } = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const told = [];
    for (const type of ["clock", "credentials"]) {
      aws.addEventListener(type, ({ detail }) => told.push([type, detail, Object.isFrozen(detail)]));
    }
    const before = aws.clock.offset;
    const identityId = await aws.identityId();
    return { told, before, identityId, offset: aws.clock.offset };
  }, at.guest);
  assert.deepEqual(
    told.map(([type, , frozen]) => [type, frozen]),
    [
      ["clock", true],
      ["credentials", true],
    ],
  );
  const [[, clock], [, credentials]] = told;
  assert.equal(before, 0);
  assert.equal(clock.offset, offset);
  assert.ok(Math.abs(offset - 3_600_000) < 5_000, `${offset}`);
  assert.deepEqual(
    { ...credentials, expiration: undefined },
    { outcome: "renewed", identityId, expiration: undefined },
  );
  assert.ok(Math.abs(credentials.expiration - Date.now() - 7_200_000) < 60_000, `${credentials.expiration}`);
});

test("the time that a refused token names is told of, where Date is hidden", async () => {
  await at.aws.faults({ clockOffsetSeconds: 7_200, hideDate: true });
  const told = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const told = [];
    for (const type of ["clock", "credentials"]) aws.addEventListener(type, ({ detail }) => told.push(detail));
    await outcome(aws.credentials());
    return told;
  }, at.alice);
  const [{ offset, from }, failed] = told;
  assert.equal(from, "refusal");
  assert.ok(Math.abs(offset - 7_200_000) < 5_000, `${offset}`);
  assert.deepEqual([failed, told.length], [{ outcome: "failed", code: "LOGIN_EXPIRED" }, 2]);
});

test("a round that fails is told with its code; one that was overtaken is not", async () => {
  await at.aws.faults({ cognito: { type: "ResourceNotFoundException", message: "IdentityPool 'x' not found." } });
  const told = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const told = [];
    aws.addEventListener("credentials", ({ detail }) => told.push(detail));
    await outcome(aws.credentials());
    const waiting = outcome(aws.credentials());
    await Promise.resolve();
    aws.signOut();
    await waiting;
    return told;
  }, at.guest);
  assert.deepEqual(told, [{ outcome: "failed", code: "POOL_NOT_FOUND" }]);
});

test("every attempt and every retry is told, without query, headers or anything secret", async () => {
  await at.aws.faults({ status5xx: { service: "rest", status: 503 } });
  const url = `${at.config.endpoints.rest}/items`;
  const { told, secrets, sent } = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const told = [];
      for (const type of ["request", "retry", "credentials", "identitychange", "clock"]) {
        aws.addEventListener(type, ({ detail }) => told.push({ type, ...detail }));
      }
      const sent = (await aws.signedFetch(`${url}?secret=1`)).status;
      const { secretAccessKey, sessionToken } = await aws.credentials();
      return { told, sent, secrets: [secretAccessKey, sessionToken] };
    },
    { options: at.alice, url },
  );
  assert.equal(sent, 200);
  const shape = (type, of) => told.filter((event) => event.type === type).map(of);
  const cognito = `${at.config.endpoints.cognitoIdentity}/`;
  assert.deepEqual(
    shape("request", ({ method, url, attempt, status }) => [method, url, attempt, status]),
    [
      ["POST", cognito, 1, 200],
      ["POST", cognito, 2, 200],
      ["GET", url, 1, 503],
      ["GET", url, 2, 200],
    ],
  );
  assert.ok(shape("request", ({ durationMs }) => durationMs).every((time) => time >= 0 && time < 10_000));
  assert.deepEqual(
    shape("retry", ({ method, url, attempt, reason }) => [method, url, attempt, reason]),
    [["GET", url, 2, "fault"]],
  );
  const text = JSON.stringify(told);
  for (const secret of [...secrets, at.token, "secret=1"]) assert.ok(!text.includes(secret));
});

/** A client whose credentials are about to be looked after: a minute's worth, and the page's time in our hands. */
const shortLived = async () => {
  await at.aws.faults({ credentialLifetimeSeconds: 60 });
  await at.page.clock.install();
  await at.run(async ({ createClient }, options) => {
    globalThis.aws = createClient(options);
    globalThis.told = [];
    globalThis.aws.addEventListener("credentials", ({ detail }) => globalThis.told.push(detail.outcome));
    await globalThis.aws.credentials();
  }, at.guest);
};

/** Waits until so many rounds were told. */
const rounds = async (count) => {
  await at.page.waitForFunction((count) => globalThis.told.length >= count, count, { polling: 20, timeout: 5_000 });
  return at.run(() => globalThis.told);
};

test("a set that is in use is renewed before its end while nobody asks, and one that is not is left to end", async () => {
  await shortLived();
  await at.run(() => globalThis.aws.credentials().then(() => {}));
  await at.page.clock.runFor(54_000);
  assert.deepEqual(await rounds(2), ["renewed", "renewed"]);
  // Nobody has used the second one.
  await at.page.clock.runFor(120_000);
  assert.deepEqual(await rounds(2), ["renewed", "renewed"]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("a page that slept past the end renews when it is shown again", async () => {
  await shortLived();
  await at.run(() => globalThis.aws.credentials().then(() => {}));
  // Asleep, timers do not run: only the clocks go on.
  await at.page.evaluate(() => {
    const [now, steady] = [Date.now, performance.now.bind(performance)];
    Date.now = () => now() + 3_600_000;
    performance.now = () => steady() + 3_600_000;
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  assert.deepEqual(await rounds(2), ["renewed", "renewed"]);
});

test("while Cognito is down the set that is there serves, and when the network is back it is renewed", async () => {
  await shortLived();
  await at.run(() => globalThis.aws.credentials().then(() => {}));
  await at.page.route("http://cognito-identity.*/**", (route) => route.abort("internetdisconnected"));
  await at.page.clock.runFor(54_000);
  // The attempts of the round wait for time that has to be made to pass.
  for (let step = 0; step < 20; step += 1) await at.page.clock.runFor(200);
  assert.equal((await at.run(() => globalThis.told))[1] ?? "failed", "failed");
  await at.page.unroute("http://cognito-identity.*/**");
  await at.run(() => void dispatchEvent(new Event("online")));
  for (let step = 0; step < 20; step += 1) await at.page.clock.runFor(200);
  assert.equal((await rounds(2)).at(-1), "renewed");
});
