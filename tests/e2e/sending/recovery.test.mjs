// What goes wrong with a signed call and can be put right is put right once, and nobody notices; what cannot, comes
// back as AWS answered it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
const items = () => `${at.config.endpoints.rest}/items`;

/** A client as a guest, or with these options, that has its credentials and notes its `retry` events. */
const start = (options = {}) =>
  at.run(
    async ({ createClient }, options) => {
      globalThis.aws = createClient(options);
      globalThis.retries = [];
      globalThis.aws.addEventListener("retry", ({ detail }) => globalThis.retries.push(detail));
      globalThis.aws.addEventListener("clock", ({ detail }) => (globalThis.clock = detail));
      await globalThis.aws.credentials();
    },
    { ...at.guest, ...options },
  );

/** One call: its outcome is the status, the body and the reasons of its retries. */
const call = (url, init) =>
  at.run(
    async (_, { url, init }) => {
      globalThis.retries.length = 0;
      const end = await outcome(async () => {
        const response = await globalThis.aws.signedFetch(url, init);
        return { status: response.status, text: await response.text() };
      });
      return { ...end.value, error: end.error, why: globalThis.retries.map(({ reason }) => reason) };
    },
    { url, init },
  );

/** Answers the first `times` requests of these methods with this instead of the service. */
async function answerFirst(url, times, answer, methods = ["GET", "POST"]) {
  const sent = [];
  // A host that cannot be reached does not answer the probe either.
  const isCut = () => answer === "cut" && sent.length <= times;
  await at.page.route(new URL("/", url).href, (route) => (isCut() ? route.abort("connectionreset") : route.continue()));
  await at.page.route(url, async (route) => {
    const request = route.request();
    if (!methods.includes(request.method())) return route.continue();
    sent.push(await request.allHeaders());
    if (sent.length > times) return route.continue();
    if (answer === "cut") return route.abort("connectionreset");
    return route.fulfill({
      ...answer,
      headers: { "access-control-allow-origin": "*", "access-control-expose-headers": "*", ...answer.headers },
    });
  });
  return sent;
}

for (const [what, fault, reason] of [
  ["expired", { expireCredentials: true }, "token"],
  ["revoked", { revokeCredentials: true }, "token"],
]) {
  for (const [method, body] of [
    ["GET", undefined],
    ["POST", '{"text":"once"}'],
  ]) {
    test(`${method} with credentials that were ${what}: one refresh, one retry, success`, async () => {
      await start();
      await at.aws.faults(fault);
      const end = await call(`${at.config.endpoints.rest}/echo/a`, { method, body });
      assert.deepEqual([end.status, end.why], [200, [reason]], end.error?.text);
      if (body) assert.ok(end.text.includes(Buffer.from(body).toString("base64")), "the whole body came again");
      assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
      const { ok, ...refused } = (await at.aws.stats()).calls.rest[`${method} /echo/{proxy+}`];
      assert.deepEqual([ok, Object.values(refused)], [1, [1]]);
      // The new set proved good: a second accident is put right too.
      await at.aws.faults(fault);
      assert.equal((await call(items())).status, 200);
    });
  }
}

test("AppSync and STS are healed as well", async () => {
  await start();
  await at.aws.faults({ revokeCredentials: true });
  const role = await at.run(
    async (_, url) => (await globalThis.aws.graphql(url, { query: "{ me { role } }" })).data.me.role,
    at.config.endpoints.graphql,
  );
  await at.aws.faults({ expireCredentials: true });
  const who = await at.run(() => globalThis.aws.whoami());
  assert.deepEqual([role, who.role], ["LocalGuest", "LocalGuest"]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 3 });
});

test("calls that are refused together share one refresh", async () => {
  await start();
  await at.aws.faults({ revokeCredentials: true });
  const statuses = await at.run(
    (_, url) =>
      Promise.all(Array.from({ length: 20 }, () => globalThis.aws.signedFetch(url).then(({ status }) => status))),
    items(),
  );
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

const REFUSAL = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "UnrecognizedClientException" },
  body: JSON.stringify({ message: "The security token included in the request is invalid." }),
};

