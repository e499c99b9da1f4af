// Where signed requests go: to AWS as far as it is allowed, to what is declared, and nowhere else, whatever is asked.
import assert from "node:assert/strict";
import { createServer, request as send } from "node:http";
import { after, before, test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
const recorder = useRecorder();
let proxy;
before(async () => (proxy = await startProxy()));
after(() => proxy.stop());

/**
 * A development server's proxy: `/api/x` becomes `/prod/x` of the API, which sees its own host. It stands in for what
 * bundlers offer under names like "changeOrigin" and "rewrite".
 */
async function startProxy() {
  const state = { target: undefined };
  const server = createServer((incoming, outgoing) => {
    const { hostname, port, pathname } = new URL(state.target);
    const path = incoming.url.replace(/^\/api/, pathname);
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const call = send({ host: "127.0.0.1", port, method: incoming.method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(call);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}/api`,
    to: (target) => (state.target = target),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const own = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "never shown" };

/** How `sign` ends for each URL: the address it is signed for, or the code. */
const ends = (options, urls) =>
  at.run(
    async ({ createClient }, { options, urls }) => {
      const aws = createClient(options);
      const end = async (url) => {
        const { value, error } = await outcome(aws.sign(url));
        return error ? error.code : value.url;
      };
      return Promise.all(urls.map(end));
    },
    { options: { credentials: own, region: "us-east-1", ...options }, urls },
  );

test("a pattern is declared once and holds for every host below its name", async () => {
  const url = recorder.url.replace("localhost", "*.localhost");
  const calls = ["a", "b.a"].map((name) => `${recorder.url.replace("localhost", `${name}.localhost`)}/api/items`);
  const statuses = await at.run(
    async ({ createClient }, { options, calls }) => {
      const { signedFetch } = createClient(options);
      return Promise.all(calls.map(async (url) => (await signedFetch(url)).status));
    },
    {
      options: { ...at.guest, endpoints: [...at.guest.endpoints, { url: `${url}/api/`, service: "execute-api" }] },
      calls,
    },
  );
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(
    recorder.seen.map(({ headers }) => headers.host).sort(),
    calls.map((call) => new URL(call).host).sort(),
  );
  for (const { headers } of recorder.seen) assert.match(headers.authorization, /SignedHeaders=host;/);
});

test("the closest host wins, then the longest path", async () => {
  const services = await at.run(async ({ createClient }, credentials) => {
    const endpoints = [
      { url: "https://*.example.com/", service: "kendra" },
      { url: "https://*.example.com/api/", service: "lex" },
      { url: "https://a.example.com/", service: "execute-api" },
      { url: "https://*.a.example.com/", service: "appsync" },
    ];
    const { sign } = createClient({ credentials, region: "eu-west-1", endpoints });
    const service = async (url) => (await sign(url)).headers.get("authorization").split("/")[3];
    return Promise.all(
      ["b.example.com/", "b.example.com/api/x", "a.example.com/api/x", "c.b.a.example.com/api/x"].map((rest) =>
        service(`https://${rest}`),
      ),
    );
  }, own);
  assert.deepEqual(services, ["kendra", "lex", "execute-api", "appsync"]);
});

test("a development proxy that rewrites host and path gets what the API will see signed", async () => {
  proxy.to(at.config.endpoints.rest);
  const { host, pathname } = new URL(at.config.endpoints.rest);
  const signAs = `${host}${pathname}`;
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const response = await aws.signedFetch(`${url}/echo/a%20b?x=1`, { method: "POST", body: "a" });
      const presigned = await fetch(await aws.presign(`${url}/items`));
      const headers = await aws.signHeaders(`${url}/items`);
      return {
        status: response.status,
        echo: await response.json(),
        presigned: presigned.status,
        withHeaders: (await fetch(`${url}/items`, { headers })).status,
      };
    },
    {
      options: { ...at.guest, endpoints: [...at.guest.endpoints, { url: proxy.url, service: "execute-api", signAs }] },
      url: proxy.url,
    },
  );
  assert.equal(seen.status, 200);
  assert.equal(seen.echo.path, "/prod/echo/a%20b");
  assert.equal(seen.presigned, 200);
  assert.equal(seen.withHeaders, 200);
});

