// A page that asks for anything at all: whatever leaves it to a host that AWS or a declaration names is signed, and
// nothing leaves it to another.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { useSetting } from "../e2e/support/setting.mjs";
import { host, text, url } from "./texts.mjs";

/** More of them, or others: PAGE_CASES=5000 PAGE_SEED=7 node --test tests/hostile/page.test.mjs */
const CASES = Number(process.env.PAGE_CASES ?? 1_000);
const SEED = Number(process.env.PAGE_SEED ?? 20_261_122);

/** Calls that go together, so that the page is not asked for each. */
const AT_ONCE = 20;

const at = useSetting();

const DECLARED = ["https://api.example.com/v1", "https://*.apps.example.org"];
const NEARLY = [
  ...[
    "https://api.example.com/v1/a",
    "https://api.example.com/v1",
    "https://api.example.com/v10",
    "https://api.example.com/",
  ],
  ...["https://api.example.com/v1/../v2", "https://api.example.com/v1/%2e%2e/v2", "https://api.example.com:444/v1/a"],
  ...["https://api.example.com./v1/a", "https://api.example.com.evil.example/v1/a", "https://apps.example.org/"],
  ...[
    "https://a.apps.example.org/x",
    "https://a.b.apps.example.org/",
    "https://evilapps.example.org/",
    "http://api.example.com/v1/a",
  ],
  ...[
    "https://api.example.com/v1\\..\\..\\v2",
    "https://api.example.com@evil.example/v1",
    "//evil.example/v1",
    "/v1/a",
    "",
  ],
  ...["https://abc.execute-api.us-east-1.amazonaws.com.evil.example/", "https://evil.example/#.amazonaws.com"],
  ...["data:text/plain,a", "blob:https://api.example.com/a", "javascript:0", "file:///etc/passwd", "about:blank"],
];

const address = fc.oneof(
  { weight: 4, arbitrary: url },
  { weight: 3, arbitrary: fc.constantFrom(...NEARLY) },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...DECLARED), text).map((parts) => parts.join("/")) },
);
/** Not given as a rule, so that most calls get as far as their address. */
const seldom = (arbitrary) => fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const call = fc.record({
  by: fc.constantFrom("signedFetch", "signedFetch", "signedFetch of a Request", "sign", "graphql"),
  address,
  init: fc.record({
    method: seldom(fc.oneof(fc.constantFrom("POST", "PUT", "DELETE", "HEAD", "TRACE"), text)),
    headers: seldom(
      fc.array(fc.tuple(fc.oneof(fc.constantFrom("Authorization", "X-Amz-Date", "Host", "x-a"), text), text), {
        maxLength: 2,
      }),
    ),
    body: seldom(text),
    mode: seldom(fc.constantFrom("no-cors", "same-origin", "cors", "navigate")),
    redirect: seldom(fc.constantFrom("follow", "manual", "error")),
    credentials: seldom(fc.constantFrom("include", "omit")),
    aws: seldom(
      fc.record(
        {
          service: fc.oneof(fc.constant("execute-api"), text),
          region: fc.constantFrom("us-east-1", "x"),
          signAs: fc.oneof(host, text),
        },
        { requiredKeys: [] },
      ),
    ),
  }),
});

/** AWS's own names, written down here once more. */
const AWS = /^([a-z0-9_-]+\.)+(amazonaws\.com(\.cn)?|(api|on)\.aws)\.?$/i;

/** Whether credentials may go there. */
function mayGo(to) {
  const { protocol, hostname, port, pathname } = new URL(to);
  if (protocol !== "https:") return false;
  if (AWS.test(hostname)) return true;
  if (port) return false;
  if (hostname === "api.example.com") return /^\/v1(\/|$)/.test(pathname);
  return hostname.endsWith(".apps.example.org");
}

test(`${CASES} calls of a page for anything: nothing leaves unsigned, or for where it must not go`, async (t) => {
  const left = [];
  // No connection is made: what leaves the page is noted here, preflights left out, and answered at once.
  await at.page.route(/^(?!http:\/\/localhost)/, async (route) => {
    const request = route.request();
    // Whether a host answers at all is found out without credentials, at its root.
    if (request.method() === "HEAD" && new URL(request.url()).pathname === "/" && !request.postData()) {
      assert.equal(request.headers().authorization, undefined);
      return route.abort();
    }
    left.push({ url: request.url(), headers: await request.allHeaders() });
    const headers = { "access-control-allow-origin": "*", "content-type": "application/json" };
    await route.fulfill({ status: 200, headers, body: '{"data":{}}' });
  });
  await at.run(({ createClient }, declared) => {
    const endpoints = declared.map((url) => ({ url, service: "execute-api" }));
    const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
    const aws = createClient({ credentials, region: "us-east-1", endpoints });
    const ways = {
      signedFetch: (url, init) => aws.signedFetch(url, init),
      "signedFetch of a Request": (url, init) => aws.signedFetch(new Request(url, init), { aws: init.aws }),
      sign: (url, init) => aws.sign(url, init),
      graphql: (url, init) => aws.graphql(url, { query: "{ a }" }, init),
    };
    const signatures = ["authorization", "x-amz-date", "x-amz-security-token"];
    globalThis.end = async ({ by, address, init }) => {
      try {
        const result = await ways[by](address, init);
        return by === "sign" ? { signed: result.url, all: signatures.every((name) => result.headers.has(name)) } : {};
      } catch (error) {
        return { refused: error.code ?? error.name };
      }
    };
  }, DECLARED);

  const seen = { sent: 0, signed: 0, refused: 0 };
  const property = fc.asyncProperty(
    fc.array(call, { minLength: AT_ONCE, maxLength: AT_ONCE, size: "max" }),
    async (calls) => {
      left.length = 0;
      const ends = await at.page.evaluate((calls) => Promise.all(calls.map(globalThis.end)), calls);
      for (const { url, headers } of left) {
        assert.ok(mayGo(url), `${url} was called`);
        assert.match(
          headers.authorization ?? "",
          /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\S+, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
          url,
        );
        assert.ok(headers["x-amz-date"] && headers["x-amz-security-token"] === "token", url);
        seen.sent += 1;
      }
      for (const { signed, all, refused } of ends) {
        if (signed) assert.ok(all && mayGo(signed), `${signed} was signed for`);
        seen.signed += signed ? 1 : 0;
        seen.refused += refused ? 1 : 0;
      }
    },
  );
  await fc.assert(property, { numRuns: Math.ceil(CASES / AT_ONCE), seed: SEED, includeErrorInReport: true });
  t.diagnostic(`${seen.sent} requests left, ${seen.signed} were signed only, ${seen.refused} were refused`);
  assert.ok(seen.sent > CASES / 20 && seen.refused > CASES / 20, "both happen");
});
