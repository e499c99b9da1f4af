// What is taken down of a call: what the platform says of it, at the moment of the call, each member once.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import "./hooks.mjs";

const { captureGraphql, captureHeaders, capturePresigned, captureRequest } = await import("../../pkg/capture.js");

const REAL = "https://real.example/a";
const LIE = "https://abc.execute-api.eu-west-1.amazonaws.com/prod";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const headersOf = ({ headers }) =>
  Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at], headers[2 * at + 1]]));
const refused = (field) => (error) =>
  error.code === "INVALID_REQUEST" && error.field === field && error.name === "SigFetchError";

/** Runs `work` while `Object.prototype` has these members. */
function polluted(members, work) {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true, writable: true });
  }
  try {
    return work();
  } finally {
    for (const name of Object.keys(members)) delete Object.prototype[name];
  }
}

class Liar extends Request {
  get url() {
    return LIE;
  }
  get method() {
    return "GET";
  }
  get headers() {
    return new Headers({ "x-lie": "1" });
  }
  clone() {
    return new Request(LIE);
  }
}
const withOwn = () => {
  const request = new Request(REAL, { method: "PUT", body: "a", headers: { "x-true": "1" } });
  for (const [name, value] of Object.entries({ url: LIE, method: "GET", headers: new Headers(), clone: () => LIE })) {
    Object.defineProperty(request, name, { value });
  }
  return request;
};

for (const [what, make] of Object.entries({
  "a subclass": () => new Liar(REAL, { method: "PUT", body: "a", headers: { "x-true": "1" } }),
  "own properties": withOwn,
})) {
  test(`a Request that lies by ${what} is judged, and sent, as what the platform says that it is`, async () => {
    for (const capture of [captureRequest, captureHeaders]) {
      const call = capture(make());
      assert.equal(call.url, REAL);
      assert.equal(call.method, "PUT");
      assert.equal(headersOf(call)["x-true"], "1");
      assert.equal(headersOf(call)["x-lie"], undefined);
      assert.equal(await call.hash(), sha256("a"));
      const sent = await call.request([]);
      assert.deepEqual([sent.url, sent.method, sent.headers.get("x-true")], [REAL, "PUT", "1"]);
    }
  });
}

test("what only looks like a Request is judged as the URL that the platform makes of it", async () => {
  const fake = { [Symbol.toStringTag]: "Request", url: LIE, toString: () => REAL };
  assert.equal(captureRequest(fake).url, REAL);
  const proxy = new Proxy(new Request(REAL), {
    get: (target, name) => (name === "url" ? LIE : name === "toString" ? () => REAL : Reflect.get(target, name)),
  });
  assert.equal(captureRequest(proxy).url, REAL);
  assert.throws(() => captureHeaders(fake), refused("input"));
});

test("a URL whose text changes is read once", () => {
  let reads = 0;
  const input = { toString: () => (reads++ ? LIE : REAL) };
  assert.equal(captureRequest(input).url, REAL);
  assert.equal(captureHeaders({ toString: () => REAL }).url, REAL);
  assert.equal(reads, 1);
});

test("members are read once each, inherited ones too", () => {
  const reads = {};
  const counting = (members) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(members).map(([name, value]) => [
          name,
          { enumerable: true, get: () => ((reads[name] = (reads[name] ?? 0) + 1), value) },
        ]),
      ),
    );
  const init = () =>
    counting({
      ...{ method: "PUT", body: "a", signal: undefined, window: null, keepalive: false, redirect: "error" },
      headers: counting({ "x-a": "1" }),
      aws: counting({ service: "s3", retry: counting({ attempts: 2 }), onProgress: undefined }),
    });
  for (const capture of [captureRequest, captureHeaders]) {
    for (const name in reads) delete reads[name];
    const call = capture(REAL, init());
    assert.equal(call.aws.retry.attempts, 2);
    assert.ok(Object.values(reads).length >= 10);
    assert.ok(
      Object.values(reads).every((count) => count === 1),
      JSON.stringify(reads),
    );
  }
  assert.equal(captureRequest(REAL, Object.create({ method: "PATCH" })).method, "PATCH");
});