test("a token that is refused again and again is renewed once, and the caller reads AWS's answer", async () => {
  await start();
  const sent = await answerFirst(items(), Infinity, REFUSAL);
  const end = await call(items());
  assert.deepEqual([end.status, end.text, end.why], [403, REFUSAL.body, ["token"]]);
  assert.equal(sent.length, 2);
  assert.notEqual(sent[0].authorization, sent[1].authorization);
  // Nor does every further call ask Cognito.
  for (let more = 0; more < 5; more += 1) assert.equal((await call(items())).status, 403);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("if there is no other set to be had, the caller reads AWS's answer", async () => {
  await start({ retry: { attempts: 2 } });
  await at.aws.faults({ revokeCredentials: true, throttle: { service: "cognitoIdentity", times: 9 } });
  const end = await call(items());
  assert.deepEqual([end.status, end.why], [403, []]);
  assert.match(end.text, /security token/);
});

test("credentials from elsewhere that stay the same are not tried again", async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = await at.run(
    ({ createClient }, options) => createClient(options).credentials(),
    at.guest,
  );
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  await start({ identityPoolId: undefined, region: "us-east-1", credentials });
  await at.aws.faults({ revokeCredentials: true });
  const end = await call(items());
  assert.deepEqual([end.status, end.why], [403, []]);
  assert.equal((await at.aws.stats()).calls.rest["GET /items"].UnrecognizedClientException, 1);
});

test("a role whose older sessions were revoked gets a newer one", async () => {
  await start();
  const denied =
    "User: a is not authorized to perform: b on resource: c with an explicit deny in an identity-based policy";
  const sent = await answerFirst(items(), 1, { ...REFUSAL, headers: {}, body: JSON.stringify({ message: denied }) });
  // A young session cannot be meant.
  assert.deepEqual((await call(items())).why, []);
  sent.length = 0;
  await at.page.clock.install();
  await at.page.clock.fastForward(10 * 60_000);
  const end = await call(items());
  assert.deepEqual([end.status, end.why], [200, ["role"]]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

for (const method of ["GET", "POST"]) {
  test(`${method} after the server's clock was found to be another: the refusal sets it, one retry`, async () => {
    await start();
    const body = method === "POST" ? "text" : undefined;
    for (const offset of [900, -900]) {
      await at.aws.faults({ clockOffsetSeconds: offset, hideDate: true });
      const end = await call(`${at.config.endpoints.rest}/echo/a`, { method, body });
      assert.deepEqual([end.status, end.why], [200, ["clock"]], end.text);
      // Known from then on.
      assert.deepEqual((await call(items())).why, []);
    }
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  });
}

test("an HTTP API that says Forbidden and no more is understood by its Date", async () => {
  await start();
  const url = `${at.config.endpoints.http}/items`;
  const date = new Date(Date.now() + 270_000).toUTCString();
  const forbidden = { status: 403, headers: { date }, body: '{"message":"Forbidden"}' };
  // Out of a cache, it would say nothing.
  await answerFirst(url, 1, { ...forbidden, headers: { date, age: "0" } });
  const old = await call(url);
  assert.deepEqual([old.status, old.why], [403, []]);
  await at.page.unroute(url);
  const sent = await answerFirst(url, 1, forbidden);
  const end = await call(url);
  assert.deepEqual(end.why, ["clock"]);
  assert.equal(end.status, 200);
  assert.notEqual(sent[0]["x-amz-date"].slice(0, 13), sent[1]["x-amz-date"].slice(0, 13));
});

for (const [what, seconds] of [
  ["ten minutes behind", 600],
  ["ten minutes ahead", -600],
  ["two days behind", 48 * 3_600],
  ["two days ahead", -48 * 3_600],
]) {
  test(`with Date hidden, a device ${what} signs its first call right: Cognito's credentials last an hour`, async () => {
    await at.aws.faults({ clockOffsetSeconds: seconds, hideDate: true });
    await start();
    const end = await call(items());
    assert.deepEqual([end.status, end.why], [200, []], end.text);
    const clock = await at.run(() => globalThis.clock);
    assert.equal(clock.from, "expiration");
    assert.ok(Math.abs(clock.offset - seconds * 1_000) < 5_000, `${clock.offset}`);
    assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 1 } });
  });
}

test("with Date hidden and credentials of another lifetime, the first refusal puts the clock right for good", async () => {
  await at.aws.faults({ hideDate: true, credentialLifetimeSeconds: 600 });
  await start();
  const end = await call(items());
  assert.deepEqual([end.status, end.why], [200, ["clock"]], end.text);
  await at.aws.faults({ revokeCredentials: true });
  assert.deepEqual((await call(items())).why, ["token"]);
});

test("throttling is waited out, whatever the method, as long as the service asks", async () => {
  await start();
  await at.page.evaluate(() => void (Math.random = () => 0));
  await answerFirst(items(), 2, { status: 429, headers: { "retry-after": "1" }, body: "{}" });
  const began = Date.now();
  const end = await call(items(), { method: "POST", body: '{"text":"a"}' });
  assert.deepEqual(end.why, ["throttled", "throttled"]);
  assert.notEqual(end.status, 429);
  assert.ok(Date.now() - began >= 2_000, `${Date.now() - began} ms`);
});

test("Retry-After may be a date, and one beyond the budget ends the call at once", async () => {
  await start();
  const soon = new Date(Date.now() + 2_000).toUTCString();
  await answerFirst(items(), 1, { status: 503, headers: { "retry-after": soon }, body: "" });
  const began = Date.now();
  assert.equal((await call(items())).status, 200);
  assert.ok(Date.now() - began >= 500, `${Date.now() - began} ms`);
  await at.page.unroute(items());
  await answerFirst(items(), 9, { status: 503, headers: { "retry-after": "3600" }, body: "busy" });
  const end = await call(items());
  assert.deepEqual([end.status, end.text, end.why], [503, "busy", []]);
});

for (const [what, answer, reason] of [
  ["a broken connection", "cut", "network"],
  ["status 500", { status: 500, body: "" }, "fault"],
  ["status 502", { status: 502, body: "" }, "fault"],
  ["status 503", { status: 503, body: "" }, "fault"],
  ["status 504", { status: 504, body: "" }, "fault"],
]) {
  test(`${what} is tried again for GET, and never for POST`, async () => {
    await start();
    await at.page.evaluate(() => void (Math.random = () => 0.01));
    const sent = await answerFirst(items(), 3, answer);
    const end = await call(items());
    assert.deepEqual([end.status, end.why], [200, [reason, reason, reason]]);
    sent.length = 0;
    const posted = await call(items(), { method: "POST", body: "{}" });
    if (answer === "cut") assert.equal(posted.error.name, "TypeError");
    else assert.equal(posted.status, answer.status);
    assert.deepEqual([sent.length, posted.why], [1, []]);
  });
}

test("the caller gets the last answer when attempts are used up; retry says how many there are", async () => {
  await start({ retry: { attempts: 2 } });
  await at.page.evaluate(() => void (Math.random = () => 0));
  const sent = await answerFirst(items(), Infinity, { status: 503, body: "busy" });
  const counts = [];
  for (const aws of [undefined, { retry: false }, { retry: { attempts: 5 } }, { retry: { budgetMs: 0 } }]) {
    sent.length = 0;
    const end = await call(items(), { aws });
    assert.deepEqual([end.status, end.text], [503, "busy"]);
    counts.push(sent.length);
  }
  assert.deepEqual(counts.slice(0, 3), [2, 1, 5]);
  assert.equal(counts[3], 1);
});

test("a client that is not to retry does not, with Cognito neither", async () => {
  await at.aws.faults({ status5xx: { service: "cognitoIdentity", status: 503 } });
  const end = await at.run(
    ({ createClient }, options) => outcome(createClient({ ...options, retry: false }).credentials()),
    at.guest,
  );
  assertRefused(end, "SERVICE_FAULT");
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 0 });
});

