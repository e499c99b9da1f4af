// What an API says of the time counts for that API alone, within a day, and only until Cognito says something: Cognito
// and STS set the client's clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const items = (api) => `${at.config.endpoints[api]}/items`;

/** A guest's client that stays in the page, with its credentials. */
const start = () =>
  at.run(async ({ createClient }, options) => {
    globalThis.aws = createClient(options);
    globalThis.retries = [];
    globalThis.aws.addEventListener("retry", ({ detail }) => globalThis.retries.push(detail.reason));
    await globalThis.aws.credentials();
  }, at.guest);

/** A call of the kept client: its status, the reasons of its retries, and the client's clock afterwards. */
const call = (url) =>
  at.run(async (_, url) => {
    globalThis.retries.length = 0;
    const { status } = await globalThis.aws.signedFetch(url);
    return { status, why: [...globalThis.retries], offset: globalThis.aws.clock.offset };
  }, url);

/** Answers the first request to a URL with a refusal of this time instead of the API. */
async function refuseOnce(url, headers) {
  let isDone = false;
  await at.page.route(url, (route) => {
    if (isDone || route.request().method() === "OPTIONS") return route.continue();
    isDone = true;
    const exposed = { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };
    return route.fulfill({ status: 403, headers: { ...exposed, ...headers }, body: '{"message":"Forbidden"}' });
  });
}

for (const minutes of [10, -10]) {
  test(`an API whose clock is ${minutes} minutes off is signed for by its own time, and no other API is`, async () => {
    await start();
    await at.aws.faults({ serviceClockOffsetSeconds: { rest: minutes * MINUTE } });
    const first = await call(items("rest"));
    assert.deepEqual([first.status, first.why], [200, ["clock"]]);
    const again = await call(items("rest"));
    assert.deepEqual([again.status, again.why], [200, []], "known from then on");
    const other = await call(items("http"));
    assert.deepEqual([other.status, other.why], [200, []], "another host's time is another matter");
    for (const { offset } of [first, again, other]) {
      assert.ok(Math.abs(offset) < 5_000, `the client's clock was moved by ${offset} ms`);
    }
    const { calls } = await at.aws.stats();
    assert.equal(calls.rest["GET /items"].ok, 2);
    assert.deepEqual(calls.http["GET /items"], { ok: 1 });
  });
}

test("two APIs that are off in opposite directions are both signed for, each with one refusal", async () => {
  await start();
  await at.aws.faults({ serviceClockOffsetSeconds: { rest: 10 * MINUTE, graphql: -10 * MINUTE } });
  const seen = await at.run(
    async (_, { rest, graphql }) => {
      const ends = [];
      for (let time = 0; time < 3; time += 1) {
        ends.push((await globalThis.aws.signedFetch(rest)).status);
        ends.push((await globalThis.aws.graphql(graphql, { query: "{ me { role } }" })).data.me.role);
      }
      return { ends, why: globalThis.retries };
    },
    { rest: items("rest"), graphql: at.config.endpoints.graphql },
  );
  assert.deepEqual(seen.ends, Array(3).fill([200, "LocalGuest"]).flat());
  assert.deepEqual(seen.why, ["clock", "clock"]);
});

test("Cognito's next answer ends what an API has said", async () => {
  await start();
  await at.aws.faults({ serviceClockOffsetSeconds: { rest: 10 * MINUTE } });
  assert.deepEqual((await call(items("rest"))).why, ["clock"]);
  await at.aws.faults({ serviceClockOffsetSeconds: null });
  // By what the API said, this would be signed for ten minutes from now.
  await at.run(async () => {
    globalThis.aws.setLogins(undefined);
    await globalThis.aws.credentials();
  });
  const after = await call(items("rest"));
  assert.deepEqual([after.status, after.why], [200, []]);
});

for (const [what, seconds] of [
  ["two days ahead", 48 * HOUR],
  ["two days behind", -48 * HOUR],
  ["a century ahead", 876_000 * HOUR],
]) {
  test(`an API that names a time ${what} is not believed`, async () => {
    await start();
    const url = items("http");
    await refuseOnce(url, { date: new Date(Date.now() + seconds * 1_000).toUTCString() });
    const { status, why, offset } = await call(url);
    assert.deepEqual([status, why], [403, []]);
    assert.ok(Math.abs(offset) < 5_000, `the client's clock was moved by ${offset} ms`);
    // Neither are the calls that follow.
    for (const api of ["http", "rest"]) assert.deepEqual((await call(items(api))).why, []);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  });
}

test("what an API says of the time ends no credentials and renews none", async () => {
  await start();
  const url = items("http");
  await refuseOnce(url, { date: new Date(Date.now() + 12 * HOUR * 1_000).toUTCString() });
  await call(url);
  for (const api of ["rest", "http", "rest"]) await call(items(api));
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});
