// What is asked of Cognito while the WebAssembly is still on its way: what the first round would ask, once, and nothing
// where that is not plain.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hold } from "./browser.mjs";
import { assertRefused } from "./outcome.mjs";
import { useSetting } from "./setting.mjs";

const at = useSetting({ newPages: true });

const MODULE = "**/sigfetch_bg.wasm";
const POOL = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
const items = () => `${at.config.endpoints.rest}/items`;

/** Makes a client of the lean entry, which stays in the page, and starts calls; how they end is awaited by `ends`. */
const begin = (options, calls = (aws, url) => [aws.signedFetch(url).then(({ status }) => status)], url = items()) =>
  at.page.evaluate(
    async ({ options, calls, url }) => {
      const { createClient } = await import("/pkg/lean.js");
      globalThis.heard = [];
      const given = typeof options === "string" ? new Function(`return ${options}`)() : options;
      globalThis.aws = createClient(given);
      globalThis.aws.addEventListener("request", ({ detail }) => globalThis.heard.push(detail));
      globalThis.calls = new Function(`return ${calls}`)()(globalThis.aws, url).map(outcome);
    },
    { options, calls: String(calls), url },
  );

const ends = () => at.page.evaluate(() => Promise.all(globalThis.calls));

/** Waits until Cognito has been asked so often. */
async function asked(getId, getCredentials) {
  for (let wait = 0; wait < 100; wait += 1) {
    const counts = await at.aws.cognitoCalls();
    if (counts.getId >= getId && counts.getCredentials >= getCredentials) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(await at.aws.cognitoCalls(), { getId, getCredentials });
}

const pause = (milliseconds = 300) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("a first call has its credentials before the module is there, and is sent when it is", async () => {
  const release = await hold(at.page, MODULE);
  await begin(at.guest);
  await asked(1, 1);
  assert.equal((await at.aws.stats()).calls.rest, undefined);
  await release();
  assert.deepEqual(await ends(), [{ value: 200 }]);
  await asked(1, 1);
  const heard = await at.page.evaluate(() => globalThis.heard.map(({ attempt, status }) => [attempt, status]));
  assert.deepEqual(heard, [
    [1, 200],
    [2, 200],
    [1, 200],
  ]);
});

test("fifty first calls of every kind make one identity and fetch one set of credentials", async () => {
  const release = await hold(at.page, MODULE);
  await begin(at.guest, (aws, url) =>
    Array.from({ length: 10 }, () => [
      aws.signedFetch(url).then(({ status }) => status),
      aws.sign(url).then(({ method }) => method),
      aws.presign(url).then(() => 1),
      aws.identityId().then(() => 2),
      aws.signHeaders(url).then(() => 3),
    ]).flat(),
  );
  await asked(1, 1);
  await release();
  assert.deepEqual([...new Set((await ends()).map(({ value }) => value))], [200, "GET", 1, 2, 3]);
  await asked(1, 1);
});

test("logins are asked for once, and go to Cognito early too", async () => {
  const release = await hold(at.page, MODULE);
  const { logins, ...guest } = at.alice;
  const source = `(() => {
    globalThis.asked = 0;
    return { ...${JSON.stringify(guest)}, logins: async () => ((globalThis.asked += 1), ${JSON.stringify(logins)}) };
  })()`;
  await begin(source, (aws) => [aws.whoami().then(({ role }) => role), aws.identityId().then(() => 1)]);
  await asked(1, 1);
  await release();
  assert.deepEqual(await ends(), [{ value: "LocalUser" }, { value: 1 }]);
  assert.equal(await at.page.evaluate(() => globalThis.asked), 1);
  await asked(1, 1);
});

test("who signs in while the module loads is served as that user, not as the guest from before", async () => {
  const release = await hold(at.page, MODULE);
  await begin(at.guest, (aws) => [aws.whoami().then(({ role }) => role)]);
  await asked(1, 1);
  await at.page.evaluate((logins) => globalThis.aws.setLogins(logins), at.alice.logins);
  await release();
  assert.deepEqual(await ends(), [{ value: "LocalUser" }]);
  await asked(2, 2);
});

test("who signs in before an early request is answered ends that request", async () => {
  const release = await hold(at.page, MODULE);
  await at.aws.faults({ latencyMs: { cognitoIdentity: 1_000 } });
  await begin(at.guest, (aws) => [aws.whoami().then(({ role }) => role)]);
  await pause();
  await at.page.evaluate((logins) => globalThis.aws.setLogins(logins), at.alice.logins);
  await pause(1_200);
  assert.equal((await at.aws.cognitoCalls()).getCredentials, 0);
  await at.aws.faults({ latencyMs: null });
  await release();
  assert.deepEqual(await ends(), [{ value: "LocalUser" }]);
});

test("signing out while the module loads ends what waits, and the next identity is another", async () => {
  const early = at.page.waitForResponse((response) => response.url().includes("cognito-identity"));
  const release = await hold(at.page, MODULE);
  await begin(at.guest, (aws) => [aws.identityId()]);
  await asked(1, 1);
  const { IdentityId } = await (await early).json();
  await at.page.evaluate(() => {
    globalThis.aws.signOut();
    globalThis.calls.push(outcome(globalThis.aws.identityId()));
  });
  await asked(2, 2);
  await release();
  const [before, after] = await ends();
  assertRefused(before, "SIGNED_OUT");
  assert.match(after.value, /^us-east-1:/);
  assert.notEqual(after.value, IdentityId);
  await asked(2, 2);
});

test("a remembered identity is asked for credentials at once; what cannot be the pool's is not", async () => {
  const options = { ...at.guest, rememberIdentity: true };
  const id = (aws) => [aws.identityId()];
  await begin(options, id);
  const [first] = await ends();
  await at.page.reload();
  const release = await hold(at.page, MODULE);
  await begin(options, id);
  await asked(1, 2);
  await release();
  assert.deepEqual(await ends(), [first]);
  await asked(1, 2);

  await at.page.reload();
  const key = `sigfetch.identityId.${at.config.identityPoolId}`;
  await at.page.evaluate(([key, id]) => localStorage.setItem(key, id), [key, POOL.replace("us-east", "eu-west")]);
  await begin(options, id);
  assert.notDeepEqual(await ends(), [first]);
  await asked(2, 3);
});

test("a module that fails to load costs no second identity when the next call tries again", async () => {
  await at.page.route(MODULE, (route) => route.fulfill({ status: 503, body: "busy" }), { times: 1 });
  await begin(at.guest);
  const [first] = await ends();
  assertRefused(first, "WASM_LOAD", { retryable: true });
  await at.page.evaluate(() => (globalThis.calls = [outcome(globalThis.aws.whoami().then(({ role }) => role))]));
  assert.deepEqual(await ends(), [{ value: "LocalGuest" }]);
  await asked(1, 1);
});

test("what was asked more than a minute ago is asked anew", async () => {
  await at.page.clock.install();
  await at.page.route(MODULE, (route) => route.fulfill({ status: 503, body: "busy" }), { times: 1 });
  await begin(at.guest);
  assertRefused((await ends())[0], "WASM_LOAD");
  await asked(1, 1);
  await at.page.clock.fastForward(61_000);
  await at.aws.faults({ clockOffsetSeconds: 61 });
  await at.page.evaluate((url) => {
    globalThis.calls = [outcome(globalThis.aws.signedFetch(url).then(({ status }) => status))];
  }, items());
  assert.deepEqual(await ends(), [{ value: 200 }]);
  await asked(2, 2);
});

/** Faults that an early request meets, and how often Cognito is asked until all is well. */
const FAULTS = {
  "throttled at GetId": [{ throttle: { service: "cognitoIdentity", times: 1 } }, 2, 1],
  "failing at GetId": [{ cognito: { operation: "GetId", status: 500, body: "empty" } }, 2, 1],
  "failing at GetCredentialsForIdentity": [
    { cognito: { operation: "GetCredentialsForIdentity", status: 500, body: "empty" } },
    1,
    2,
  ],
  "a captive portal": [{ cognito: { operation: "GetId", status: 200, body: "html" } }, 2, 1],
  "two hours ahead": [{ clockOffsetSeconds: 7_200 }, 1, 1],
  "two hours behind, and Date hidden": [{ clockOffsetSeconds: -7_200, hideDate: true }, 1, 1],
};

for (const [what, [faults, getId, getCredentials]] of Object.entries(FAULTS)) {
  test(`a Cognito that is ${what} is met as ever`, async () => {
    await at.aws.faults(faults);
    const release = await hold(at.page, MODULE);
    await begin(at.guest, (aws, url) => [
      aws.signedFetch(url).then(({ status }) => [status, Math.round(aws.clock.offset / 3_600_000)]),
    ]);
    await pause();
    await release();
    const hours = Math.round((faults.clockOffsetSeconds ?? 0) / 3_600);
    assert.deepEqual(await ends(), [{ value: [200, hours] }]);
    await asked(getId, getCredentials);
    assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 1 } });
  });
}

