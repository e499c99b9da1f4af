// Every option of fetch reaches fetch, or is refused by name; an abort ends a call wherever it is.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { COGNITO, hold } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
const recorder = useRecorder();
beforeEach(() => {
  at.guest.endpoints.push({ url: recorder.url, service: "execute-api", region: "us-east-1" });
});

/** Runs `work(client, url)` in the page, as a guest; the URL is the recorder's unless another is given. */
const asGuest = (work, url = `${recorder.url}/x`) =>
  at.run(new Function("sigfetch", "all", `return (${work})(sigfetch.createClient(all.options), all.url)`), {
    options: at.guest,
    url,
  });

/** The init, and what has to be seen in the request that `fetch` is given. */
const HONOURED = [
  ["{ cache: 'no-store' }", { cache: "no-store" }],
  ["{ cache: 'reload' }", { cache: "reload" }],
  ["{ credentials: 'include' }", { credentials: "include" }],
  ["{ credentials: 'omit' }", { credentials: "omit" }],
  ["{ mode: 'same-origin' }", { mode: "same-origin" }],
  ["{ integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }", { integrity: /^sha256-/ }],
  ["{ keepalive: true, method: 'POST', body: 'a' }", { keepalive: true, method: "POST" }],
  ["{ referrer: '' , method: 'POST', body: 'a' }", { referrer: "" }],
  ["{ referrerPolicy: 'origin' }", { referrerPolicy: "origin" }],
  ["{ redirect: 'manual' }", { redirect: "manual" }],
  ["{ method: 'patch', body: 'a' }", { method: "patch" }],
  ["{ method: 'delete' }", { method: "DELETE" }],
  ["{ window: null }", { method: "GET" }],
  ["{ priority: 'low', cache: undefined }", { cache: "default" }],
];
for (const [init, expected] of HONOURED) {
  test(`sign(url, ${init})`, async () => {
    const seen = await asGuest(`async ({ sign }, url) => {
      const { method, cache, credentials, mode, integrity, keepalive, referrer, referrerPolicy, redirect } = await sign(url, ${init});
      return { method, cache, credentials, mode, integrity, keepalive, referrer, referrerPolicy, redirect };
    }`);
    for (const [name, value] of Object.entries(expected)) {
      if (value instanceof RegExp) assert.match(seen[name], value);
      else assert.equal(seen[name], value, name);
    }
    assert.notEqual(seen.redirect, "follow");
  });
}

test("the priority reaches the network", async () => {
  const session = await at.context.newCDPSession(at.page);
  const priorities = {};
  session.on("Network.requestWillBeSent", ({ request }) => {
    const which = /\?(plain|signed)-(\w+)$/.exec(request.url);
    if (which && request.method === "POST") priorities[`${which[1]} ${which[2]}`] = request.initialPriority;
  });
  await session.send("Network.enable");
  await asGuest(`async ({ signedFetch }, url) => {
    for (const priority of ["low", "high"]) {
      const init = { method: "POST", body: "a", priority };
      await fetch(url + "?plain-" + priority, init);
      await signedFetch(url + "?signed-" + priority, init);
    }
  }`);
  assert.equal(priorities["signed low"], priorities["plain low"]);
  assert.equal(priorities["signed high"], priorities["plain high"]);
  assert.notEqual(priorities["plain low"], priorities["plain high"]);
});

const REFUSED = [
  ["{ cache: 'never' }", "init"],
  ["{ cache: 'only-if-cached' }", "init"],
  ["{ credentials: 'maybe' }", "init"],
  ["{ redirect: 'somewhere' }", "init"],
  ["{ referrerPolicy: 'loud' }", "init"],
  ["{ referrer: 'http://[' }", "init"],
  ["{ priority: 'urgent' }", "init"],
  ["{ window: globalThis }", "init.window"],
  ["{ method: 'POST', body: 'a', duplex: 'full' }", "init"],
  ["{ mode: 'navigate' }", "init"],
  ["{ mode: 'no-cors' }", "init.mode"],
  ["{ signal: 'stop' }", "init.signal"],
  ["{ signal: {} }", "init.signal"],
  ["{ method: '' }", "init.method"],
  ["{ method: 'CONNECT' }", "init.method"],
  ["{ method: 'HEAD', body: '' }", "init.body"],
  ["{ headers: null }", "init.headers"],
  ["{ keepalive: true, method: 'POST', body: 'x'.repeat(65_537) }", "init.keepalive"],
  ["{ keepalive: true, method: 'POST', body: new Blob(['x'.repeat(65_537)]) }", "init.keepalive"],
  ["{ aws: { onProgress: 'yes' } }", "init.aws.onProgress"],
  ["'POST'", "init"],
  ["7", "init"],
];
for (const [init, field] of REFUSED) {
  test(`signedFetch(url, ${init}) is refused`, async () => {
    const end = await asGuest(`({ signedFetch }, url) => outcome(signedFetch(url, ${init}))`);
    assertRefused(end, "INVALID_REQUEST", { field });
    assert.deepEqual(recorder.seen, []);
  });
}

test("keepalive takes 64 KiB", async () => {
  const status = await asGuest(`async ({ signedFetch }, url) =>
    (await signedFetch(url, { keepalive: true, method: "POST", body: "x".repeat(65_536) })).status`);
  assert.equal(status, 200);
});

