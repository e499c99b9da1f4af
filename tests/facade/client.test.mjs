// The client in front of the WebAssembly: what reaches the core, in which order, and what ends it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import "./hooks.mjs";

const { Client: Core, answers, asked, module } = await import("./glue.mjs");
const { SigFetchError, createClient } = await import("../../pkg/index.js");

const URL_ = "https://abc.execute-api.eu-west-1.amazonaws.com/prod";
const POOL = { identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" };
const KEY = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

const names = () => asked.map(([name]) => name);
const refused = (code, field) => (error) =>
  error instanceof SigFetchError && error.code === code && (!field || error.field === field);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

beforeEach(() => {
  asked.length = 0;
  for (const name in answers) delete answers[name];
});

/** A client of its own, fresh module of the package: nothing is loaded there yet. */
let copies = 0;
const freshPackage = async () => {
  copies += 1;
  const { clientFactory } = await import(`../../pkg/client.js?copy=${copies}`);
  return clientFactory;
};

test("a client is made at once, and its calls reach the core in the order in which they were made", async () => {
  const aws = createClient(POOL);
  assert.deepEqual(names(), []);
  const ends = [aws.credentials(), aws.identityId()];
  aws.setLogins({ [KEY]: "token" });
  ends.push(aws.whoami());
  aws.signOut();
  ends.push(aws.credentials());
  assert.deepEqual(names(), []);
  await Promise.all(ends);
  assert.deepEqual(names(), ["new", ...["credentials", "identityId", "setLogins", "whoami", "signOut", "credentials"]]);
  asked.length = 0;
  // From now on at once.
  aws.setLogins({ [KEY]: "other" });
  aws.credentials();
  aws.signOut();
  assert.deepEqual(names(), ["setLogins", "credentials", "signOut"]);
});

test("the core sees the options as they were when the client was made, without prototypes", async () => {
  const login = () => "token";
  const options = {
    ...POOL,
    logins: { [KEY]: login },
    endpoints: [{ url: "https://a.example/", service: "execute-api" }],
    allow: ["*.example"],
    retry: { attempts: 2 },
    classicFlow: { roleArn: "arn" },
  };
  const aws = createClient(options);
  options.identityPoolId = "changed";
  options.endpoints[0].url = "changed";
  options.allow[0] = "changed";
  options.retry.attempts = 9;
  options.classicFlow.roleArn = "changed";
  delete options.logins[KEY];
  await aws.credentials();
  const [[, seen]] = asked;
  assert.equal(seen.identityPoolId, POOL.identityPoolId);
  assert.equal(seen.logins[KEY], login);
  assert.equal(seen.endpoints[0].url, "https://a.example/");
  assert.deepEqual([seen.allow[0], seen.retry.attempts, seen.classicFlow.roleArn], ["*.example", 2, "arn"]);
  for (const object of [seen, seen.logins, seen.endpoints[0], seen.retry, seen.classicFlow]) {
    assert.equal(Object.getPrototypeOf(object), null);
  }
});

test("nothing that pollutes Object.prototype becomes an option", async () => {
  const pollution = {
    ...{ endpoints: [], wasm: "https://evil.example/", logins: { a: "b" }, region: "us-east-1" },
    ...{ service: "s3", signAs: "evil", sessionToken: "evil", attempts: 100, allow: [] },
  };
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  Object.assign(Object.prototype, pollution);
  let aws;
  try {
    aws = createClient({ credentials, retry: {}, endpoints: [{ url: "https://a.example/" }] });
    assert.throws(() => aws.setLogins({ [KEY]: "token" }), refused("INVALID_OPTION", "options.logins"));
    aws.setLogins({});
  } catch (error) {
    if (!refused("INVALID_OPTION", "options.logins")(error)) throw error;
  } finally {
    for (const name of Object.keys(pollution)) delete Object.prototype[name];
  }
  await aws.credentials();
  const [[, seen]] = asked;
  const members = (object) => Object.keys(object).filter((name) => object[name] !== undefined);
  assert.deepEqual(members(seen), ["credentials", "retry", "endpoints"]);
  assert.deepEqual(members(seen.credentials), ["accessKeyId", "secretAccessKey"]);
  assert.deepEqual([members(seen.retry), members(seen.endpoints[0])], [[], ["url"]]);
});

test("each option is read once", async () => {
  const reads = {};
  const counting = (path, members) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(members).map(([name, value]) => [
          name,
          { enumerable: true, get: () => ((reads[path + name] = (reads[path + name] ?? 0) + 1), value) },
        ]),
      ),
    );
  const endpoint = counting("endpoints.", { url: "https://a.example/", service: "execute-api" });
  const aws = createClient(
    counting("", { ...POOL, logins: counting("logins.", { [KEY]: "t" }), endpoints: [endpoint], wasm: undefined }),
  );
  await aws.credentials();
  aws.setLogins(counting("later.", { [KEY]: "u" }));
  assert.equal(Object.keys(reads).length, 8);
  assert.ok(
    Object.values(reads).every((count) => count === 1),
    JSON.stringify(reads),
  );
});