test("a retry option that is none is refused by name", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const ends = [];
      for (const retry of [true, 3, null, { attempts: 0 }, { attempts: 1.5 }, { budgetMs: -1 }, { budgetMs: "1" }]) {
        ends.push(await outcome(createClient({ ...options, retry }).credentials()));
        ends.push(await outcome(createClient(options).signedFetch(url, { aws: { retry } })));
      }
      return ends;
    },
    { options: at.guest, url: items() },
  );
  const fields = ["", "", "", ".attempts", ".attempts", ".budgetMs", ".budgetMs"];
  for (const [number, field] of fields.entries()) {
    assertRefused(ends[2 * number], "INVALID_OPTION", { field: `options.retry${field}` });
    assertRefused(ends[2 * number + 1], "INVALID_REQUEST", { field: `init.aws.retry${field}` });
  }
});

test("an abort ends the wait for another attempt at once", async () => {
  await start();
  const sent = await answerFirst(items(), Infinity, { status: 503, headers: { "retry-after": "10" }, body: "" });
  const [end, took] = await at.run(async (_, url) => {
    const controller = new AbortController();
    const waiting = outcome(globalThis.aws.signedFetch(url, { signal: controller.signal }));
    while (globalThis.retries.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const began = performance.now();
    controller.abort(new Error("enough"));
    return [await waiting, performance.now() - began];
  }, items());
  assert.equal(end.error.text, "Error: enough");
  assert.ok(took < 100, `${took} ms`);
  assert.equal(sent.length, 1);
});

test("whoever signs out while a call waits for another attempt gets no answer of the old user's", async () => {
  await start({ logins: at.alice.logins });
  await answerFirst(items(), 1, { status: 503, headers: { "retry-after": "1" }, body: "" });
  const end = await at.run(async (_, url) => {
    const waiting = outcome(globalThis.aws.signedFetch(url));
    while (globalThis.retries.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.aws.signOut();
    return waiting;
  }, items());
  assertRefused(end, "SIGNED_OUT");
});

for (const [what, status] of [
  ["an answer", 200],
  ["a refusal", 403],
]) {
  test(`${what} that does not end reaches the caller while it goes on`, async () => {
    await start();
    const [took, first] = await at.run(
      async (_, { url, status }) => {
        // The page's own fetch, for a body that comes piece by piece.
        const real = globalThis.fetch;
        const encoder = new TextEncoder();
        globalThis.fetch = async () =>
          new Response(
            new ReadableStream({
              pull: (to) => new Promise((next) => setTimeout(() => next(to.enqueue(encoder.encode("piece"))), 50)),
            }),
            { status },
          );
        const began = performance.now();
        const response = await globalThis.aws.signedFetch(url);
        globalThis.fetch = real;
        const reader = response.body.getReader();
        const { value } = await reader.read();
        reader.cancel();
        return [performance.now() - began, `${response.status} ${new TextDecoder().decode(value)}`];
      },
      { url: items(), status },
    );
    assert.equal(first, `${status} piece`);
    assert.ok(took < (status === 200 ? 1_000 : 3_500), `${took} ms`);
  });
}

test("a refusal that CORS hides is sent once more and no more: the host answers a probe without credentials", async () => {
  await start();
  // What CORS hides looks like this to the page.
  await at.page.evaluate(() => {
    const { fetch } = globalThis;
    globalThis.sent = [];
    globalThis.fetch = async (request) => {
      const { method, url, mode, headers } = request;
      globalThis.sent.push([method, url, mode, headers.has("authorization")]);
      if (headers.has("authorization")) throw new TypeError("Failed to fetch");
      return fetch(request);
    };
  });
  const end = await call(items());
  assert.equal(end.error?.name, "TypeError");
  assert.deepEqual(await at.page.evaluate(() => globalThis.sent), [
    ["GET", items(), "cors", true],
    ["HEAD", new URL("/", items()).href, "no-cors", false],
    ["GET", items(), "cors", true],
  ]);
  assert.deepEqual(end.why, ["network"]);
});
