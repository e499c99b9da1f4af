// Calls before the whole WebAssembly is there: signed by the small module with the head start's credentials, and handed
// over to the whole as soon as anything is not plain, with nothing lost on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "./outcome.mjs";
import { useSetting } from "./setting.mjs";
import { MINUTE, clockOf } from "./time.mjs";

const at = useSetting({ newPages: true });

const items = () => `${at.config.endpoints.rest}/items`;
const echo = () => `${at.config.endpoints.rest}/echo/x`;

/** Whether the page has loaded what comes later. */
const isWhole = () =>
  at.page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/pkg/whole.js")));

/** Makes a client that stays in the page, and waits for a first call of its own. */
const begin = (options = at.guest, url = echo()) =>
  at.run(
    async ({ createClient }, { options, url }) => {
      globalThis.aws = createClient(options);
      const response = await globalThis.aws.signedFetch(url);
      return response.ok ? (await response.json()).caller.identityId : response.status;
    },
    { options, url },
  );

/** What a further call of that client is answered with. */
const call = (init = {}, url = echo()) =>
  at.page.evaluate(
    async ({ url, init }) => {
      const response = await globalThis.aws.signedFetch(url, init);
      return { status: response.status, ...(response.ok && { answer: await response.json() }) };
    },
    { url, init },
  );

const identityId = () => at.page.evaluate(() => globalThis.aws.identityId());

test("plain calls of a guest and of a user need no more than the small module", async () => {
  for (const [options, role] of [
    [at.guest, "LocalGuest"],
    [at.alice, "LocalUser"],
  ]) {
    const seen = await at.run(
      async ({ createClient }, { options, url }) => {
        const { signedFetch } = createClient(options);
        const calls = [
          signedFetch(url),
          signedFetch(`${url}?b=2&a=%2F+ü#part`, { headers: { accept: "text/plain", "X-Api-Key": " two  blanks " } }),
          signedFetch(new URL(url), { method: "post", body: "Grüße" }),
          signedFetch(new Request(url, { method: "PUT", headers: { "x-api-key": "a" } })),
          signedFetch(new Request(url, { method: "PUT", body: JSON.stringify({ a: 1 }) })),
          signedFetch(url, { method: "POST", body: new Blob(["a"], { type: "text/plain" }) }),
          signedFetch(url, { method: "POST", body: new FormData() }),
          signedFetch(url, { method: "POST", body: new Uint8Array([0, 255, 128]) }),
          signedFetch(url, { method: "DELETE", body: new URLSearchParams({ a: "ü" }) }),
          signedFetch(url, { method: "POST", body: "x".repeat(300_000) }),
          signedFetch(`${url}/none/such`, { method: "PATCH" }),
        ];
        return Promise.all(
          calls.map(async (call) => {
            const response = await call;
            return { status: response.status, arn: response.ok && (await response.json()).caller.arn };
          }),
        );
      },
      { options, url: echo() },
    );
    for (const { status, arn } of seen) {
      assert.equal(status, 200);
      assert.match(arn, new RegExp(`/${role}/`));
    }
  }
  assert.equal(await isWhole(), false);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 2 });
});

test("fifty first calls make one identity and fetch one set", async () => {
  const statuses = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signedFetch } = createClient(options);
      return (await Promise.all(Array.from({ length: 50 }, () => signedFetch(url)))).map(({ status }) => status);
    },
    { options: at.guest, url: items() },
  );
  assert.deepEqual([[...new Set(statuses)], statuses.length], [[200], 50]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  assert.equal(await isWhole(), false);
});