test("logins of the wrong shape are refused: by setLogins at once, by every call where they are options", async () => {
  const aws = createClient(POOL);
  for (const [bad, field] of [
    ["token", "options.logins"],
    [["token"], "options.logins"],
    [7, "options.logins"],
    [{ [KEY]: "" }, `options.logins["${KEY}"]`],
    [{ [KEY]: undefined }, `options.logins["${KEY}"]`],
  ]) {
    assert.throws(() => aws.setLogins(bad), refused("INVALID_OPTION", field));
    const other = createClient({ ...POOL, logins: bad });
    for (const call of [other.credentials, () => other.signedFetch(URL_)]) {
      await assert.rejects(call, refused("INVALID_OPTION", field));
    }
    assert.throws(() => other.signHeadersSync(URL_), refused("INVALID_OPTION", field));
  }
  for (const good of [undefined, null, () => undefined, { [KEY]: "t" }, { [KEY]: () => "t" }]) aws.setLogins(good);
  const signer = createClient({ credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  assert.throws(() => signer.setLogins({ [KEY]: "t" }), refused("INVALID_OPTION", "options.logins"));
  signer.setLogins();
});

test("a closed client refuses everything, before the WebAssembly is loaded and after", async () => {
  const clientFactory = await freshPackage();
  let release;
  const opening = new Promise((resolve) => (release = () => resolve(module)));
  for (const [aws, isLoaded] of [
    [clientFactory(() => opening)(POOL), false],
    [createClient(POOL), true],
  ]) {
    if (isLoaded) await aws.credentials();
    answers.fetch = () => new Promise(() => {});
    const waiting = isLoaded ? [] : [aws.signedFetch(URL_), aws.credentials(), aws.presign(URL_)];
    aws.close();
    aws.close();
    for (const call of waiting) await assert.rejects(call, refused("CLOSED"));
    asked.length = 0;
    const request = new Request(URL_, { method: "POST", body: "a" });
    for (const method of ["signedFetch", "sign", "signHeaders", "presign", "graphql"]) {
      await assert.rejects(aws[method](request, { query: "{ a }" }), refused("CLOSED"), method);
    }
    for (const method of ["credentials", "identityId", "whoami"])
      await assert.rejects(aws[method](), refused("CLOSED"));
    for (const method of ["signHeadersSync", "presignSync", "setLogins", "signOut"]) {
      assert.throws(() => aws[method](URL_), refused("CLOSED"), method);
    }
    assert.equal(request.bodyUsed, false);
    assert.equal(aws.clock.offset, 0);
    aws.addEventListener("credentials", () => {});
    release();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(names(), [], "no core is made for a closed client");
  }
});

test("close reaches the core once, and the page's options are gone then", async () => {
  const aws = createClient({ ...POOL, logins: () => undefined });
  await aws.credentials();
  const { page } = Core.last.deref();
  assert.equal(typeof page.options.logins, "function");
  aws.close();
  aws.close();
  assert.deepEqual(names(), ["new", "credentials", "close"]);
  assert.equal(page.options, undefined);
});

test("an abort ends a call that waits for the WebAssembly", async () => {
  const clientFactory = await freshPackage();
  const aws = clientFactory(() => new Promise(() => {}))(POOL);
  const control = new AbortController();
  const waiting = [
    aws.signedFetch(URL_, { signal: control.signal }),
    aws.signHeaders(URL_, { signal: control.signal }),
  ];
  control.abort("enough");
  for (const call of waiting) {
    assert.equal(await call.catch((reason) => reason), "enough");
  }
});

test("methods that cannot wait are NOT_READY until the WebAssembly is loaded, and ask for credentials meanwhile", async () => {
  const clientFactory = await freshPackage();
  const aws = clientFactory(() => module)(POOL);
  answers.signHeadersSync = () => ["authorization", "signed"];
  answers.presignSync = (call, seconds) => [call.url, seconds];
  for (const method of ["signHeadersSync", "presignSync"]) assert.throws(() => aws[method](URL_), refused("NOT_READY"));
  await aws.credentials();
  assert.deepEqual(names(), ["new", "credentials", "credentials", "credentials"]);
  assert.deepEqual([...aws.signHeadersSync(URL_)], [["authorization", "signed"]]);
  assert.deepEqual(aws.presignSync(URL_, { expiresSeconds: 5 }), [URL_, 5]);
});

test("headers that can be made at once are, and others are waited for", async () => {
  const aws = createClient(POOL);
  await aws.credentials();
  answers.signHeaders = async () => ["authorization", "later"];
  assert.deepEqual([...(await aws.signHeaders(URL_))], [["authorization", "later"]]);
  answers.signHeadersNow = () => ["authorization", "now"];
  assert.deepEqual([...(await aws.signHeaders(URL_))], [["authorization", "now"]]);
  assert.deepEqual(names().slice(2), ["signHeadersNow", "signHeaders", "signHeadersNow"]);
});

test("sign gives a request that follows no redirect", async () => {
  answers.sign = (call) => call.request(["authorization", "signed"]);
  const aws = createClient(POOL);
  for (const [redirect, seen] of [
    [undefined, "error"],
    ["follow", "error"],
    ["manual", "manual"],
  ]) {
    const request = await aws.sign(URL_, { method: "PUT", body: "a", redirect });
    assert.deepEqual([request.redirect, request.headers.get("authorization")], [seen, "signed"]);
    assert.equal(await request.text(), "a");
  }
});

test("listeners hear what the core tells, in frozen details", async () => {
  const aws = createClient(POOL);
  await aws.credentials();
  const heard = [];
  aws.addEventListener("clock", ({ type, detail }) => heard.push([type, detail.offset, Object.isFrozen(detail)]));
  Core.last.deref().page.dispatch("clock", { offset: 5 });
  assert.deepEqual(heard, [["clock", 5, true]]);
});

test("no event breaks a call, whatever a server-side renderer has put in the platform's place", async (t) => {
  const aws = createClient(POOL);
  await aws.credentials();
  const { page } = Core.last.deref();
  const heard = [];
  aws.addEventListener("clock", ({ detail }) => heard.push(detail.offset));
  const { CustomEvent, Event } = globalThis;
  t.after(() => Object.assign(globalThis, { CustomEvent, Event }));
  class Foreign {}
  for (const replaced of [
    { CustomEvent: Foreign },
    { CustomEvent: undefined },
    { CustomEvent: Foreign, Event: Foreign },
  ]) {
    Object.assign(globalThis, replaced);
    page.dispatch("clock", { offset: heard.length });
    Object.assign(globalThis, { CustomEvent, Event });
  }
  assert.deepEqual(heard, [0, 1]);
});

/** Waits until something is collected, or for two seconds. */
async function collected(ref) {
  for (let time = 0; time < 100 && ref.deref(); time += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  return !ref.deref();
}

test("a client that nobody holds is collected, though its page is held; not while one of its calls waits", async () => {
  let end;
  answers.fetch = () => new Promise((resolve) => (end = resolve));
  const pages = [];
  const idle = await (async () => {
    const aws = createClient(POOL);
    await aws.credentials();
    aws.addEventListener("clock", () => {});
    pages.push(Core.last.deref().page);
    return new WeakRef(aws);
  })();
  const busy = await (async () => {
    const aws = createClient(POOL);
    await aws.credentials();
    pages.push(Core.last.deref().page);
    void aws.signedFetch(URL_);
    return new WeakRef(aws);
  })();
  // A note of what was asked would hold the cores.
  asked.length = 0;
  assert.equal(await collected(idle), true);
  assert.equal(pages[0].options, undefined);
  pages[0].dispatch("clock", { offset: 1 });
  assert.ok(busy.deref());
  assert.equal(pages[1].options.identityPoolId, POOL.identityPoolId);
  end();
  assert.equal(await collected(busy), true);
});

test("using closes a client", { skip: !Symbol.dispose }, async () => {
  const aws = createClient(POOL);
  aws[Symbol.dispose]();
  await assert.rejects(aws.credentials(), refused("CLOSED"));
});

test("what explains is loaded at the first use, and gets what is known of the call", async () => {
  const loads = [];
  const explainOutcome = (...given) => given;
  const aws = createClient({ ...POOL, explain: async () => (loads.push(1), { explainOutcome }) });
  const refusal = new Response("no", { status: 403 });
  answers.fetch = async (call) => {
    call.signed = ["date", "scope"];
    await call.request(["x-secret", "secret"]);
    return refusal;
  };
  assert.equal(await aws.signedFetch(URL_, { headers: { "x-own": "value" } }), refusal);
  assert.equal(loads.length, 0);
  const [client, { identityPoolId }, known, outcome, init] = await aws.explain(refusal, { lang: "ja" });
  assert.equal(loads.length, 1);
  assert.deepEqual([client, outcome, init], [aws, refusal, { lang: "ja" }]);
  assert.equal(identityPoolId, POOL.identityPoolId);
  const { call } = known;
  assert.deepEqual([call.url, call.attempts, call.signed], [URL_, 1, ["date", "scope"]]);
  assert.deepEqual(call.names, ["x-own"]);
  assert.ok(!JSON.stringify(known).includes("secret") && !JSON.stringify(known).includes("value"));
  const [, , unknown] = await aws.explain(new Error("of somebody else"));
  assert.equal(unknown, undefined);
});

test("what cannot be loaded to explain is an error with its cause, and without the option it is named", async () => {
  const cause = new Error("404");
  const broken = createClient({ ...POOL, explain: () => Promise.reject(cause) });
  await assert.rejects(broken.explain({}), (error) => error.code === "WASM_LOAD" && error.cause === cause);
  await assert.rejects(createClient(POOL).explain({}), refused("INVALID_OPTION", "options.explain"));
});
