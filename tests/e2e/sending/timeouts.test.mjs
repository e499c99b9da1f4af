// `timeoutMs` ends what Cognito and STS do not: no answer, and an answer whose body never ends. In Node too, where
// garbage collection used to take the timer's signal away.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { pkg } from "../../../scripts/lib/paths.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

beforeEach(() => at.page.evaluate(() => void (Math.random = () => 0)));

/** Faults under which an answer of a service does not come, or does not end. */
const HINDRANCES = {
  "no answer": (service) => ({ latencyMs: { [service]: 8_000 } }),
  "a body that never ends": (service) => ({ stall: { service, times: 9 } }),
};

for (const [what, fault] of Object.entries(HINDRANCES)) {
  test(`${what} of Cognito is TIMEOUT after timeoutMs`, async () => {
    await at.aws.faults(fault("cognitoIdentity"));
    const { end, took } = await at.run(async ({ createClient }, options) => {
      const began = performance.now();
      const end = await outcome(createClient({ ...options, timeoutMs: 400, retry: false }).credentials());
      return { end, took: performance.now() - began };
    }, at.guest);
    assertRefused(end, "TIMEOUT", { retryable: true, message: /GetId/, advice: /timeoutMs/ });
    assert.ok(took >= 390 && took < 2_500, `${took} ms`);
  });

  test(`${what} of STS is TIMEOUT after timeoutMs`, async () => {
    await at.aws.faults(fault("sts"));
    const { end, took } = await at.run(async ({ createClient }, options) => {
      const aws = createClient({ ...options, timeoutMs: 400, retry: false });
      await aws.credentials();
      const began = performance.now();
      return { end: await outcome(aws.whoami()), took: performance.now() - began };
    }, at.guest);
    assertRefused(end, "TIMEOUT", { retryable: true });
    assert.ok(took >= 390 && took < 2_500, `${took} ms`);
  });
}

test("a body that never ends is tried again, and the next one serves", async () => {
  await at.aws.faults({ stall: [{ service: "cognitoIdentity" }, { service: "cognitoIdentity" }] });
  const role = await at.run(
    async ({ createClient }, options) => (await createClient({ ...options, timeoutMs: 2_000 }).whoami()).role,
    at.guest,
  );
  assert.equal(role, "LocalGuest");
});

test("an answer of the API that does not end is the caller's to end", async () => {
  await at.aws.faults({ stall: { service: "rest" } });
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient({ ...options, timeoutMs: 300 });
      const control = new AbortController();
      const response = await aws.signedFetch(url, { signal: control.signal });
      const text = outcome(response.text());
      const first = await Promise.race([text, new Promise((resolve) => setTimeout(resolve, 900, "still reading"))]);
      control.abort();
      return { status: response.status, first, end: (await text).error?.name };
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(seen, { status: 200, first: "still reading", end: "AbortError" });
});

/** A program for Node, which gives what `work` resolves to while garbage is collected all the time. */
const collecting = (work) => `
  import dns from "node:dns";
  const { lookup } = dns;
  dns.lookup = (name, options, done) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, options, done);
  const { createClient } = await import(process.argv[1]);
  const collect = setInterval(() => globalThis.gc(), 20);
  const began = performance.now();
  const ends = await (${work})(createClient, JSON.parse(process.argv[2]));
  clearInterval(collect);
  console.log(JSON.stringify({ ends, took: performance.now() - began }));
  process.exit();
`;

async function inNode(work, given) {
  const index = pathToFileURL(join(pkg, "index.js")).href;
  const args = ["--expose-gc", "--input-type=module", "--eval", collecting(work), index, JSON.stringify(given)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  // It would wait for ever where the timer is lost.
  const patience = setTimeout(() => child.kill(), 12_000);
  let said = "";
  child.stdout.on("data", (piece) => (said += piece));
  await once(child, "close");
  clearTimeout(patience);
  assert.notEqual(said, "", "it never ended");
  return JSON.parse(said);
}

for (const [what, fault] of Object.entries(HINDRANCES)) {
  test(`in Node, ${what} of Cognito is TIMEOUT whatever is collected meanwhile`, async () => {
    await at.aws.faults(fault("cognitoIdentity"));
    const { ends, took } = await inNode(async (createClient, options) => {
      const clients = Array.from({ length: 5 }, () => createClient({ ...options, timeoutMs: 1_000, retry: false }));
      return Promise.all(clients.map((aws) => aws.credentials().then(String, ({ code }) => code)));
    }, at.guest);
    assert.deepEqual(ends, Array(5).fill("TIMEOUT"));
    assert.ok(took < 5_000, `${took} ms`);
  });
}

test("in Node, a caller's own time limit ends a call whatever is collected meanwhile", async () => {
  await at.aws.faults({ latencyMs: { cognitoIdentity: 8_000 } });
  const { ends, took } = await inNode(
    async (createClient, { url, ...options }) => {
      const control = new AbortController();
      setTimeout(() => control.abort(new Error("enough")), 1_000);
      const { signal } = control;
      return [
        await createClient(options)
          .signedFetch(url, { signal })
          .then(String, ({ message }) => message),
      ];
    },
    { ...at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(ends, ["enough"]);
  assert.ok(took < 3_000, `${took} ms`);
});
