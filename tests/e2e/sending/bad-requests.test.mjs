// Calls that must not be signed or sent: refused by name, before Cognito is asked and before anything leaves the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
const recorder = useRecorder();

/** Nothing arrived anywhere. */
async function assertNothingSent() {
  const { calls } = await at.aws.stats();
  delete calls.cognitoIdp;
  assert.deepEqual(calls, {});
  assert.deepEqual(recorder.seen, []);
}

/** `make(api)` gives the arguments of the call, in JavaScript. */
const BAD = [
  ["() => ['https://example.com/items']", "UNKNOWN_ENDPOINT", "input"],
  ["() => ['https://example.com/items', { aws: { service: 's3', region: 'us-east-1' } }]", "UNKNOWN_ENDPOINT", "input"],
  ["() => ['https://amazonaws.com.example.com/']", "UNKNOWN_ENDPOINT", "input"],
  ["() => ['https://execute-api.us-east-1.amazonaws.com.evil.example/']", "UNKNOWN_ENDPOINT", "input"],
  ["() => ['/relative']", "UNKNOWN_ENDPOINT", "input"],
  ["(api) => [api.replace('/prod', '/production') + '/items']", "UNKNOWN_ENDPOINT", "input"],
  ["() => ['http://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod']", "INSECURE_URL", "input"],
  ["() => ['http://example.com/']", "INSECURE_URL", "input"],
  ["() => ['http://localhost.example.com/']", "INSECURE_URL", "input"],
  ["() => ['http://[']", "INVALID_REQUEST", "input"],
  ["() => ['https://']", "INVALID_REQUEST", "input"],
  ["() => ['data:text/plain,a']", "INVALID_REQUEST", "input"],
  ["() => ['blob:https://example.com/0f1e']", "INSECURE_URL", "input"],
  ["() => ['ftp://example.com/']", "INSECURE_URL", "input"],
  ["() => ['javascript:alert(1)']", "INVALID_REQUEST", "input"],
  ["(api) => [api.replace('://', '://user:password@')]", "INVALID_REQUEST", /^(input|init)$/],
  ["(api) => [api, { method: 'TRACE' }]", "INVALID_REQUEST", "init.method"],
  ["(api) => [api, { method: 'not a method' }]", "INVALID_REQUEST", "init.method"],
  ["(api) => [api, { method: 'GET', body: 'a' }]", "INVALID_REQUEST", "init.body"],
  ["(api) => [api, { mode: 'nonsense' }]", "INVALID_REQUEST", "init"],
  ["(api) => [api, { mode: 'no-cors' }]", "INVALID_REQUEST", "init.mode"],
  ["(api) => [new Request(api, { mode: 'no-cors' })]", "INVALID_REQUEST", "init.mode"],
  ["(api) => [api, { headers: { 'not a name': 'a' } }]", "INVALID_REQUEST", "init.headers"],
  ["(api) => [api, { headers: { a: 'line\\nbreak' } }]", "INVALID_REQUEST", "init.headers"],
  ["(api) => [api, { headers: 'a: b' }]", "INVALID_REQUEST", "init.headers"],
  ...["host", "Cookie", "authorization", "X-Amz-Date", "x-amz-security-token", "content-length", "origin", "date"]
    .concat(["sec-fetch-mode", "proxy-authorization", "accept-encoding", "referer", "user-agent\\u0000"])
    .map((name) => [
      `(api) => [api, { headers: [['${name}', 'a']] }]`,
      "INVALID_REQUEST",
      name.includes("\\u0000") ? "init.headers" : `init.headers["${name.toLowerCase()}"]`,
    ]),
  [
    "(api) => [new Request(api, { headers: { authorization: 'Bearer a' } })]",
    "INVALID_REQUEST",
    'init.headers["authorization"]',
  ],
  ["(api) => [api, { aws: { service: 7 } }]", "INVALID_REQUEST", "init.aws.service"],
  ["(api) => [api, { aws: { region: '' } }]", "INVALID_REQUEST", "init.aws.region"],
  ["(api) => [api, { aws: { region: 'moon' } }]", "INVALID_REQUEST", "init.aws.region"],
];

for (const [make, code, field] of BAD) {
  test(`signedFetch(...${make.replace(/^\((api)?\) => /, "")}) is ${code}`, async () => {
    const ends = await at.run(
      new Function(
        "sigfetch",
        "given",
        `const make = ${make};
        const aws = sigfetch.createClient(given.options);
        return Promise.all(["signedFetch", "sign"].map((name) => outcome(() => aws[name](...make(given.api)))));`,
      ),
      { options: at.guest, api: at.config.endpoints.rest },
    );
    for (const end of ends) {
      assertRefused(end, code, { retryable: false, ...(field instanceof RegExp && { field }) }, ["password"]);
      if (typeof field === "string") assert.equal(end.error.field, field);
    }
    await assertNothingSent();
  });
}

test("a refused call leaves the client usable", async () => {
  const status = await at.run(
    async ({ createClient }, { options, api }) => {
      const { signedFetch } = createClient(options);
      await outcome(signedFetch("https://example.com"));
      await outcome(signedFetch(api, { headers: { host: "elsewhere" } }));
      return (await signedFetch(`${api}/items`)).status;
    },
    { options: at.guest, api: at.config.endpoints.rest },
  );
  assert.equal(status, 200);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect with ${status} is not followed, wherever it points`, async () => {
    const targets = [`${recorder.url}/stolen`, `${at.config.endpoints.rest}/items`];
    const ends = await at.run(
      async ({ createClient }, { options, base, targets, status }) => {
        const { signedFetch } = createClient(options);
        const ends = [];
        for (const target of targets) {
          const url = `${base}/to?status=${status}&url=${encodeURIComponent(target)}`;
          ends.push(await outcome(signedFetch(url)));
          ends.push(await outcome(signedFetch(url, { redirect: "follow" })));
          ends.push(await outcome(signedFetch(new Request(url, { redirect: "follow", method: "POST", body: "a" }))));
          const manual = await signedFetch(url, { redirect: "manual" });
          ends.push({ type: manual.type });
        }
        return ends;
      },
      {
        options: { ...at.guest, endpoints: [...at.guest.endpoints, { url: recorder.url, service: "execute-api" }] },
        base: recorder.url,
        targets,
        status,
      },
    );
    for (const [number, end] of ends.entries()) {
      if (number % 4 === 3) assert.equal(end.type, "opaqueredirect");
      else assert.equal(end.error?.name, "TypeError", JSON.stringify(end));
    }
    assert.equal(recorder.seen.length, 8);
    assert.ok(recorder.seen.every(({ url }) => url.startsWith("/to?")));
    assert.equal((await at.aws.stats()).calls.rest, undefined);
  });
}