test("without the stage in signAs the API refuses, so the test before shows something", async () => {
  proxy.to(at.config.endpoints.rest);
  const { host } = new URL(at.config.endpoints.rest);
  const status = await at.run(
    async ({ createClient }, { options, url }) => (await createClient(options).signedFetch(`${url}/items`)).status,
    {
      options: {
        ...at.guest,
        endpoints: [...at.guest.endpoints, { url: proxy.url, service: "execute-api", signAs: host }],
      },
      url: proxy.url,
    },
  );
  assert.equal(status, 403);
});

test("`allow` narrows AWS to its hosts, and leaves what is declared and the client's own calls", async () => {
  const urls = [
    "https://abc123.execute-api.us-east-1.amazonaws.com/prod",
    "https://sqs.us-east-1.amazonaws.com/",
    "https://abc123.execute-api.us-east-2.amazonaws.com/prod",
    "https://declared.example.com/",
    "https://sts.us-east-1.amazonaws.com/",
    "https://sts.us-east-2.amazonaws.com/",
  ];
  const endpoints = [{ url: "https://declared.example.com/", service: "execute-api" }];
  const allow = ["*.execute-api.us-east-1.amazonaws.com", "SQS.us-east-1.amazonaws.com"];
  const no = "UNKNOWN_ENDPOINT";
  assert.deepEqual(await ends({ endpoints, allow }, urls), [urls[0], urls[1], no, urls[3], urls[4], no]);
  assert.deepEqual(await ends({ endpoints, allow: [] }, urls), [no, no, no, urls[3], urls[4], no]);
  const error = await at.run(
    ({ createClient }, credentials) =>
      outcome(createClient({ credentials, allow: [] }).signedFetch("https://sqs.us-east-1.amazonaws.com/")),
    own,
  );
  assertRefused(error, "UNKNOWN_ENDPOINT", { advice: /`allow`/, message: /sqs\.us-east-1\.amazonaws\.com/ });
});

test("the client's own Cognito and STS work whatever is allowed", async () => {
  const caller = await at.run(async ({ createClient }, options) => createClient(options).whoami(), {
    ...at.guest,
    allow: [],
  });
  assert.match(caller.arn, /assumed-role/);
});

test("entries of `allow` and of `endpoints` that are ambiguous are refused by name", async () => {
  const bad = [
    [{ allow: "sqs.us-east-1.amazonaws.com" }, "options.allow"],
    [{ allow: [7] }, "options.allow[0]"],
    [{ allow: ["sqs.us-east-1.amazonaws.com", ""] }, "options.allow[1]"],
    ...[
      "*",
      "*.com",
      "a.*.com",
      "https://sqs.us-east-1.amazonaws.com",
      "sqs.us-east-1.amazonaws.com:443",
      "a/b",
      "é.com",
    ].map((host) => [{ allow: [host] }, "options.allow[0]"]),
    ...[
      "https://*",
      "https://*.com",
      "https://a.*.com",
      "https://a*.example.com",
      "https://a.example.com/*",
      "https://a.example.com/?x",
      "https://a.example.com/#x",
      "http://*.example.com",
      "https://*.0.0.1",
    ].map((url) => [{ endpoints: [{ url, service: "execute-api" }] }, "options.endpoints[0].url"]),
    ...["a b", "http://a.example.com", "a.example.com?x", "a.example.com/p?x", "*.example.com", "u@a.example.com"].map(
      (signAs) => [
        { endpoints: [{ url: "https://a.example.com", service: "execute-api", signAs }] },
        "options.endpoints[0].signAs",
      ],
    ),
  ];
  const errors = await at.run(
    ({ createClient }, { bad, credentials }) =>
      Promise.all(bad.map(([options]) => outcome(createClient({ credentials, ...options }).credentials()))),
    { bad, credentials: own },
  );
  for (const [number, end] of errors.entries()) {
    assertRefused(end, "INVALID_OPTION", { field: bad[number][1] }, ["never shown"]);
  }
});