test("whatever else the client is asked goes on with the same credentials", async () => {
  const id = await begin();
  const seen = await at.page.evaluate(async (url) => {
    const { aws } = globalThis;
    const { accessKeyId, expiration } = await aws.credentials();
    const headers = await aws.signHeaders(url);
    return {
      id: await aws.identityId(),
      isItsKey: headers.get("authorization").includes(accessKeyId),
      left: Math.round((expiration - Date.now()) / 60_000),
      isSync: aws.signHeadersSync(url).has("authorization"),
      role: (await aws.whoami()).role,
      status: (await aws.signedFetch(url)).status,
      presigned: (await fetch(aws.presignSync(url))).status,
    };
  }, items());
  assert.deepEqual(seen, {
    id,
    isItsKey: true,
    left: 60,
    isSync: true,
    role: "LocalGuest",
    status: 200,
    presigned: 200,
  });
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

for (const [what, fault] of [
  ["revoked", { revokeCredentials: true }],
  ["expired before its time", { expireCredentials: true }],
]) {
  test(`a token that is ${what} after the first call: one refresh, one retry, success, the same identity`, async () => {
    const id = await begin();
    await at.aws.faults(fault);
    const body = "Grüße";
    const { status, answer } = await call({ method: "POST", body });
    assert.deepEqual([status, answer.caller.identityId], [200, id]);
    assert.equal(Buffer.from(answer.bodyBase64, "base64").toString(), body);
    assert.equal(await isWhole(), true);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
  });
}

test("many calls at once that are refused for their token share one refresh", async () => {
  await begin();
  await at.aws.faults({ revokeCredentials: true });
  const statuses = await at.page.evaluate(
    async (url) =>
      (await Promise.all(Array.from({ length: 20 }, () => globalThis.aws.signedFetch(url)))).map(
        ({ status }) => status,
      ),
    echo(),
  );
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("who signs in after a first call takes the guest's identity along", async () => {
  const id = await begin();
  await at.page.evaluate((logins) => globalThis.aws.setLogins(logins), at.alice.logins);
  const { answer } = await call();
  assert.equal(answer.caller.identityId, id);
  assert.match(answer.caller.arn, /\/LocalUser\//);
  assert.equal(await identityId(), id);
});

test("who signs in during a first call takes the guest's identity along, and the call is somebody's", async () => {
  await begin();
  const end = call();
  await at.page.evaluate((logins) => globalThis.aws.setLogins(logins), at.alice.logins);
  assert.equal((await end).status, 200);
  assert.match((await call()).answer.caller.arn, /\/LocalUser\//);
});

test("the guest after a sign-out is another one, and nothing of the first stays", async () => {
  const options = { ...at.guest, rememberIdentity: true };
  const id = await begin(options);
  assert.deepEqual(await at.page.evaluate(() => Object.values({ ...localStorage })), [id]);
  await at.page.evaluate(() => globalThis.aws.signOut());
  await at.page.waitForFunction(() => localStorage.length === 0);
  const { answer } = await call();
  assert.notEqual(answer.caller.identityId, id);
  assert.equal(await identityId(), answer.caller.identityId);
});

test("a call made before a sign-out is not sent for the next one", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const ends = [outcome(aws.signedFetch(url, { method: "POST", body: "of the one who left" }))];
      await new Promise((resolve) => setTimeout(resolve, 1));
      aws.signOut();
      return Promise.all(ends);
    },
    { options: at.alice, url: echo() },
  );
  assertRefused(ends[0], "SIGNED_OUT");
  assert.equal((await at.aws.stats()).calls.rest, undefined);
});

test("a remembered guest is the same on the next page, and a user's identity is not kept", async () => {
  const options = { ...at.guest, rememberIdentity: true };
  const id = await begin(options);
  await at.page.reload();
  assert.equal(await begin(options), id);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
  await at.page.reload();
  assert.equal(await begin({ ...at.alice, rememberIdentity: true }), id);
  await at.page.waitForFunction(() => localStorage.length === 0);
});

test("what is not plain is left to the whole: options, calls, listeners", async () => {
  const plain = { url: items(), init: {} };
  for (const { options = at.guest, url = plain.url, init = plain.init, listens = false } of [
    { options: { ...at.guest, allow: ["*.amazonaws.com"] } },
    {
      options: { ...at.guest, endpoints: at.guest.endpoints.map((entry) => ({ ...entry, region: "us-east-1" })) },
      init: { aws: { region: "us-east-1" } },
    },
    { init: { keepalive: true } },
    { listens: true },
  ]) {
    await at.page.reload();
    const status = await at.run(
      async ({ createClient }, { options, url, init, listens }) => {
        const aws = createClient(options);
        if (listens) aws.addEventListener("credentials", () => {});
        return (await aws.signedFetch(url, init)).status;
      },
      { options, url, init, listens },
    );
    assert.equal(status, 200);
    assert.equal(await isWhole(), true);
  }
});

test("listeners that come later hear of the credentials that are there, once", async () => {
  const id = await begin();
  const heard = await at.page.evaluate(async (url) => {
    const heard = [];
    for (const type of ["credentials", "identitychange", "request"]) {
      globalThis.aws.addEventListener(type, ({ detail }) =>
        heard.push([type, detail.identityId ?? detail.current ?? detail.attempt]),
      );
    }
    await globalThis.aws.signedFetch(url);
    return heard;
  }, items());
  assert.deepEqual(heard.sort(), [
    ["credentials", id],
    ["identitychange", id],
    ["request", 1],
  ]);
});

for (const minutes of [50, 70]) {
  test(`credentials that are ${minutes} minutes old are renewed for the same identity`, async () => {
    const pass = clockOf(at);
    const id = await begin();
    await pass(minutes * MINUTE);
    const { status, answer } = await call();
    assert.deepEqual([status, answer.caller.identityId], [200, id]);
    assert.equal(await identityId(), id);
    await at.page.waitForTimeout(300);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
  });
}

for (const minutes of [-10, 10]) {
  test(`a device's clock that is ${minutes} minutes off, from the start or after a first call, is no obstacle`, async () => {
    const set = () =>
      at.page.evaluate((by) => {
        const { now } = Date;
        Date.now = () => now() + by;
      }, minutes * 60_000);
    await set();
    assert.match(await begin(), /^us-east-1:/);
    await at.page.reload();
    await begin();
    await set();
    assert.equal((await call()).status, 200);
    const { "GET /echo/{proxy+}": answers } = (await at.aws.stats()).calls.rest;
    // A clock that went ahead may have been set or not: a device that slept looks the same.
    assert.deepEqual(answers, { ok: 3, ...(minutes > 0 && { InvalidSignatureException: 1 }) });
  });
}

test("redirects are not followed, and an abort ends a first call at once", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const abort = new AbortController();
      const call = outcome(aws.signedFetch(url, { signal: abort.signal }));
      abort.abort(new Error("enough"));
      const early = await call;
      const late = outcome(aws.signedFetch(url, { signal: AbortSignal.abort(new Error("before")) }));
      return [early, await late];
    },
    { options: at.guest, url: items() },
  );
  assert.deepEqual(
    ends.map(({ error }) => error.text),
    ["Error: enough", "Error: before"],
  );
});