test("nothing that pollutes Object.prototype becomes part of a call", () => {
  const forNode = { method: "DELETE", body: "x", headers: { "x-evil": "1" }, keepalive: true, redirect: "manual" };
  const aws = { service: "s3", attempts: 100, aws: { service: "s3" }, query: "{ evil }", expiresSeconds: 1 };
  for (const init of [undefined, {}, { aws: { retry: {} } }]) {
    const signed = polluted({ ...forNode, ...aws }, () => captureHeaders(REAL, init));
    assert.deepEqual([signed.method, signed.headers, signed.payload], ["GET", [], undefined]);
    // Node's own `Request` reads the first ones, from objects inside. Browsers do not.
    const sent = polluted(aws, () => captureRequest(REAL, init));
    for (const call of [sent, signed]) {
      assert.equal(call.aws?.service, undefined);
      assert.equal(call.aws?.retry?.attempts, undefined);
    }
  }
  polluted(aws, () => {
    assert.equal(capturePresigned(REAL, {}).expiresSeconds, undefined);
    for (const bad of [{}, undefined, "text"]) {
      assert.throws(() => captureGraphql(REAL, bad), refused("request.query"));
    }
  });
});

test("an aborted signal ends a call at once, with its reason", () => {
  const reason = new Error("mine");
  const signal = AbortSignal.abort(reason);
  for (const capture of [captureRequest, captureHeaders, capturePresigned]) {
    assert.throws(
      () => capture(REAL, { signal }),
      (error) => error === reason,
    );
  }
  assert.throws(
    () => captureRequest(new Request(REAL, { signal })),
    (error) => error === reason,
  );
  assert.equal(captureRequest(new Request(REAL, { signal }), { signal: null }).signal, undefined);
});

test("a signal that this platform does not know is obeyed without it", () => {
  const { signal } = new AbortController();
  const foreign = { aborted: false, [Symbol.toStringTag]: "AbortSignal" };
  assert.throws(() => new Request(REAL, { signal: foreign }));
  assert.equal(captureRequest(REAL, { signal: foreign }).signal, foreign);
  assert.equal(captureRequest(REAL, { signal }).signal, signal);
  for (const bad of ["stop", {}, 7]) {
    assert.throws(() => captureRequest(REAL, { signal: bad }), refused("init.signal"));
    assert.throws(() => captureHeaders(REAL, { signal: bad }), refused("init.signal"));
  }
});

test("the caller's redirect is told, and the request is sent so that redirects can be seen", async () => {
  for (const [redirect, told] of [
    [undefined, "error"],
    ["follow", "error"],
    ["error", "error"],
    ["manual", "manual"],
  ]) {
    for (const input of [[REAL, { redirect }], [new Request(REAL, { redirect })]]) {
      const call = captureRequest(...input);
      assert.equal(call.redirect, told);
      assert.equal((await call.request([])).redirect, "manual");
    }
  }
});

test("bodies are hashed as they are sent, with the content type that they bring", async () => {
  const form = new FormData();
  form.set("a", "b");
  const bytes = new Uint8Array([9, 0, 255, 9]);
  const large = new Uint8Array(5 * 2 ** 20).map((_, at) => at % 251);
  for (const [body, type, text] of [
    ["Zoë", "text/plain;charset=UTF-8", "Zoë"],
    ["", "text/plain;charset=UTF-8", ""],
    ["é".repeat(2 ** 20), "text/plain;charset=UTF-8", "é".repeat(2 ** 20)],
    [new URLSearchParams({ a: "☂" }), "application/x-www-form-urlencoded;charset=UTF-8", "a=%E2%98%82"],
    [bytes.subarray(1, 3), "", bytes.subarray(1, 3)],
    [bytes.buffer, "", bytes],
    [new DataView(bytes.buffer, 1, 2), "", bytes.subarray(1, 3)],
    [large, "", large],
    [new Blob(["a,b"], { type: "text/csv" }), "text/csv", "a,b"],
    [new Blob([large]), "", large],
    [new Blob(["streamed"]).stream(), "", "streamed"],
    [form, /^multipart\/form-data; boundary=----sigfetch\d+$/],
  ]) {
    const call = captureRequest(REAL, { method: "POST", body, duplex: "half" });
    const { "content-type": found = "" } = headersOf(call);
    if (type instanceof RegExp) assert.match(found, type);
    else assert.equal(found, type);
    assert.deepEqual([...call.headersToSet([])], found ? [["content-type", found]] : []);
    const hash = await call.hash();
    if (text !== undefined) assert.equal(hash, sha256(text));
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const request = await call.request(["x-attempt", String(attempt)]);
      assert.equal(request.headers.get("x-attempt"), String(attempt));
      assert.equal(request.headers.get("content-type") ?? "", found);
      assert.equal(sha256(new Uint8Array(await request.arrayBuffer())), hash);
    }
  }
});

