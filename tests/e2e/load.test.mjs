// How the WebAssembly gets into a page: by both entries, from every kind of source, once, again after a failure, and
// not at all where the page forbids it.
import assert from "node:assert/strict";
import dns from "node:dns";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { pkg } from "../../scripts/lib/paths.mjs";
import { assertRefused } from "./outcome.mjs";
import { useSetting } from "./setting.mjs";

const at = useSetting({ newPages: true });

const ENTRIES = ["index", "lean"];
/** The whole module, and the small one that signs first calls. */
const MODULE = "/pkg/wasm/sigfetch_bg.wasm";
const SIGNER = "/pkg/wasm/signer.wasm";

const items = () => `${at.config.endpoints.rest}/items`;

/** What the page asks its own server for, from now on. */
function watchPage() {
  const paths = [];
  at.page.on("request", (request) => {
    const url = new URL(request.url());
    paths.push(url.port === new URL(at.page.url()).port ? url.pathname : url.href);
  });
  return paths;
}

/** Counts in the page, from the next document on, what WebAssembly is asked to do. */
const countWebAssembly = () =>
  at.page.addInitScript(() => {
    const counts = (globalThis.counts = { compiled: 0, instantiated: 0 });
    const counted = {
      compile: ["compiled"],
      compileStreaming: ["compiled"],
      instantiate: ["compiled", "instantiated"],
      instantiateStreaming: ["compiled", "instantiated"],
      Module: ["compiled"],
      Instance: ["instantiated"],
    };
    for (const [name, kinds] of Object.entries(counted)) {
      const count = () => kinds.forEach((kind) => counts[kind]++);
      WebAssembly[name] = new Proxy(WebAssembly[name], {
        apply: (target, self, values) => (count(), Reflect.apply(target, self, values)),
        construct: (target, values) => (count(), new target(...values)),
      });
    }
  });

/**
 * The status of a signed call, or how it ended, by an entry whose client takes `wasm` if given; `whole` says that the
 * client has to have the whole module before.
 */
const callWith = ({ entry = "index", wasm, whole }) =>
  at.page.evaluate(
    async ({ entry, wasm, whole, options, url }) => {
      const { createClient } = await import(`/pkg/${entry}.js`);
      return outcome(async () => {
        const aws = createClient({ ...options, wasm });
        if (whole) await aws.credentials();
        return (await aws.signedFetch(url)).status;
      });
    },
    { entry, wasm, whole, options: at.guest, url: items() },
  );

for (const entry of ENTRIES) {
  test(`the ${entry} entry signs a call that is accepted, with ${entry === "lean" ? "one" : "no"} download of a module`, async () => {
    const asked = watchPage();
    assert.deepEqual(await callWith({ entry }), { value: 200 });
    assert.deepEqual(
      asked.filter((path) => path.endsWith(".wasm")),
      entry === "lean" ? [SIGNER] : [],
    );
    assert.ok(!asked.includes("/pkg/whole.js"), "what comes later is not asked for");
    assert.deepEqual(await callWith({ entry, whole: true }), { value: 200 });
    assert.deepEqual(
      asked.filter((path) => path.endsWith(".wasm")),
      entry === "lean" ? [SIGNER, MODULE] : [],
    );
    assert.ok(asked.includes("/pkg/whole.js"));
  });

  test(`importing the ${entry} entry does nothing, and a client that is not used asks nobody but its own server`, async () => {
    await countWebAssembly();
    await at.page.reload();
    const asked = watchPage();
    const counts = await at.page.evaluate(async (entry) => {
      globalThis.sigfetch = await import(`/pkg/${entry}.js`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return globalThis.counts;
    }, entry);
    assert.deepEqual(counts, { compiled: 0, instantiated: 0 });
    const inside = entry === "index" ? ["/pkg/inflate.js", "/pkg/wasm/signer-inline.js"] : [];
    const files = [`/pkg/${entry}.js`, "/pkg/client.js", ...inside];
    assert.deepEqual(asked.splice(0).sort(), files.sort());
    await at.page.evaluate(async (options) => {
      globalThis.sigfetch.createClient(options);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, at.guest);
    assert.deepEqual(asked, entry === "lean" ? [SIGNER] : []);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 0, getCredentials: 0 });
  });

  test(`twenty clients of the ${entry} entry at once compile and start each module once`, async () => {
    await countWebAssembly();
    await at.page.reload();
    const asked = watchPage();
    const seen = await at.page.evaluate(
      async ({ entry, options, url }) => {
        const { createClient } = await import(`/pkg/${entry}.js`);
        const clients = Array.from({ length: 20 }, () => createClient(options));
        const signed = await Promise.all(clients.map((client) => client.signedFetch(url)));
        const first = { ...globalThis.counts };
        await Promise.all(clients.map((client) => client.credentials()));
        return { statuses: [...new Set(signed.map(({ status }) => status))], first, then: globalThis.counts };
      },
      { entry, options: at.guest, url: items() },
    );
    const counts = { first: { compiled: 1, instantiated: 1 }, then: { compiled: 2, instantiated: 2 } };
    assert.deepEqual(seen, { statuses: [200], ...counts });
    assert.equal(asked.filter((path) => path.endsWith(".wasm")).length, entry === "lean" ? 2 : 0);
  });
}

