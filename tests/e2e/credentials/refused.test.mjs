// Credentials that AWS refuses during a session: one refresh, one retry, and the caller sees nothing of it. What cannot
// be healed is the caller's, as it came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";
import { MINUTE, clockOf } from "../support/time.mjs";

const at = useSetting({ newPages: true });

/** A client that stays in the page, with credentials. */
const keepClient = (options = at.guest) =>
  at.run(async ({ createClient }, options) => {
    globalThis.aws = createClient(options);
    globalThis.retries = [];
    globalThis.aws.addEventListener("retry", ({ detail }) => globalThis.retries.push(detail.reason));
    return globalThis.aws.identityId();
  }, options);

/** So many calls at once: how they ended, what the backend got, and why any was tried again. */
const call = (count = 1, init = {}) =>
  at.run(
    async (_, { url, count, init }) => {
      const calls = Array.from({ length: count }, () => globalThis.aws.signedFetch(url, init));
      const responses = await Promise.all(calls);
      return {
        statuses: responses.map(({ status }) => status),
        answers: await Promise.all(responses.map((response) => response.json())),
        retries: globalThis.retries.splice(0),
      };
    },
    { url: `${at.config.endpoints.rest}/echo/x`, count, init },
  );

for (const [what, fault, name] of [
  ["revoked", { revokeCredentials: true }, "UnrecognizedClientException"],
  ["expired before its time", { expireCredentials: true }, "ExpiredTokenException"],
]) {
  test(`a token that is ${what} mid-session: one refresh, one retry, success`, async () => {
    const identityId = await keepClient();
    await at.aws.faults(fault);
    const { statuses, answers, retries } = await call();
    assert.deepEqual([statuses, retries], [[200], ["token"]]);
    assert.equal(answers[0].caller.identityId, identityId);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
    assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /echo/{proxy+}": { ok: 1, [name]: 1 } });
  });

  test(`fifty calls at once with a token that is ${what} share one refresh`, async () => {
    await keepClient();
    await at.aws.faults(fault);
    const { statuses, retries } = await call(50);
    assert.deepEqual([[...new Set(statuses)], statuses.length], [[200], 50]);
    assert.ok(retries.length >= 1 && retries.every((reason) => reason === "token"), `${retries}`);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
    assert.equal((await at.aws.stats()).calls.rest["GET /echo/{proxy+}"].ok, 50);
  });
}

test("a POST is healed too, with the same body: AWS has not processed it", async () => {
  await keepClient();
  await at.aws.faults({ revokeCredentials: true });
  const body = "Grüße ".repeat(20_000);
  const { statuses, answers } = await call(1, { method: "POST", body });
  assert.deepEqual(statuses, [200]);
  assert.equal(Buffer.from(answers[0].bodyBase64, "base64").toString(), body);
});

test("a role whose sessions were revoked: one refresh, one retry, success", async () => {
  const pass = clockOf(at);
  await keepClient();
  await pass(10 * MINUTE);
  await at.aws.faults({ revokeSessions: "LocalGuest" });
  const { statuses, retries } = await call();
  assert.deepEqual([statuses, retries], [[200], ["role"]]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("what a role may not do is asked once, and refused", async () => {
  await keepClient(at.alice);
  const status = await at.run(
    async (_, url) => (await globalThis.aws.signedFetch(url)).status,
    `${at.config.endpoints.rest}/secret`,
  );
  assert.equal(status, 403);
  assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /secret": { AccessDeniedException: 1 } });
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("credentials that are refused again after a refresh end with AWS's own answer, without a loop", async () => {
  const seen = await at.run(
    async ({ createClient }, { endpoints, url }) => {
      let asked = 0;
      const credentials = async () => {
        asked += 1;
        return { accessKeyId: `ASIAUNKNOWN${asked}`, secretAccessKey: "unknown", sessionToken: "unknown" };
      };
      const aws = createClient({ credentials, endpoints });
      const ends = [];
      for (let call = 0; call < 5; call += 1) {
        const response = await aws.signedFetch(url);
        ends.push([response.status, (await response.json()).message]);
      }
      return { asked, ends };
    },
    { endpoints: at.guest.endpoints, url: `${at.config.endpoints.rest}/items` },
  );
  const refusal = [403, "The security token included in the request is invalid."];
  assert.deepEqual(seen.ends, Array(5).fill(refusal));
  assert.equal(seen.asked, 2);
  assert.equal((await at.aws.stats()).calls.rest["GET /items"].UnrecognizedClientException, 6);
});

test("an API that throttles is waited for as long as it asks, a date included", async () => {
  await keepClient();
  await at.aws.faults({ throttle: { service: "rest", retryAfter: 1, retryAfterAsDate: true } });
  const waited = await at.run(async (_, url) => {
    let wait;
    globalThis.aws.addEventListener("retry", ({ detail }) => (wait = detail.waitMs), { once: true });
    const { status } = await globalThis.aws.signedFetch(url);
    return { status, wait };
  }, `${at.config.endpoints.rest}/items`);
  assert.equal(waited.status, 200);
  // A date has whole seconds, so up to one of them is lost.
  assert.ok(waited.wait <= 1_000 + 5_000, `${waited.wait}`);
  assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 1, TooManyRequestsException: 1 } });
});
