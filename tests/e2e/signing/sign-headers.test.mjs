// The headers alone: whoever sets them on the same request has signed it, with XHR, with fetch, at once or later.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

/** What the signature adds, in the order of `Headers`. */
const ADDED = ["authorization", "x-amz-date", "x-amz-security-token"];

/** Bodies that the page makes, and what `signHeadersSync` says to them. */
const BODIES = {
  "no body": ["() => undefined", true],
  "a string": ["() => 'Zoë ☂'", true],
  URLSearchParams: ["() => new URLSearchParams({ 'a b': '☂+' })", true],
  "an ArrayBuffer": ["() => new Uint8Array([0, 255, 13, 10]).buffer", true],
  "a part of a view": ["() => new Uint8Array([9, 0, 255, 128, 9]).subarray(1, 4)", true],
  "a Blob with a type": ["() => new Blob(['a,b'], { type: 'text/csv' })", false],
  "a File": ["() => new File(['a'], 'a.txt')", false],
};

for (const [what, [make, atOnce]] of Object.entries(BODIES)) {
  test(`${what} is sent by XHR and fetch with these headers`, async () => {
    const seen = await at.run(
      new Function(
        "sigfetch",
        "given",
        `const make = ${make};
        const sendByXhr = (url, method, headers, body) =>
          new Promise((resolve) => {
            const xhr = new XMLHttpRequest();
            xhr.open(method, url);
            for (const [name, value] of headers) xhr.setRequestHeader(name, value);
            xhr.onloadend = () => resolve(xhr.status);
            xhr.send(body);
          });
        return (async () => {
          const aws = sigfetch.createClient(given.options);
          const init = () => ({ method: "POST", body: make(), headers: { "x-api-key": "k" } });
          const headers = await aws.signHeaders(given.url, init());
          const own = [...headers, ["x-api-key", "k"]];
          return {
            names: [...headers.keys()],
            xhr: await sendByXhr(given.url, "POST", own, make()),
            fetch: (await fetch(given.url, { ...init(), headers: own })).status,
            atOnce: await outcome(() => [...aws.signHeadersSync(given.url, init()).keys()]),
          };
        })()`,
      ),
      { options: at.guest, url: `${at.config.endpoints.rest}/echo/x?b=2&a=1` },
    );
    assert.equal(seen.xhr, 200);
    assert.equal(seen.fetch, 200);
    assert.deepEqual(
      seen.names.filter((name) => name !== "content-type"),
      ADDED,
    );
    if (atOnce) assert.deepEqual(seen.atOnce.value, seen.names);
    else assertRefused(seen.atOnce, "INVALID_REQUEST", { field: "init.body" });
  });
}

