// A session with everything that can happen in it, and then a search for its secrets wherever they must not be.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { idToken, userNamed } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

/** Collects what the page sends, and the secrets that it is sent. */
function listen() {
  const requests = [];
  const issued = [];
  at.context.on("request", (request) => requests.push(request));
  at.context.on("response", (response) => {
    const target = response.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith("GetCredentialsForIdentity")) issued.push(response.json().catch(() => undefined));
  });
  return {
    requests,
    async credentials() {
      const sets = (await Promise.all(issued))
        .map((answer) => answer?.Credentials)
        .filter((set) => typeof set?.SecretKey === "string");
      return { keys: sets.map((set) => set.SecretKey), sessionTokens: sets.map((set) => set.SessionToken) };
    },
  };
}

/** A secret in the forms in which it might be written down. */
function forms(secret) {
  const base64 = Buffer.from(secret).toString("base64");
  return [secret, encodeURIComponent(secret), base64.replace(/=+$/, ""), Buffer.from(secret).toString("hex")];
}

function assertAbsent(secrets, text, where) {
  for (const secret of secrets) {
    for (const form of forms(secret)) assert.ok(!text.includes(form), `${where} shows a secret`);
  }
}

/** The session: calls that go well, that fail in many ways, other users, and the client shown in every way. */
async function session() {
  const bob = await idToken(at.config, userNamed(at.config, "bob"));
  const expired = at.token.split("").reverse().join("");
  const given = {
    guest: at.guest,
    key: at.config.loginKey,
    tokens: { alice: at.token, bob, bad: expired },
    at: at.config.endpoints,
  };
  const before = await at.run(async ({ createClient }, { guest, key, tokens, at }) => {
    const aws = createClient({ ...guest, rememberIdentity: true, shareBetweenTabs: true });
    globalThis.aws = aws;
    globalThis.told = [];
    for (const type of ["credentials", "identitychange", "request", "retry", "clock"]) {
      // As a page would write them to its log, and every text that can be reached from the event.
      aws.addEventListener(type, (event) => {
        console.log(type, event, event.detail);
        globalThis.told.push({ type, ...event.detail, json: JSON.stringify(event) });
      });
    }
    const ends = [];
    const call = async (work) => ends.push(await outcome(work));
    const everything = async () => {
      await call(() => aws.signedFetch(`${at.rest}/items?a=b`));
      await call(() => aws.signedFetch(`${at.rest}/secret`, { method: "POST", body: "a" }));
      await call(() => aws.signedFetch(`${at.restWithoutCors}/secret`));
      await call(() => aws.graphql(at.graphql, { query: "{ me { role } audit { owner } }" }));
      await call(() => aws.whoami());
      await call(() => aws.identityId());
      await call(() => aws.sign(`${at.rest}/items`).then(({ url }) => url));
      await call(() => aws.signedFetch("https://example.com/"));
      await call(() => aws.signedFetch(`${at.rest}/items`, { headers: { authorization: "a" } }));
    };
    await everything();
    globalThis.told.push({ type: "stored", ...localStorage });
    aws.setLogins({ [key]: tokens.alice });
    await everything();
    aws.signOut();
    aws.setLogins({ [key]: async () => tokens.bob });
    await everything();
    aws.setLogins({ [key]: tokens.bad });
    await everything();
    aws.setLogins({ [key]: () => [tokens.alice] });
    await everything();
    await call(() => createClient({ identityPoolId: tokens.alice }).credentials());
    aws.setLogins({
      [key]: () => {
        throw new Error(`cannot use ${tokens.bob}`);
      },
    });
    await call(() => aws.whoami());
    const user = createClient({ ...guest, logins: { [key]: tokens.alice } });
    const other = await user.credentials();
    globalThis.clients = [aws, user];
    for (const credentials of [other, async () => other, () => ({ ...other, accessKeyId: 7 })]) {
      const signer = createClient({ credentials, endpoints: guest.endpoints, region: "us-east-1" });
      globalThis.clients.push(signer);
      await call(() => signer.whoami());
      await call(() => signer.signedFetch(`${at.rest}/items`));
    }
    // Name and token in each other's place.
    aws.setLogins({ [tokens.alice]: key });
    await call(() => aws.whoami());
    aws.setLogins({ [key]: tokens.alice });
    await call(() => aws.whoami());
    return ends;
  }, given);

  const during = [];
  for (const faults of [
    { expireCredentials: true },
    { cognito: { type: "NotAuthorizedException", message: `Invalid login token: ${at.token}` } },
    { cognito: { body: "half", times: 4 } },
    { cognito: { body: "malformed", times: 4 } },
    { cut: { service: "cognitoIdentity", times: 4 } },
    { revokeCredentials: true },
    { revokeCredentials: true, throttle: { service: "rest", times: 2 } },
    { status5xx: { service: "rest", times: 2 } },
    { clockOffsetSeconds: 600 },
  ]) {
    await at.aws.faults(faults);
    const ends = await at.run(async (_, { key, tokens, at }) => {
      Math.random = () => 0;
      const { aws } = globalThis;
      const call = () => outcome(aws.signedFetch(`${at.rest}/items?${Math.random()}`).then(({ status }) => status));
      const first = await call();
      aws.setLogins({ [key]: tokens.alice });
      return [first, await outcome(aws.whoami()), await outcome(aws.identityId()), await call()];
    }, given);
    during.push(...ends);
  }
  return { ends: [...before, ...during], logins: [at.token, bob, expired] };
}