test("a content type of the caller's own stays, and is not handed out once more", () => {
  const init = { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } };
  for (const capture of [captureRequest, captureHeaders]) {
    const call = capture(REAL, init);
    assert.deepEqual(headersOf(call), { "content-type": "application/json" });
    assert.deepEqual([...call.headersToSet(["x-amz-date", "20261122T000000Z"])], [["x-amz-date", "20261122T000000Z"]]);
  }
  const from = new Request(REAL, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
  assert.equal(headersOf(captureRequest(from, { body: "[]" }))["content-type"], "application/json");
});

test("small bodies are hashed at once, others take time, and some are not hashed", () => {
  const payload = (init, capture = captureHeaders, ...more) =>
    capture(REAL, { method: "PUT", ...init }, ...more).payload;
  assert.equal(payload({}), undefined);
  assert.equal(payload({ body: "abc" }), "abc");
  assert.deepEqual(payload({ body: "abc" }, captureRequest), new TextEncoder().encode("abc"));
  assert.deepEqual(payload({ body: new Uint8Array(8) }), new Uint8Array(8));
  assert.equal(payload({ body: "x".repeat(10_000) }), null);
  assert.equal(payload({ body: "x".repeat(10_000), keepalive: true }, captureRequest).length, 10_000);
  assert.equal(payload({ body: new Blob(["a"]) }), null);
  assert.equal(payload({ body: "abc", aws: { onProgress() {} } }), null);
  assert.equal(payload({ body: new Blob(["a"]), aws: { unsignedPayload: true } }), undefined);
  // Nothing can be waited for.
  assert.equal(payload({ body: "x".repeat(10_000) }, captureHeaders, true).length, 10_000);
  assert.equal(payload({ body: new Uint8Array(2 ** 23) }, captureHeaders, true).length, 2 ** 23);
  assert.throws(() => payload({ body: new Blob(["a"]) }, captureHeaders, true), refused("init.body"));
});

test("later changes of bytes and headers do not reach the request", async () => {
  for (const size of [3, 2 ** 23]) {
    const body = new Uint8Array(size).fill(1);
    const headers = new Headers({ "x-a": "before" });
    const call = captureRequest(REAL, { method: "PUT", body, headers });
    body.fill(9);
    headers.set("x-a", "after");
    const request = await call.request([]);
    assert.equal(request.headers.get("x-a"), "before");
    assert.equal(sha256(new Uint8Array(await request.arrayBuffer())), sha256(new Uint8Array(size).fill(1)));
  }
  // Those that somebody else sends are not copied, but hashed at once where that can be.
  const body = new Uint8Array(2 ** 16).fill(1);
  const call = captureHeaders(REAL, { method: "PUT", body });
  body.fill(9);
  assert.equal(await call.hash(), sha256(new Uint8Array(2 ** 16).fill(1)));
});

test("progress is told once or more often, at last of all bytes, and no more once the call has ended", async () => {
  const told = [];
  const aws = { onProgress: (progress) => told.push({ ...progress }) };
  await captureRequest(REAL, { method: "PUT", body: "abc", aws }).hash();
  assert.deepEqual(told.splice(0), [{ hashed: 3, total: 3 }]);
  const call = captureRequest(REAL, { method: "PUT", body: new Blob([new Uint8Array(2 ** 26)]), aws });
  const hash = call.hash();
  await new Promise((resolve) => setTimeout(resolve, 20));
  call.end();
  await assert.rejects(hash, /has ended/);
  const { length } = told;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(told.length, length);
});