test("a keepalive call waits for no WebCrypto, which may not answer while the page goes", async () => {
  const status = await asGuest(`async ({ signedFetch }, url) => {
    crypto.subtle.digest = () => new Promise(() => {});
    return (await signedFetch(url, { keepalive: true, method: "POST", body: "x".repeat(65_536) })).status;
  }`);
  assert.equal(status, 200);
});

test("inputs of a subclass and of another realm are taken as the Requests they are", async () => {
  const seen = await asGuest(`async ({ signedFetch, sign }, url) => {
    class Own extends Request {}
    const far = document.body.appendChild(document.createElement("iframe")).contentWindow;
    const init = { method: "PUT", body: "a", headers: { "x-api-key": "k" } };
    const own = await signedFetch(new Own(url + "?own", init));
    const other = await signedFetch(new far.Request(url + "?far", init));
    const place = await signedFetch(new far.URL(url + "?url"), init);
    const text = await signedFetch({ toString: () => url + "?text" }, init);
    return [own, other, place, text].map(({ status }) => status);
  }`);
  assert.deepEqual(seen, [200, 200, 200, 200]);
  assert.deepEqual(
    recorder.seen.map(({ method, url, headers }) => [method, url, headers["x-api-key"]]),
    ["own", "far", "url", "text"].map((which) => ["PUT", `/x?${which}`, "k"]),
  );
});

test("a relative URL is the document's, whose base may be another one", async () => {
  const urls = await asGuest(
    `async ({ sign }, url) => {
      document.head.append(Object.assign(document.createElement("base"), { href: url }));
      return [(await sign("y?a=1")).url, (await sign("//" + new URL(url).host + "/z")).url];
    }`,
  );
  assert.deepEqual(urls, [`${recorder.url}/y?a=1`, `${recorder.url}/z`]);
});

const reasons = ["new Error('mine')", "'text'", "undefined"];
for (const reason of reasons) {
  test(`an abort beforehand with ${reason} starts nothing, and its reason comes through`, async () => {
    const same = await asGuest(`async (aws, url) => {
      const control = new AbortController();
      control.abort(${reason});
      const { signal } = control;
      const ends = [];
      for (const name of ["signedFetch", "sign", "signHeaders"]) {
        await aws[name](url, { signal }).catch((error) => ends.push(error === signal.reason));
        await aws[name](new Request(url, { signal })).catch((error) => ends.push(error === signal.reason || error?.name === "AbortError"));
      }
      return ends;
    }`);
    assert.deepEqual(same, Array(6).fill(true));
    const { calls } = await at.aws.stats();
    assert.equal(calls.cognitoIdentity, undefined);
    assert.deepEqual(recorder.seen, []);
  });
}

test("an abort while credentials are awaited ends the call alone, and the credentials serve the next", async () => {
  const release = await hold(at.page, COGNITO);
  const going = asGuest(`async ({ signedFetch }, url) => {
    const control = new AbortController();
    const first = signedFetch(url, { signal: control.signal }).catch(String);
    setTimeout(() => control.abort("enough"), 50);
    const end = await first;
    globalThis.aborted = true;
    return [end, (await signedFetch(url)).status];
  }`);
  await at.page.waitForFunction("globalThis.aborted");
  await release();
  assert.deepEqual(await going, ["enough", 200]);
  assert.equal(recorder.seen.length, 1);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("an abort while the WebAssembly is awaited ends the call", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signedFetch, signHeaders } = createClient({ ...options, wasm: new Promise(() => {}) });
      const signal = AbortSignal.timeout(50);
      const name = (error) => error.name;
      return Promise.all([signedFetch(url, { signal }).catch(name), signHeaders(url, { signal }).catch(name)]);
    },
    { options: at.guest, url: `${recorder.url}/x` },
  );
  assert.deepEqual(ends, ["TimeoutError", "TimeoutError"]);
});

test("an abort while the answer is awaited or read ends it as fetch does", async () => {
  const ends = await asGuest(`async ({ signedFetch }, url) => {
    const control = new AbortController();
    const response = await signedFetch(url, { signal: control.signal });
    const read = response.body.getReader();
    control.abort();
    return [await signedFetch(url, { signal: control.signal }).catch(({ name }) => name)];
  }`);
  assert.deepEqual(ends, ["AbortError"]);
});

test("the members of an init that is a class's are read, too, and each once", async () => {
  const seen = await asGuest(`async ({ signedFetch }, url) => {
    const reads = {};
    const init = {};
    for (const [name, value] of Object.entries({ method: "PUT", headers: { "x-api-key": "k" }, body: "a", cache: "no-store" })) {
      Object.defineProperty(init, name, { enumerable: true, get: () => { reads[name] = (reads[name] ?? 0) + 1; return value; } });
    }
    await signedFetch(url, init);
    await signedFetch(url, Object.create({ method: "PATCH", body: "b" }));
    return reads;
  }`);
  assert.deepEqual(seen, { method: 1, headers: 1, body: 1, cache: 1 });
  assert.deepEqual(
    recorder.seen.map(({ method }) => method),
    ["PUT", "PATCH"],
  );
});

test("what the network does is told as fetch tells it", async () => {
  const url = recorder.url.replace(/\d+$/, "1");
  at.guest.endpoints.push({ url, service: "execute-api", region: "us-east-1" });
  const names = await asGuest(
    `async ({ signedFetch }, url) => [
      await signedFetch(url, { method: "POST" }).catch(({ name }) => name),
      await fetch(url, { method: "POST" }).catch(({ name }) => name),
    ]`,
    `${url}/x`,
  );
  assert.deepEqual(names, ["TypeError", "TypeError"]);
});
