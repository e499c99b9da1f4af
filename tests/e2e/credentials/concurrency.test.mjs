// Many calls at once: one round of requests for all of them, renewal in the background, aborts that end one wait only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COGNITO, hold } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const items = () => `${at.config.endpoints.rest}/items`;
const MINUTE = 60_000;

/** Makes a client that stays in the page, with one call behind it if `warm`. */
const keepClient = (options, warm = true) =>
  at.run(
    async ({ createClient }, { options, warm }) => {
      globalThis.aws = createClient(options);
      return warm && (await globalThis.aws.credentials()).accessKeyId;
    },
    { options, warm },
  );

/** Fifty signed calls at once on the kept client: their statuses, each once. */
const fifty = () =>
  at.run(async (_, url) => {
    const calls = Array.from({ length: 50 }, () => globalThis.aws.signedFetch(url));
    const statuses = (await Promise.all(calls)).map((response) => response.status);
    return { statuses: [...new Set(statuses)], count: statuses.length };
  }, items());

/** Lets time pass for the page and for the local AWS. */
async function pass(milliseconds) {
  await at.aws.faults({ clockOffsetSeconds: milliseconds / 1_000 });
  await at.page.clock.setSystemTime(Date.now() + milliseconds);
}

test("fifty first calls at once make one identity and fetch one set of credentials", async () => {
  await keepClient(at.guest, false);
  const { statuses, count } = await fifty();
  assert.deepEqual([statuses, count], [[200], 50]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("methods of every kind share the same round", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 50 } });
  await at.run(
    async ({ createClient }, { options, url, graphql }) => {
      const aws = createClient(options);
      await Promise.all([
        ...Array.from({ length: 5 }, () => [aws.credentials(), aws.identityId(), aws.whoami(), aws.sign(url)]).flat(),
        aws.signedFetch(url, { method: "POST", body: "{}" }),
        aws.graphql(graphql, { query: "{ me { role } }" }),
      ]);
    },
    { options: at.alice, url: items(), graphql: at.config.endpoints.graphql },
  );
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("fifty calls at once after the credentials expired fetch one set, for the identity that is known", async () => {
  await keepClient(at.guest);
  await pass(61 * MINUTE);
  const { statuses, count } = await fifty();
  assert.deepEqual([statuses, count], [[200], 50]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("renewal before the end happens in the background, and calls go on with the old set", async () => {
  const old = await keepClient(at.guest);
  await pass(56 * MINUTE);
  const release = await hold(at.page, COGNITO);
  assert.deepEqual((await fifty()).statuses, [200]);
  const current = () => at.run(async () => (await globalThis.aws.credentials()).accessKeyId);
  assert.equal(await current(), old);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  await release();
  const limit = Date.now() + 10_000;
  while ((await current()) === old) {
    assert.ok(Date.now() < limit, "the renewal never came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("a renewal that fails in the background concerns nobody while the old set serves", async () => {
  await keepClient(at.guest);
  await pass(56 * MINUTE);
  await at.aws.faults({ cognito: { type: "NotAuthorizedException", message: "Rotten day.", times: 1 } });
  const first = await fifty();
  const second = await fifty();
  assert.deepEqual([first.statuses, second.statuses], [[200], [200]]);
  // The next attempt waits a while, so that a failing Cognito is not asked by every call.
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
  assert.deepEqual(
    at.said.filter((line) => /uncaught|unhandled/i.test(line)),
    [],
  );
});

test("credentials of half a minute serve and are renewed, without a round for each call", async () => {
  await at.aws.faults({ credentialLifetimeSeconds: 30 });
  await keepClient(at.guest);
  await fifty();
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  await pass(31_000);
  assert.deepEqual((await fifty()).statuses, [200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("logins are asked for their tokens once per round, and anew at each", async () => {
  const asked = await at.run(
    async ({ createClient }, { options, key, token, url }) => {
      globalThis.asked = { sync: 0, async: 0 };
      const sync = () => (globalThis.asked.sync++, token);
      const later = async () => (globalThis.asked.async++, token);
      globalThis.clients = [sync, later].map((login) => createClient({ ...options, logins: { [key]: login } }));
      await Promise.all(globalThis.clients.flatMap((aws) => [aws.signedFetch(url), aws.identityId(), aws.whoami()]));
      return { ...globalThis.asked };
    },
    { options: at.guest, key: at.config.loginKey, token: at.token, url: items() },
  );
  assert.deepEqual(asked, { sync: 1, async: 1 });
  await at.page.clock.setSystemTime(Date.now() + 61 * MINUTE);
  const again = await at.run(async () => {
    const roles = await Promise.all(globalThis.clients.map((aws) => aws.whoami()));
    return { ...globalThis.asked, roles: roles.map(({ role }) => role) };
  });
  assert.deepEqual(again, { sync: 2, async: 2, roles: ["LocalUser", "LocalUser"] });
});

test("who aborts ends at once with the signal's own reason, and the others get theirs", async () => {
  const release = await hold(at.page, COGNITO);
  // As long as Cognito is held back, nothing but the abort can end the three.
  const aborted = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const controller = new AbortController();
      const reason = { why: "changed my mind" };
      const { signal } = controller;
      const given = [
        aws.signedFetch(url, { signal }),
        aws.signedFetch(new Request(url, { signal })),
        aws.sign(url, { signal }),
      ];
      globalThis.others = Array.from({ length: 5 }, () => aws.signedFetch(url));
      setTimeout(() => controller.abort(reason), 20);
      const ends = given.map((call) =>
        call.then(
          () => "it went through",
          (error) => error === reason,
        ),
      );
      return Promise.all(ends);
    },
    { options: at.guest, url: items() },
  );
  assert.deepEqual(aborted, [true, true, true]);
  await release();
  const others = await at.run(async () => (await Promise.all(globalThis.others)).map(({ status }) => status));
  assert.deepEqual(others, [200, 200, 200, 200, 200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  // What was aborted while it waited was never sent.
  assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 5 } });
});

test("an abort without a reason, a timeout and an abort before the call end as with fetch", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 400, rest: 400 } });
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signedFetch, identityId } = createClient(options);
      const controller = new AbortController();
      const plain = outcome(signedFetch(url, { signal: controller.signal }));
      controller.abort();
      const waiting = [
        await plain,
        await outcome(signedFetch(url, { signal: AbortSignal.timeout(30) })),
        await outcome(signedFetch(url, { signal: AbortSignal.abort() })),
      ];
      await identityId();
      // Now the API itself is what is waited for.
      waiting.push(await outcome(signedFetch(url, { signal: AbortSignal.timeout(100) })));
      const post = new Request(url, { method: "POST", body: "{}", signal: AbortSignal.timeout(100) });
      waiting.push(await outcome(signedFetch(post)));
      return waiting.map(({ error }) => error?.name);
    },
    { options: at.guest, url: items() },
  );
  assert.deepEqual(ends, ["AbortError", "TimeoutError", "AbortError", "TimeoutError", "TimeoutError"]);
});

test("when nobody waits any more, the round still ends and serves the next call", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 200 } });
  const status = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signedFetch } = createClient(options);
      await outcome(signedFetch(url, { signal: AbortSignal.timeout(100) }));
      return (await signedFetch(url)).status;
    },
    { options: at.guest, url: items() },
  );
  assert.equal(status, 200);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("a Cognito that never answers in time is TIMEOUT, within four attempts", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 3_000 } });
  const end = await at.run(async ({ createClient }, options) => {
    Math.random = () => 0;
    return outcome(createClient({ ...options, timeoutMs: 100 }).credentials());
  }, at.guest);
  assertRefused(end, "TIMEOUT", { retryable: true, message: /GetId/, advice: /timeoutMs/ });
});