test("init.aws refines, it does not widen", async () => {
  const url = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";
  const seen = await at.run(
    async ({ createClient }, { credentials, url }) => {
      const { sign } = createClient({ credentials, allow: ["*.execute-api.us-east-1.amazonaws.com"] });
      const aws = { service: "execute-api", region: "us-east-1", signAs: "abc123.execute-api.us-east-1.amazonaws.com" };
      return Promise.all(
        [
          [url, { aws: { region: "eu-west-1" } }],
          [url, { aws: { signAs: "a b" } }],
          ["https://sqs.us-east-1.amazonaws.com/", { aws }],
          ["https://example.com/", { aws }],
        ].map((call) => outcome(sign(...call).then(({ headers }) => headers.get("authorization")))),
      );
    },
    { credentials: own, url },
  );
  assert.match(seen[0].value, /\/eu-west-1\/execute-api\//);
  assertRefused(seen[1], "INVALID_REQUEST", { field: "init.aws.signAs" });
  assertRefused(seen[2], "UNKNOWN_ENDPOINT");
  assertRefused(seen[3], "UNKNOWN_ENDPOINT");
});

/** Pieces of addresses; the browser's own parser makes of them what it does. */
const PIECES = [
  "https://",
  "https:\\\\",
  "https:/",
  "https:",
  "//",
  "wss://",
  "http://",
  "",
  "\thttps://",
  "https://@",
  "https://u:p@",
  "https://[",
  "abc123.execute-api.us-east-1.amazonaws.com",
  "sqs.us-east-1.amazonaws.com",
  "evil.example",
  "a.example.com",
  "a.example.com/api",
  "b.a.example.com/api/",
  "amazonaws.com",
  "x.amazonaws.com.evil.example",
  "amazonaws。com",
  ".us-east-1.%61mazonaws.com",
  "ａmazonaws.com",
  "%2eevil.example",
  "xn--mazonaws-8fh.com",
  "[::1]",
  "127.0.0.1",
  "2130706433",
  "0x7f.1",
  "localhost",
  "elb.amazonaws.com",
  "ec2-1-2-3-4.compute-1.amazonaws.com",
  "*",
  "%2A",
  ".",
  "..",
  "@",
  ":",
  ":443",
  ":8443",
  ":99999",
  "/",
  "\\",
  "?",
  "#",
  "%00",
  "%20",
  " ",
  "\n",
  "\t",
  "\u00ad",
  "\u202e",
  "é",
  "ß",
  "/../",
  "/%2e%2e/",
  "api",
];

test("whatever the browser makes of an address, it is signed for AWS or for what is declared, or refused", async () => {
  const result = await at.run(
    async ({ createClient }, { credentials, pieces }) => {
      // A small generator with a fixed start, so that a failure can be seen again.
      let state = 20_261_122;
      const next = (bound) => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return Math.floor((state / 2_147_483_648) * bound);
      };
      const aws = createClient({
        credentials,
        region: "us-east-1",
        endpoints: [{ url: "https://*.example.com/api/", service: "execute-api" }],
      });
      await aws.credentials();
      const counts = { signed: 0, declared: 0, refused: 0 };
      const wrong = [];
      for (let round = 0; round < 6_000; round++) {
        const length = 1 + next(5);
        let address = next(3) ? "https://" : "";
        for (let at = 0; at < length; at++) address += pieces[next(pieces.length)];
        let headers;
        try {
          headers = aws.signHeadersSync(address);
        } catch (error) {
          counts.refused++;
          const known = ["UNKNOWN_ENDPOINT", "INVALID_REQUEST", "INSECURE_URL"];
          if (!known.includes(error.code)) wrong.push([address, String(error)]);
          continue;
        }
        const { protocol, hostname, pathname, username } = new URL(address, location.href);
        const isDeclared = /^[^/]+\.example\.com$/.test(hostname) && /^\/api(\/|$)/.test(pathname);
        const isAws =
          /(^|\.)(sqs|execute-api)\.us-east-1\.amazonaws\.com\.?$|^[a-z0-9-]+\.us-east-1\.amazonaws\.com\.?$/.test(
            hostname,
          );
        if (isDeclared) counts.declared++;
        else counts.signed++;
        if (protocol !== "https:" || username || !(isDeclared || isAws) || !headers.get("authorization")) {
          wrong.push([address, hostname]);
        }
      }
      return { counts, wrong };
    },
    { credentials: own, pieces: PIECES },
  );
  assert.deepEqual(result.wrong, []);
  assert.ok(
    result.counts.signed > 20 && result.counts.declared > 0 && result.counts.refused > 1_000,
    JSON.stringify(result.counts),
  );
});