test("the content type is among the headers if the body brings it, and not if the caller gives it", async () => {
  const types = await at.run(
    async ({ createClient }, { options, url }) => {
      const { signHeaders } = createClient(options);
      const type = async (init) => (await signHeaders(url, init)).get("content-type");
      const given = { headers: { "Content-Type": "text/plain;charset=UTF-8" } };
      return [
        await type({ method: "POST", body: "a" }),
        await type({ method: "POST", body: "a", ...given }),
        await type({ method: "POST", body: new URLSearchParams() }),
        await type({ method: "POST", body: new Uint8Array(1) }),
        await type({}),
      ];
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(types, [
    "text/plain;charset=UTF-8",
    null,
    "application/x-www-form-urlencoded;charset=UTF-8",
    null,
    null,
  ]);
});

test("a Request is signed as it is and stays usable", async () => {
  const statuses = await at.run(
    async ({ createClient }, { options, url }) => {
      const request = new Request(url, { method: "PUT", body: "Zoë", headers: { "x-api-key": "k" } });
      const headers = await createClient(options).signHeaders(request);
      for (const [name, value] of headers) request.headers.set(name, value);
      return [request.bodyUsed, (await fetch(request)).status];
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.deepEqual(statuses, [false, 200]);
});

test("S3 and OpenSearch Serverless get the hash of the body, S3 without it by choice", async () => {
  const seen = await at.run(async ({ createClient }) => {
    const aws = createClient({ credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } });
    await aws.credentials();
    const hash = (url, init) => aws.signHeadersSync(url, init).get("x-amz-content-sha256");
    const s3 = "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg";
    const put = { method: "PUT", body: "abc" };
    const unsigned = { ...put, aws: { unsignedPayload: true } };
    const file = { ...unsigned, body: new Blob(["abc"]) };
    const own = { ...put, headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
    const others = ["https://abc.lambda-url.eu-west-1.on.aws/", "https://c.eu-west-1.aoss.amazonaws.com/"];
    return {
      hashes: [hash(s3, put), hash(s3), hash(others[1]), hash(others[0], put)],
      unsigned: [hash(s3, unsigned), (await aws.signHeaders(s3, file)).get("x-amz-content-sha256")],
      sameSignature:
        aws.signHeadersSync(s3, own).get("authorization") === aws.signHeadersSync(s3, unsigned).get("authorization"),
      refused: await Promise.all(others.map((url) => outcome(() => aws.signHeadersSync(url, unsigned)))),
      wrong: await outcome(() => aws.signHeadersSync(s3, { ...put, aws: { unsignedPayload: "yes" } })),
    };
  });
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.deepEqual(seen.hashes, [abc, empty, empty, null]);
  assert.deepEqual(seen.unsigned, ["UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"]);
  assert.equal(seen.sameSignature, true, "the caller's own x-amz-content-sha256 is what is signed");
  for (const end of seen.refused) assertRefused(end, "INVALID_REQUEST", { field: "init.aws.unsignedPayload" });
  assertRefused(seen.wrong, "INVALID_REQUEST", { field: "init.aws.unsignedPayload" });
});

test("signHeadersSync is NOT_READY until WebAssembly and credentials are there, and fetches them meanwhile", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const early = await outcome(() => aws.signHeadersSync(url));
      await aws.credentials();
      const headers = aws.signHeadersSync(url);
      aws.signOut();
      const after = await outcome(() => aws.signHeadersSync(url));
      await aws.credentials();
      return { early, after, status: (await fetch(url, { headers })).status };
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assertRefused(seen.early, "NOT_READY", { retryable: true });
  assertRefused(seen.after, "NOT_READY", { retryable: true });
  assert.equal(seen.status, 200);
  assert.equal((await at.aws.cognitoCalls()).getCredentials, 2, "asking early starts one round, which others join");
});

test("credentials given as an object are there as soon as the WebAssembly is", async () => {
  const seen = await at.run(async ({ createClient }) => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const url = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";
    await createClient({ credentials }).credentials();
    const headers = createClient({ credentials }).signHeadersSync(url);
    const slow = createClient({ credentials: async () => credentials });
    const bad = createClient({ credentials: { accessKeyId: "AKIDEXAMPLE" } });
    return {
      names: [...headers.keys()],
      fromFunction: await outcome(() => slow.signHeadersSync(url)),
      bad: [await outcome(() => bad.signHeadersSync(url)), await outcome(bad.signHeaders(url))],
      badOption: await outcome(() => createClient({ credentials, region: "moon" }).signHeadersSync(url)),
    };
  });
  assert.deepEqual(seen.names, ["authorization", "x-amz-date"]);
  assertRefused(seen.fromFunction, "NOT_READY");
  for (const end of seen.bad) assertRefused(end, "INVALID_OPTION", { field: "options.credentials" });
  assertRefused(seen.badOption, "INVALID_OPTION", { field: "options.region" });
});

test("what cannot be signed for another sender is refused by name", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      await aws.credentials();
      const bad = [
        () => [url, { method: "POST", body: new FormData() }],
        () => [url, { method: "POST", body: new Blob(["a"]).stream(), duplex: "half" }],
        () => [url, { headers: { cookie: "a" } }],
        () => [url, { headers: { authorization: "a" } }],
        () => [url, { method: "GET", body: "a" }],
        () => ["https://example.com/"],
      ];
      return Promise.all(
        bad.flatMap((make) => [
          outcome(() => aws.signHeaders(...make())),
          outcome(() => aws.signHeadersSync(...make())),
        ]),
      );
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  const fields = [
    "init.body",
    "init.body",
    'init.headers["cookie"]',
    'init.headers["authorization"]',
    "init.body",
    "input",
  ];
  for (const [number, end] of ends.entries()) {
    const code = number < 10 ? "INVALID_REQUEST" : "UNKNOWN_ENDPOINT";
    assertRefused(end, code, { field: fields[number >> 1] });
  }
});

test("an abort ends the wait with its reason", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const abort = new AbortController();
      const waiting = outcome(aws.signHeaders(url, { signal: abort.signal }));
      abort.abort(new Error("changed my mind"));
      return [await waiting, await outcome(aws.signHeaders(url, { signal: abort.signal }))];
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  for (const end of ends) assert.equal(end.error?.message, "changed my mind");
});