/** All that can be reached from the clients without a debugger, and how the platform shows them. */
const reach = () =>
  at.run(async (sigfetch) => {
    const { clients } = globalThis;
    for (const aws of clients) {
      console.log(aws);
      console.log("%o", aws, aws.signedFetch, sigfetch.createClient);
      console.dir(aws);
      console.table(aws);
    }
    const seen = new Set();
    const found = [];
    const look = (value) => {
      if (typeof value === "string") found.push(value);
      if (value === null || !/object|function/.test(typeof value) || seen.has(value)) return;
      if (value === globalThis || value === Object.prototype || value === Function.prototype) return;
      seen.add(value);
      found.push(String(typeof value === "function" ? value : Object.prototype.toString.call(value)));
      for (const key of Reflect.ownKeys(value)) {
        const { value: member, get } = Object.getOwnPropertyDescriptor(value, key);
        look(member);
        if (get) look(get);
      }
      look(Object.getPrototypeOf(value));
    };
    look(clients);
    look(sigfetch.SigFetchError);
    const clones = await Promise.all(clients.map((aws) => outcome(() => structuredClone(aws))));
    return {
      count: seen.size,
      text: found.join("\n"),
      json: JSON.stringify([clients, clients.map((aws) => ({ ...aws }))]),
      string: clients.map((aws) => `${aws} ${aws.signedFetch}`).join(),
      clones: JSON.stringify(clones),
    };
  });

const stores = () =>
  at.page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookie: document.cookie,
    name: window.name,
    title: document.title,
    location: location.href,
    entries: performance.getEntries().map(({ name }) => name),
    globals: Object.keys(globalThis).filter((name) => name !== "aws" && /sig|aws|wasm/i.test(name)),
  }));

test("a whole session leaves no secret anywhere but where it belongs", async () => {
  const heard = listen();
  const { ends, logins } = await session();
  const reached = await reach();
  const stored = await stores();
  const told = await at.run(() => globalThis.told);
  const { keys, sessionTokens } = await heard.credentials();
  const secrets = [...keys, ...sessionTokens, ...logins];

  // Otherwise the search below would prove nothing.
  assert.ok(keys.length >= 4 && new Set(keys).size === keys.length, `${keys.length} sets of credentials`);
  assert.ok(ends.filter(({ error }) => error?.name === "SigFetchError").length > 15);
  assert.ok(ends.filter(({ value }) => value !== undefined).length > 15);
  assert.ok(heard.requests.length > 60 && reached.count > 10);
  const codes = new Set(ends.map(({ error }) => error?.code).filter(Boolean));
  for (const code of [
    "LOGIN_REJECTED",
    "LOGINS_FAILED",
    "PROVIDER_FAILED",
    "SERVICE_FAULT",
    "NETWORK",
    "INVALID_OPTION",
  ]) {
    assert.ok(codes.has(code), `${code} did not happen`);
  }

  // The cause is what a function of the caller's own threw, in its own words.
  const withoutCauses = ends.map(({ value, error }) => ({ value, error: { ...error, cause: undefined } }));
  assertAbsent(secrets, JSON.stringify(withoutCauses), "an error or result");
  assertAbsent(secrets, at.said.join("\n"), "the console");
  for (const [what, text] of Object.entries(reached)) assertAbsent(secrets, String(text), `the clients' ${what}`);
  for (const event of told) assertAbsent(secrets, JSON.stringify(event), `a ${event.type} event`);
  const types = new Set(told.map(({ type }) => type));
  assert.deepEqual([...types].sort(), ["clock", "credentials", "identitychange", "request", "retry", "stored"]);
  const reasons = new Set(told.map(({ reason }) => reason).filter(Boolean));
  for (const reason of ["token", "throttled", "fault"]) assert.ok(reasons.has(reason), `no retry for ${reason}`);
  // What was asked for, with its value in the query, is told without it.
  assert.ok(told.every(({ url }) => !url?.includes("?")));
  const { type, ...kept } = told.find(({ type }) => type === "stored");
  assert.deepEqual(Object.keys(kept), [`sigfetch.identityId.${at.config.identityPoolId}`]);
  assert.match(Object.values(kept)[0], /^us-east-1:[0-9a-f-]{36}$/);
  assertAbsent(secrets, JSON.stringify(stored), "a store of the page");
  assert.deepEqual([stored.local, stored.session, stored.databases, stored.caches], [{}, {}, [], []]);
  assert.equal(stored.cookie, "");
  assert.deepEqual(await at.context.cookies(), []);
  assert.deepEqual(stored.globals, []);

  for (const request of heard.requests) {
    const headers = await request.allHeaders();
    const { "x-amz-security-token": carried, ...others } = headers;
    const where = `${request.method()} ${new URL(request.url()).host}`;
    const body = request.postData() ?? "";
    const toCognito = where.includes("cognito-identity.");
    assertAbsent(secrets, request.url(), `the URL of ${where}`);
    assertAbsent(secrets, inspect(others), `a header of ${where}`);
    assertAbsent([...keys, ...sessionTokens], body, `the body of ${where}`);
    // Only Cognito hears of logins, and only signed requests carry a session token.
    if (!toCognito) assertAbsent(logins, body, `the body of ${where}`);
    if (carried) assert.ok(!toCognito && headers.authorization?.startsWith("AWS4-HMAC-SHA256 "), where);
  }
});

test("the search finds secrets where there are some", async () => {
  const heard = listen();
  await at.run(async ({ createClient }, options) => {
    const set = await createClient(options).credentials();
    console.log("leak", set);
    localStorage.leak = btoa(set.secretAccessKey);
  }, at.guest);
  const { keys } = await heard.credentials();
  assert.throws(() => assertAbsent(keys, at.said.join("\n"), "the console"));
  const stored = JSON.stringify(await stores());
  assert.throws(() => assertAbsent(keys, stored, "a store of the page"));
});
