// How the WebAssembly is loaded where the platform is not a browser's, and what is said where it cannot be.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./hooks.mjs";

const { module } = await import("./glue.mjs");

/** A copy of the package in which nothing is loaded yet. */
let copies = 0;
const fresh = (file) => import(`../../pkg/${file}?load=${++copies}`);
const call = async (source) => (await fresh("client.js")).clientFactory(source)({}).credentials();

const answer = (body, type = "application/wasm") => new Response(body, { headers: { "content-type": type } });

/** A `Response` that Node's WebAssembly does not take: happy-dom's, a polyfill's. */
const foreign = (body) => {
  const own = answer(body);
  return {
    [Symbol.toStringTag]: "Response",
    ...{ ok: true, headers: own.headers, arrayBuffer: () => own.arrayBuffer() },
    get bodyUsed() {
      return own.bodyUsed;
    },
  };
};

/** Takes something from the platform for the rest of a test. */
function without(t, object, name) {
  const was = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value: undefined, configurable: true, writable: true });
  t.after(() => Object.defineProperty(object, name, was));
}

test("every kind of source, and a Response that the platform does not compile", async () => {
  const compiled = await WebAssembly.compile(module);
  for (const source of [module, module.buffer.slice(module.byteOffset, module.byteOffset + module.length), compiled]) {
    await call(() => source);
    await call(async () => source);
  }
  for (const response of [answer(module), answer(module, "text/plain"), foreign(module)]) await call(() => response);
});

test("the entry inflates the module where the platform's streams are hidden", async (t) => {
  const load = async () => (await fresh("index.js")).createClient({}).credentials();
  await load();
  without(t, globalThis, "DecompressionStream");
  await load();
  without(t, process, "getBuiltinModule");
  await assert.rejects(load(), { code: "WASM_LOAD", advice: /options\.wasm.*sigfetch\/lean/, retryable: false });
});

test("importing the package uses nothing of the platform", async (t) => {
  for (const name of ["TextEncoder", "TextDecoder", "DecompressionStream", "Response", "Request", "crypto", "fetch"]) {
    without(t, globalThis, name);
  }
  await fresh("index.js");
});

test("what is wrong is said, with what to do", async (t) => {
  const other = Buffer.from(module);
  other[other.length - 1] ^= 1;
  t.mock.method(globalThis, "fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  for (const [source, message, advice, retryable = true] of [
    [() => other, "The .wasm file does not match this version of sigfetch", /installed version/],
    [() => "https://cdn.example/sigfetch.wasm", /cannot be fetched/, /CORS.*Access-Control-Allow-Origin/],
    [() => new Response("", { status: 404 }), /cannot be fetched/, /connect-src/],
    [() => answer("<!doctype html>", "text/html"), /came as text\/html/, /a page in the file's place/],
    [() => answer("<!doctype html>"), /came as application\/wasm/, /Check its URL/],
    [() => 5, /cannot be started/, /cause/],
    [() => Promise.reject(new Error("no idea")), /cannot be started/, /cause/],
    [
      () => Promise.reject(new Error("violates the Content Security policy")),
      /Policy forbids/,
      /wasm-unsafe-eval/,
      false,
    ],
    [() => Promise.reject(new Error("disallowed by embedder")), /runtime cannot compile/, /options\.wasm/, false],
  ]) {
    await assert.rejects(call(source), (error) => {
      assert.equal(error.name, "SigFetchError");
      assert.equal(error.code, "WASM_LOAD");
      assert.equal(error.retryable, retryable);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      assert.match(error.advice, advice);
      return true;
    });
  }
});

test("a load that fails is tried again by the next call, and what is loaded is shared", async () => {
  const { clientFactory } = await fresh("client.js");
  let loads = 0;
  const aws = clientFactory(async () => {
    loads += 1;
    if (loads === 1) throw new Error("busy");
    return module;
  })({});
  await assert.rejects(aws.credentials(), { code: "WASM_LOAD" });
  await Promise.all([aws.credentials(), aws.identityId()]);
  await clientFactory(() => assert.fail("loaded twice"))({ wasm: Promise.reject(new Error("no idea")) }).credentials();
  assert.equal(loads, 2);
});
