// How the WebAssembly gets into a page: by both entries, from every kind of source, once, again after a failure, and
// not at all where the page forbids it.
import assert from "node:assert/strict";
import dns from "node:dns";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { pkg } from "../../../scripts/lib/paths.mjs";
import { hold } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const ENTRIES = ["index", "lean"];
const MODULE = "/pkg/wasm/sigfetch_bg.wasm";

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

/** The status of a signed call by an entry, or how it ended. */
const callWith = (entry) =>
  at.page.evaluate(
    async ({ entry, options, url }) => {
      const { createClient } = await import(`/pkg/${entry}.js`);
      return outcome(async () => (await createClient(options).signedFetch(url)).status);
    },
    { entry, options: at.guest, url: items() },
  );

for (const entry of ENTRIES) {
  const downloads = entry === "lean" ? [MODULE] : [];

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
    const scripts = asked.splice(0);
    assert.ok(scripts.includes(`/pkg/${entry}.js`));
    assert.deepEqual(
      scripts.filter((path) => !/^\/pkg\/[\w./-]+\.js$/.test(path)),
      [],
    );
    await at.page.evaluate(async (options) => {
      globalThis.sigfetch.createClient(options);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, at.guest);
    assert.deepEqual(asked, downloads);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 0, getCredentials: 0 });
  });

  test(`everything that a client of the ${entry} entry does comes with one load: nothing is loaded later`, async () => {
    const { pathname } = new URL(at.page.url());
    await at.page.evaluate((entry) => import(`/pkg/${entry}.js`), entry);
    const asked = watchPage();
    const seen = await at.page.evaluate(
      async ({ entry, options, alice, url, graphql }) => {
        const { createClient } = await import(`/pkg/${entry}.js`);
        const aws = createClient({ ...options, shareBetweenTabs: true, rememberIdentity: true });
        const seen = [(await aws.signedFetch(url)).status, (await fetch(await aws.sign(url))).status];
        seen.push((await aws.signedFetch(url, { method: "POST", body: new Blob(["a"]) })).status);
        seen.push((await fetch(await aws.presign(url))).status, (await aws.whoami()).role);
        seen.push((await aws.graphql(graphql, { query: "{ me { role } }" })).data.me.role);
        aws.setLogins(alice.logins);
        seen.push((await aws.whoami()).role);
        aws.signOut();
        seen.push((await aws.whoami()).role);
        await aws.signHeaders(url, { method: "PUT", body: new Uint8Array(5e6) });
        return seen;
      },
      {
        entry,
        options: at.guest,
        alice: at.alice,
        url: `${at.config.endpoints.rest}/echo/x`,
        graphql: at.config.endpoints.graphql,
      },
    );
    assert.deepEqual(seen, [200, 200, 200, 200, "LocalGuest", "LocalGuest", "LocalUser", "LocalGuest"]);
    assert.deepEqual(
      asked.filter((path) => path.startsWith("/") && path !== pathname),
      downloads,
    );
  });

  test(`twenty clients of the ${entry} entry at once compile and start one module`, async () => {
    await countWebAssembly();
    await at.page.reload();
    const asked = watchPage();
    const seen = await at.page.evaluate(
      async ({ entry, options, url }) => {
        const { createClient } = await import(`/pkg/${entry}.js`);
        const clients = Array.from({ length: 20 }, () => createClient(options));
        const signed = await Promise.all(clients.map((client) => client.signedFetch(url)));
        await Promise.all(clients.map((client) => client.credentials()));
        return { statuses: [...new Set(signed.map(({ status }) => status))], counts: globalThis.counts };
      },
      { entry, options: at.guest, url: items() },
    );
    assert.deepEqual(seen, { statuses: [200], counts: { compiled: 1, instantiated: 1 } });
    assert.deepEqual(
      asked.filter((path) => path.endsWith(".wasm")),
      downloads,
    );
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
    assert.deepEqual(await callWith(entry), { value: 200 });
  });
}

test("a server that does not know the type of the module is good enough", async () => {
  const body = await readFile(join(pkg, "wasm", "sigfetch_bg.wasm"));
  for (const contentType of ["application/octet-stream", "text/plain"]) {
    await at.page.reload();
    await at.page.route(`**${MODULE}`, (route) => route.fulfill({ body, contentType }));
    assert.deepEqual(await callWith("lean"), { value: 200 }, contentType);
  }
});