test("an early request without a connection, or without an answer in time, is tried again", async () => {
  for (const timeoutMs of [10_000, 200]) {
    await at.aws.reset();
    await at.page.reload();
    const release = await hold(at.page, MODULE);
    const fail = (route) => (timeoutMs > 200 ? route.abort() : undefined);
    await at.page.route("http://cognito-identity.*/**", fail, { times: 1 });
    await begin({ ...at.guest, timeoutMs });
    await pause();
    await release();
    assert.deepEqual(await ends(), [{ value: 200 }]);
    await asked(1, 1);
  }
});

/** Answers in Cognito's place on AWS's own hosts, and gives the URLs that were asked with the operations. */
async function answerForAws() {
  const seen = [];
  await at.page.route("https://cognito-identity.*/**", (route) => {
    const request = route.request();
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (request.method() === "OPTIONS") return route.fulfill({ headers });
    seen.push(`${request.url()} ${request.headers()["x-amz-target"].split(".")[1]}`);
    const { IdentityPoolId, IdentityId = IdentityPoolId } = JSON.parse(request.postData());
    const Expiration = Date.now() / 1_000 + 3_600;
    const Credentials = { AccessKeyId: "ASIAEXAMPLE", SecretKey: "s", SessionToken: "t", Expiration };
    return route.fulfill({ headers, json: { IdentityId, ...(IdentityPoolId ? {} : { Credentials }) } });
  });
  return seen;
}