/** Kinds of `options.wasm`, each a function in the page. */
const SOURCES = {
  "a URL as text": (url) => url,
  "a URL": (url) => new URL(url, location.href),
  "a Response": (url) => fetch(url),
  "a buffer": async (url) => (await fetch(url)).arrayBuffer(),
  "a view of bytes": async (url) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 10);
    return larger.subarray(10, 10 + bytes.length);
  },
  "a compiled module": (url) => WebAssembly.compileStreaming(fetch(url)),
};

for (const [kind, source] of Object.entries(SOURCES)) {
  for (const isPromise of [false, true]) {
    test(`the module comes from ${isPromise ? "a promise of " : ""}${kind}, and from nowhere else`, async () => {
      const asked = watchPage();
      const end = await at.run(
        async ({ createClient }, { source, isPromise, options, module, url }) => {
          // What would inflate the module inside the package.
          globalThis.DecompressionStream = undefined;
          const given = new Function(`return (${source})`)()(module);
          const wasm = isPromise ? Promise.resolve(given) : await given;
          return outcome(async () => (await createClient({ ...options, wasm }).signedFetch(url)).status);
        },
        { source: String(source), isPromise, options: at.guest, module: MODULE, url: items() },
      );
      assert.deepEqual(end, { value: 200 });
      assert.equal(asked.filter((path) => path === MODULE).length, 1);
    });
  }
}

for (const entry of ENTRIES) {
  test(`the ${entry} entry loads where Base64 is not decoded, or nothing compiled while it comes`, async () => {
    await at.page.evaluate(() => {
      delete Uint8Array.fromBase64;
      delete WebAssembly.compileStreaming;
    });
    assert.deepEqual(await callWith({ entry }), { value: 200 });
    assert.deepEqual(await callWith({ entry, whole: true }), { value: 200 });
  });
}

test("a server that does not know the type of the module is good enough", async () => {
  const body = await readFile(join(pkg, "wasm", "sigfetch_bg.wasm"));
  for (const contentType of ["application/octet-stream", "text/plain"]) {
    await at.page.reload();
    await at.page.route(`**${MODULE}`, (route) => route.fulfill({ body, contentType }));
    assert.deepEqual(await callWith({ entry: "lean", whole: true }), { value: 200 }, contentType);
  }
});