/** Sources that are not a module of ours, each a function in the page, and what is said of them. */
const BAD_SOURCES = {
  "a URL with nothing behind it": [() => "/pkg/nowhere.wasm", {}],
  "a server that is not there": [() => "http://localhost:9/sigfetch.wasm", { advice: /CORS/ }],
  "a page instead of the file": [() => "/index.html", { message: /text\/html/ }],
  "bytes that are no module": [() => new Uint8Array([0, 1, 2, 3]), {}],
  "the module of somebody else": [() => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), { message: /version/ }],
  "a number": [() => 5, {}],
  "a promise that is rejected": [() => Promise.reject(new Error("no idea")), { cause: /no idea/ }],
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
    for (const end of ends.first) assertRefused(end, "WASM_LOAD", { retryable: true, cause: /./, ...said });
    assert.deepEqual([ends.next, ends.again], [{ value: true }, { value: 200 }]);
  });
}

test("what is no module is told with the type it came as, and a cut download as one that failed", async () => {
  const answers = {
    "application/wasm": [{ contentType: "application/wasm", body: "<!doctype html>" }, /application\/wasm/],
    "text/plain": [{ contentType: "text/plain", body: "no such file" }, /text\/plain/],
    "no answer": [undefined, /./],
  };
  for (const [what, [answer, message]] of Object.entries(answers)) {
    await at.page.reload();
    await at.page.route(`**${MODULE}`, (route) => (answer ? route.fulfill(answer) : route.abort()), { times: 1 });
    assertRefused(await callWith("lean"), "WASM_LOAD", { message, retryable: true, cause: /./ });
    assert.deepEqual(await callWith("lean"), { value: 200 }, what);
  }
});

test("the module of another version is refused, though it is one of sigfetch", async () => {
  const bytes = await readFile(join(pkg, "wasm", "sigfetch_bg.wasm"));
  bytes[bytes.length - 1] ^= 1;
  await at.page.route(`**${MODULE}`, (route) => route.fulfill({ body: bytes, contentType: "application/wasm" }));
  assertRefused(await callWith("lean"), "WASM_LOAD", { message: /version/, advice: /installed version/ });
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

test("a download that fails once is tried again by the same client's next call, and costs no second identity", async () => {
  const answers = [{ status: 503, body: "busy" }];
  await at.page.route(`**${MODULE}`, (route) =>
    answers.length > 0 ? route.fulfill(answers.shift()) : route.continue(),
  );
  const ends = await at.page.evaluate(
    async ({ options, url }) => {
      const { createClient } = await import("/pkg/lean.js");
      const { signedFetch } = createClient(options);
      const call = async () => (await signedFetch(url)).status;
      return [await outcome(call), await outcome(call)];
    },
    { options: at.guest, url: items() },
  );
  assertRefused(ends[0], "WASM_LOAD", { retryable: true });
  assert.deepEqual(ends[1], { value: 200 });
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

/** Starts these calls on a client of the lean entry, whose module is held back; `finish` lets it come. */
async function whileLoading(options, work) {
  const release = await hold(at.page, `**${MODULE}`);
  await at.page.evaluate(
    async ({ options, work }) => {
      const { createClient } = await import("/pkg/lean.js");
      globalThis.calls = new Function(`return ${work}`)()(createClient(options)).map(outcome);
    },
    { options, work: String(work) },
  );
  await release();
  return at.page.evaluate(() => Promise.all(globalThis.calls));
}

test("fifty calls of every kind that wait for the module share one identity and one set of credentials", async () => {
  const ends = await whileLoading(at.guest, (aws) =>
    Array.from({ length: 10 }, () => [
      aws.whoami().then(({ role }) => role),
      aws.identityId().then(() => "an id"),
      aws.credentials().then(() => "a set"),
      aws.signHeaders("https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod").then(() => "headers"),
      aws.presign("https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod").then(() => "a URL"),
    ]).flat(),
  );
  assert.deepEqual([...new Set(ends.map(({ value }) => value))], ["LocalGuest", "an id", "a set", "headers", "a URL"]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("who signs in while the module loads is served as that user", async () => {
  const work = new Function(
    "aws",
    `
    const role = aws.whoami().then(({ role }) => role);
    aws.setLogins(${JSON.stringify(at.alice.logins)});
    return [role];
  `,
  );
  assert.deepEqual(await whileLoading(at.guest, work), [{ value: "LocalUser" }]);
  assert.equal((await at.aws.cognitoCalls()).getCredentials, 1);
});

test("signing out while the module loads ends what waits, and what comes after is a new guest's", async () => {
  const [before, after] = await whileLoading(at.alice, (aws) => {
    const before = aws.identityId();
    aws.signOut();
    return [before, aws.whoami().then(({ role }) => role)];
  });
  assertRefused(before, "SIGNED_OUT");
  assert.deepEqual(after, { value: "LocalGuest" });
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
    const end = await callWith(entry);
    assertRefused(end, "WASM_LOAD", { message: /Content Security Policy/, advice: /'wasm-unsafe-eval'/ });
    await open("'wasm-unsafe-eval'");
    assert.deepEqual(await callWith(entry), { value: 200 });
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