test("the guess is what the machine asks, wherever it is made and whatever the logins", async () => {
  const seen = await answerForAws();
  const odd = { "issuer.example/re\u00e9lm": '"\\\u00fc\u{1f600}/', "accounts.google.com": "a.b.c", 7: "<&>" };
  for (const region of ["us-east-1", "ap-southeast-7", "mx-central-1", "il-central-1", "us-gov-west-1", "cn-north-1"]) {
    for (const logins of [undefined, odd]) {
      await at.page.reload();
      await begin({ identityPoolId: POOL.replace("us-east-1", region), logins }, (aws) => [aws.identityId()]);
      assert.deepEqual(await ends(), [{ value: POOL.replace("us-east-1", region) }]);
      const host = `https://cognito-identity.${region}.amazonaws.com${region === "cn-north-1" ? ".cn" : ""}/`;
      assert.deepEqual(seen.splice(0), [`${host} GetId`, `${host} GetCredentialsForIdentity`]);
    }
  }
});

/** Options and calls for which nothing is sent before the module is there: source texts, with the guest's options. */
const NOT_PLAIN = {
  "a pool id that is none": "(guest) => ({ ...guest, identityPoolId: 'us-east-1:nonsense' })",
  "a pool id that leads elsewhere": `(guest) => ({ identityPoolId: 'x.example/us-east-1:${POOL.slice(10)}' })`,
  "a pool of a partition of its own": `() => ({ identityPoolId: 'cn-north-1:${POOL.slice(10)}' })`,
  "a Cognito without TLS": `(guest) => ({
    ...guest,
    endpoints: [{ url: 'http://localhost.example/', service: 'cognito-identity' }],
  })`,
  "a Cognito below a path": `(guest) => ({
    ...guest,
    endpoints: guest.endpoints.map(({ url, ...more }) => ({ ...more, url: url + '/v1' })),
  })`,
  "credentials from elsewhere": "() => ({ credentials: async () => ({}) })",
  "options that are refused": "(guest) => ({ ...guest, timeoutMs: -1 })",
  "no options": "() => undefined",
  "the developer's identity": "(guest) => ({ ...guest, identity: () => ({}) })",
  "a role of one's own": "(guest) => ({ ...guest, roleArn: 'arn:aws:iam::123456789012:role/Reader' })",
  "the classic flow": "(guest) => ({ ...guest, classicFlow: { roleArn: 'arn:aws:iam::123456789012:role/Reader' } })",
  "tabs that share": "(guest) => ({ ...guest, shareBetweenTabs: true })",
  "a login that fails": "(guest) => ({ ...guest, logins: { 'accounts.google.com': () => Promise.reject() } })",
  "an issuer with its scheme": "(guest) => ({ ...guest, logins: { 'https://issuer.example': 'a.b.c' } })",
  "too many logins":
    "(guest) => ({ ...guest, logins: Object.fromEntries(Array.from({ length: 11 }, (_, n) => ['p' + n, 'a'])) })",
  "a login without a name": "(guest) => ({ ...guest, logins: { '': 'a.b.c' } })",
  "a login whose name is too long": "(guest) => ({ ...guest, logins: { ['x'.repeat(129)]: 'a.b.c' } })",
};

test("where the guess may be wrong or will be refused, nothing is sent early", async () => {
  const asked = [];
  at.page.on("request", (request) => /cognito|localhost\.example/.test(request.url()) && asked.push(request.url()));
  await at.page.route(MODULE, async (route) => (await pause(100), route.abort()));
  for (const [what, make] of Object.entries(NOT_PLAIN)) {
    await at.page.reload();
    await begin(`(${make})(${JSON.stringify(at.guest)})`, (aws) => [aws.credentials()]);
    assertRefused((await ends())[0], "WASM_LOAD");
    assert.deepEqual(asked, [], what);
  }
  await at.page.unroute(MODULE);
  await at.page.reload();
  await begin(at.guest, undefined, "https://example.com/items");
  assertRefused((await ends())[0], "UNKNOWN_ENDPOINT");
  assert.deepEqual(asked, []);
});

test("names of providers that Cognito cannot know are refused with what they must be", async () => {
  for (const [name, count, what] of [
    ["https://issuer.example", 1, /without https/],
    ["", 1, /1 to 128/],
    ["x".repeat(129), 1, /1 to 128/],
    ["p", 11, /at most ten/],
  ]) {
    const names = Array.from({ length: count }, (_, index) => `${name}${index || ""}`);
    const logins = Object.fromEntries(names.map((name) => [name, "a.b.c"]));
    await begin({ ...at.guest, logins }, (aws) => [aws.credentials()]);
    const [end] = await ends();
    assertRefused(end, "INVALID_OPTION", { field: "options.logins", message: what, retryable: false }, ["a.b.c"]);
  }
  await asked(0, 0);
});