/** Sources that are no module of ours, each a function in the page, and what is said of them. */
const BAD_SOURCES = {
  "a URL with nothing behind it": [() => "/pkg/nowhere.wasm", /cannot be fetched/],
  "a server that is not there": [() => "http://localhost:9/sigfetch.wasm", /cannot be fetched/],
  "a page instead of the file": [() => "/index.html", /came as text\/html/],
  "bytes that are no module": [() => new Uint8Array([0, 1, 2, 3]), /cannot be started/],
  "the module of somebody else": [() => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), /not that of this sigfetch/],
  "a number": [() => 5, /cannot be started/],
  "a promise that is rejected": [() => Promise.reject(new Error("no idea")), /cannot be started/],
};

for (const [what, [source, said]] of Object.entries(BAD_SOURCES)) {
  test(`${what} is WASM_LOAD for every call that waits, and the next client works`, async () => {
    const ends = await at.run(
      async ({ createClient }, { source, options, url }) => {
        const bad = createClient({ ...options, wasm: new Function(`return (${source})`)()() });
        const first = await Promise.all([
          outcome(bad.signedFetch(url)),
          outcome(bad.credentials()),
          outcome(bad.whoami()),
        ]);
        const next = await outcome(async () => !!(await createClient(options).credentials()));
        // Whoever was refused is served by the module that is there now.
        const again = await outcome(async () => (await bad.signedFetch(url)).status);
        return { first, next, again };
      },
      { source: String(source), options: at.guest, url: items() },
    );
    for (const end of ends.first) assertRefused(end, "WASM_LOAD", { message: said, retryable: true, cause: /./ });
    assert.deepEqual([ends.next, ends.again], [{ value: true }, { value: 200 }]);
  });
}

test("what is no module is told with the type it came as, and a cut download as one that failed", async () => {
  const answers = {
    "application/wasm": [{ contentType: "application/wasm", body: "<!doctype html>" }, /came as application\/wasm/],
    "text/plain": [{ contentType: "text/plain", body: "no such file" }, /came as text\/plain/],
    "no answer": [undefined, /cannot be fetched/],
  };
  for (const [what, [answer, message]] of Object.entries(answers)) {
    await at.page.reload();
    await at.page.route(`**${MODULE}`, (route) => (answer ? route.fulfill(answer) : route.abort()), { times: 1 });
    const call = () => callWith({ entry: "lean", whole: true });
    assertRefused(await call(), "WASM_LOAD", { message, retryable: true, cause: /./ });
    assert.deepEqual(await call(), { value: 200 }, what);
  }
});

test("the module of another version is refused, though it is one of sigfetch", async () => {
  const bytes = await readFile(join(pkg, "wasm", "sigfetch_bg.wasm"));
  bytes[bytes.length - 1] ^= 1;
  await at.page.route(`**${MODULE}`, (route) => route.fulfill({ body: bytes, contentType: "application/wasm" }));
  assertRefused(await callWith({ entry: "lean", whole: true }), "WASM_LOAD", {
    message: /not that of this sigfetch/,
    advice: /installed version/,
  });
});

test("where the small module cannot be had, the whole one signs first calls, too", async () => {
  const bytes = await readFile(join(pkg, "wasm", "signer.wasm"));
  bytes[bytes.length - 1] ^= 1;
  const answers = {
    "no answer": undefined,
    "a page": { contentType: "text/html", body: "<!doctype html>" },
    "another version's": { contentType: "application/wasm", body: bytes },
  };
  for (const [what, answer] of Object.entries(answers)) {
    await at.page.reload();
    await at.page.route(`**${SIGNER}`, (route) => (answer ? route.fulfill(answer) : route.abort()), { times: 2 });
    const asked = watchPage();
    assert.deepEqual(await callWith({ entry: "lean" }), { value: 200 }, what);
    assert.ok(asked.includes(MODULE), what);
  }
});