test("a body that outlives its page has at most 64 KiB", async () => {
  const call = (size) => captureRequest(REAL, { method: "POST", keepalive: true, body: "x".repeat(size) });
  await call(65_536).request([]);
  await assert.rejects(call(65_537).request([]), refused("init.keepalive"));
});

test("a Request that is sent is used up; one that is signed for somebody else is not", async () => {
  const make = () => new Request(REAL, { method: "POST", body: "once" });
  const [sent, signed, replaced] = [make(), make(), make()];
  assert.equal(await captureRequest(sent).hash(), sha256("once"));
  assert.equal(await captureHeaders(signed).hash(), sha256("once"));
  assert.equal(await captureRequest(replaced, { body: "new" }).hash(), sha256("new"));
  assert.equal(await captureHeaders(replaced, { body: "new" }).hash(), sha256("new"));
  assert.deepEqual([sent.bodyUsed, signed.bodyUsed, replaced.bodyUsed], [true, false, false]);
  assert.equal(await signed.text(), "once");
  assert.throws(() => captureRequest(sent), refused("init"));
});

test("what cannot be signed or sent is refused by name", () => {
  for (const [input, init, field] of [
    ["http://[", {}, "input"],
    ["/relative", {}, "input"],
    ["https://user:password@real.example/", {}, "input"],
    [REAL, "POST", "init"],
    [REAL, { method: "TRACE" }, "init.method"],
    [REAL, { method: "a b" }, "init.method"],
    [REAL, { body: "a" }, "init.body"],
    [REAL, { method: "HEAD", body: "" }, "init.body"],
    [REAL, { headers: { "not a name": "a" } }, "init.headers"],
    [REAL, { headers: { a: "line\nbreak" } }, "init.headers"],
    [REAL, { window: globalThis }, "init.window"],
    [REAL, { aws: 5 }, "init.aws"],
    [REAL, { aws: { onProgress: "yes" } }, "init.aws.onProgress"],
    [REAL, { method: "PUT", body: new Uint8Array(new SharedArrayBuffer(4)) }, "init.body"],
  ]) {
    assert.throws(() => captureRequest(input, init), refused(field), field);
    assert.throws(() => captureHeaders(input, init), refused(field), field);
  }
  assert.throws(() => captureRequest(REAL, { mode: "no-cors" }), refused("init.mode"));
  for (const body of [new FormData(), new Blob(["a"]).stream()]) {
    assert.throws(() => captureHeaders(REAL, { method: "PUT", body }), refused("init.body"));
  }
  assert.throws(() => capturePresigned(REAL, { method: "PUT", body: "a" }), refused("init.body"));
});

test("a GraphQL operation is posted as JSON, with a content type of the caller's own if there is one", async () => {
  const operation = { query: "{ a }", variables: { b: 1n }, operationName: undefined };
  assert.throws(() => captureGraphql(REAL, operation), refused("request.variables"));
  operation.variables.b = 1;
  const call = captureGraphql(REAL, operation, { headers: { "x-a": "1" }, method: "GET", body: "no" });
  assert.deepEqual(headersOf(call), { "content-type": "application/json", "x-a": "1" });
  assert.equal(await (await call.request([])).text(), '{"query":"{ a }","variables":{"b":1}}');
  const own = captureGraphql(REAL, operation, { headers: { "content-type": "application/graphql" } });
  assert.equal(headersOf(own)["content-type"], "application/graphql");
  for (const bad of [undefined, null, "{ a }", {}, { query: 7 }]) {
    assert.throws(() => captureGraphql(REAL, bad), refused("request.query"));
  }
});

test("presigning takes how long the URL is to be valid along", () => {
  const call = capturePresigned("wss://real.example/a", { expiresSeconds: "soon", headers: { "x-a": "1" } });
  assert.deepEqual([call.url, call.expiresSeconds, call.headers], ["wss://real.example/a", "soon", ["x-a", "1"]]);
});