test("a page that cannot load what comes later keeps the answers that came first", async () => {
  await at.page.route("**/pkg/whole.js", (route) => route.abort());
  for (const entry of ENTRIES) {
    const ends = await at.page.evaluate(
      async ({ entry, options, url, gone, reports }) => {
        const { createClient } = await import(`/pkg/${entry}.js`);
        const aws = createClient(options);
        const status = (url) => outcome(async () => (await aws.signedFetch(url)).status);
        globalThis.aws = aws;
        return [await status(url), await status(gone), await status(reports), await outcome(aws.credentials())];
      },
      {
        ...{ entry, options: at.guest, url: items(), gone: `${items()}/none` },
        reports: `${at.config.endpoints.rest}/reports`,
      },
    );
    assert.deepEqual(ends.slice(0, 2), [{ value: 200 }, { value: 404 }]);
    assert.deepEqual(ends[2], { value: 403 });
    assertRefused(ends[3], "WASM_LOAD", { message: /second part/, advice: /sigfetch\/static/, retryable: true });
  }
  await at.page.unroute("**/pkg/whole.js");
  assert.ok(await at.page.evaluate(async () => !!(await globalThis.aws.credentials())), "the next call tries again");
});

test("a rejected source that nobody waits for is no unhandled rejection", async () => {
  const status = await at.run(
    async ({ createClient }, { options, url }) => {
      await createClient(options).identityId();
      const second = createClient({ ...options, wasm: Promise.reject(new Error("no idea")) });
      return (await second.signedFetch(url)).status;
    },
    { options: at.guest, url: items() },
  );
  assert.equal(status, 200);
});

test("a download that fails once is tried again by the same client's next call", async () => {
  const answers = [{ status: 503, body: "busy" }];
  await at.page.route(`**${MODULE}`, (route) =>
    answers.length > 0 ? route.fulfill(answers.shift()) : route.continue(),
  );
  const ends = await at.page.evaluate(
    async ({ options, url }) => {
      const { createClient } = await import("/pkg/lean.js");
      const { credentials, signedFetch } = createClient(options);
      const call = async () => (await credentials(), (await signedFetch(url)).status);
      return [await outcome(call), await outcome(call)];
    },
    { options: at.guest, url: items() },
  );
  assertRefused(ends[0], "WASM_LOAD", { message: /cannot be fetched/, retryable: true });
  assert.deepEqual(ends[1], { value: 200 });
});

for (const entry of ENTRIES) {
  test(`where the policy of a page forbids WebAssembly, the ${entry} entry says what to add, and that is enough`, async () => {
    const open = async (script) => {
      await at.page.reload();
      await at.page.evaluate((script) => {
        const policy = document.createElement("meta");
        policy.httpEquiv = "Content-Security-Policy";
        policy.content = `default-src 'none'; script-src 'self' ${script}; connect-src 'self' http://*.localhost:*; require-trusted-types-for 'script'`;
        document.head.append(policy);
      }, script);
    };
    await open("");
    const end = await callWith({ entry });
    assertRefused(end, "WASM_LOAD", { message: /Content Security Policy/, advice: /'wasm-unsafe-eval'/ });
    await open("'wasm-unsafe-eval'");
    assert.deepEqual(await callWith({ entry }), { value: 200 });
  });
}

test("in Node both entries can be imported, and sign calls that are accepted", async (t) => {
  const { lookup } = dns;
  // As browsers have it; Node asks the system, which may not know.
  t.mock.method(dns, "lookup", (name, options, done) =>
    lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, options, done),
  );
  const compiled = t.mock.method(WebAssembly, "compile");
  const load = async (entry) => import(pathToFileURL(join(pkg, `${entry}.js`)).href);
  const [index, lean] = [await load("index"), await load("lean.node")];
  assert.equal(compiled.mock.callCount(), 0);
  assert.equal(index.SigFetchError, lean.SigFetchError);

  assert.equal((await lean.createClient(at.guest).signedFetch(items())).status, 200);
  const user = index.createClient(at.alice);
  const made = await user.signedFetch(items(), { method: "POST", body: '{"from":"Node"}' });
  assert.equal(made.status, 201);
  assert.equal((await made.json()).from, "Node");
  assert.equal((await user.whoami()).role, "LocalUser");
  assert.equal(compiled.mock.callCount(), 1);
});
