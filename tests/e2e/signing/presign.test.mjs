// Presigned URLs: the local AWS takes them as they are, and they promise no more than their credentials keep.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

/** Credentials from elsewhere, for URLs that are looked at and not sent. */
const own = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "a-token/+=" };

/** The parameters of the URL that `presign` gives in the page. */
async function presigned(url, init, credentials = own) {
  const text = await at.run(
    ({ createClient }, { url, init, credentials }) => createClient({ credentials }).presign(url, init),
    { url, init, credentials },
  );
  return { text, url: new URL(text), query: Object.fromEntries(new URL(text).searchParams) };
}

for (const path of ["/items", "/echo/a%20b/@x=/ü?b=2&a=1%2F3&a=&q=a+b&X-Amz-Note=1", "/echo//x/*!'()"]) {
  test(`the local AWS takes a presigned GET of ${path}`, async () => {
    const { status, body, url } = await at.run(
      async ({ createClient }, { options, url }) => {
        const presigned = await createClient(options).presign(url);
        const response = await fetch(presigned);
        return { status: response.status, body: await response.text(), url: presigned };
      },
      { options: at.guest, url: at.config.endpoints.rest + path },
    );
    assert.equal(status, 200, body);
    const query = new URL(url).searchParams;
    assert.equal(query.get("X-Amz-Expires"), "900");
    assert.equal(query.get("X-Amz-SignedHeaders"), "host");
    assert.ok(url.startsWith(new URL(at.config.endpoints.rest + path).href), "what was there stays as it was");
  });
}

test("a presigned request with another method and headers is taken, and no other", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const headers = { "x-api-key": "k" };
      const presigned = await aws.presign(url, { method: "delete", headers, expiresSeconds: 60 });
      const status = async (...call) => (await fetch(...call)).status;
      return {
        url: presigned,
        asSigned: await status(presigned, { method: "DELETE", headers }),
        otherMethod: await status(presigned, { headers }),
        otherHeader: await status(presigned, { method: "DELETE", headers: { "x-api-key": "other" } }),
        otherQuery: await status(`${presigned}&a=1`, { method: "DELETE", headers }),
      };
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.match(seen.url, /X-Amz-SignedHeaders=host%3Bx-api-key/);
  assert.deepEqual(
    [seen.asSigned, seen.otherMethod, seen.otherHeader, seen.otherQuery],
    [200, 403, 403, 403],
    "the last three are not what was signed",
  );
});

test("presignSync gives at once what presign gives", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const early = await outcome(() => aws.presignSync(url));
      await aws.credentials();
      const now = Date.now;
      const moment = now();
      Date.now = () => moment;
      try {
        const same = aws.presignSync(url) === (await aws.presign(url));
        Date.now = now;
        return { early, same, status: (await fetch(aws.presignSync(url))).status };
      } finally {
        Date.now = now;
      }
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assertRefused(seen.early, "NOT_READY", { retryable: true });
  assert.equal(seen.same, true);
  assert.equal(seen.status, 200);
});

test("a WebSocket of API Gateway is presigned for its own URL, by GET", async () => {
  const { url, query } = await presigned("wss://abc123.execute-api.us-east-1.amazonaws.com/prod?room=a%20b#part");
  assert.equal(url.origin + url.pathname, "wss://abc123.execute-api.us-east-1.amazonaws.com/prod");
  assert.equal(url.hash, "");
  assert.equal(query.room, "a b");
  assert.match(query["X-Amz-Credential"], /^AKIDEXAMPLE\/\d{8}\/us-east-1\/execute-api\/aws4_request$/);
  assert.equal(query["X-Amz-Security-Token"], own.sessionToken);
});

test("a socket of IoT carries its token behind the signature", async () => {
  const { text, query } = await presigned("wss://a1b2c3-ats.iot.us-east-1.amazonaws.com/mqtt", {
    expiresSeconds: 86_400,
  });
  assert.match(query["X-Amz-Credential"], /\/us-east-1\/iotdevicegateway\/aws4_request$/);
  assert.match(text, /&X-Amz-Signature=[0-9a-f]{64}&X-Amz-Security-Token=a-token%2F%2B%3D$/);
});

test("Transcribe's socket keeps its port and lives five minutes", async () => {
  const url =
    "wss://transcribestreaming.eu-west-1.amazonaws.com:8443/stream-transcription-websocket?language-code=en-US";
  const { url: signed, query } = await presigned(url);
  assert.equal(signed.host, "transcribestreaming.eu-west-1.amazonaws.com:8443");
  assert.match(query["X-Amz-Credential"], /\/eu-west-1\/transcribe\/aws4_request$/);
  assert.equal(query["X-Amz-Expires"], "300");
});

test("S3 and function URLs are presigned for as long as one asks", async () => {
  const s3 = await presigned("https://photos.s3.eu-west-1.amazonaws.com/a b+c.jpg?x-id=PutObject", {
    method: "PUT",
    expiresSeconds: 604_800,
    headers: { "content-type": "image/jpeg" },
  });
  assert.equal(s3.query["X-Amz-Expires"], "604800");
  assert.equal(s3.query["X-Amz-SignedHeaders"], "content-type;host");
  const lambda = await presigned("https://abc.lambda-url.eu-west-1.on.aws/", { expiresSeconds: 1 });
  assert.match(lambda.query["X-Amz-Credential"], /\/eu-west-1\/lambda\/aws4_request$/);
});

const IOT = "wss://a1b2c3-ats.iot.us-east-1.amazonaws.com/mqtt";
const API = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";
/** [URL, init, field] */
const BAD = [
  [API, { expiresSeconds: 0 }, "init.expiresSeconds"],
  [API, { expiresSeconds: -1 }, "init.expiresSeconds"],
  [API, { expiresSeconds: 1.5 }, "init.expiresSeconds"],
  [API, { expiresSeconds: "soon" }, "init.expiresSeconds"],
  [API, { expiresSeconds: 604_801 }, "init.expiresSeconds"],
  [API, { expiresSeconds: 1e21 }, "init.expiresSeconds"],
  [IOT, { expiresSeconds: 86_401 }, "init.expiresSeconds"],
  ["wss://transcribestreaming.us-east-1.amazonaws.com:8443/x", { expiresSeconds: 301 }, "init.expiresSeconds"],
  [IOT, { method: "POST" }, "init"],
  [IOT, { headers: { "x-api-key": "k" } }, "init"],
  [API, { headers: { authorization: "a" } }, 'init.headers["authorization"]'],
  [API, { headers: { cookie: "a" } }, 'init.headers["cookie"]'],
  [API, { method: "PUT", body: "a" }, "init.body"],
  [API, { method: "a b" }, "init.method"],
  [`${API}?X-Amz-Signature=a`, {}, "input"],
  ["data:text/plain,a", {}, "input"],
  [API, { aws: { region: "moon" } }, "init.aws.region"],
  [API, { aws: { unsignedPayload: true } }, "init.aws.unsignedPayload"],
];

test("what cannot be presigned is refused by name, before anybody is asked for credentials", async () => {
  const ends = await at.run(
    async ({ createClient }, { bad, credentials }) => {
      let asked = 0;
      const aws = createClient({ credentials: () => (asked++, credentials) });
      const ends = [];
      for (const [url, init] of bad) {
        // Limits depend on the credentials too, so these are known with them.
        if (init.expiresSeconds !== undefined) continue;
        ends.push(await outcome(aws.presign(url, init)));
      }
      const before = asked;
      const all = [];
      for (const [url, init] of bad)
        all.push(await outcome(aws.presign(url, init)), await outcome(() => aws.presignSync(url, init)));
      return { before, all };
    },
    { bad: BAD, credentials: own },
  );
  assert.equal(ends.before, 0);
  for (const [number, end] of ends.all.entries()) {
    const [, , field] = BAD[number >> 1];
    assertRefused(end, "INVALID_REQUEST", { field, retryable: false }, [own.secretAccessKey, own.sessionToken]);
  }
});

test("foreign hosts and plain http get no presigned URL", async () => {
  const ends = await at.run(
    ({ createClient }, credentials) =>
      Promise.all(
        ["wss://example.com/", "https://example.com/", "ws://abc.execute-api.us-east-1.amazonaws.com/prod"].map((url) =>
          outcome(createClient({ credentials }).presign(url)),
        ),
      ),
    own,
  );
  assertRefused(ends[0], "UNKNOWN_ENDPOINT", { field: "input" });
  assertRefused(ends[1], "UNKNOWN_ENDPOINT", { field: "input" });
  assertRefused(ends[2], "INSECURE_URL", { field: "input" });
});

test("a URL never promises more than its credentials keep: they are renewed if that helps, else it is refused", async () => {
  const seen = await at.run(async ({ createClient }) => {
    const url = "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg";
    const expires = (text) => Number(new URL(text).searchParams.get("X-Amz-Expires"));
    let asked = 0;
    const start = Date.now();
    const credentials = () => {
      const expiration = new Date(Date.now() + 3_600_000);
      return { accessKeyId: `AKID${asked++}`, secretAccessKey: "secret", expiration };
    };
    const aws = createClient({ credentials });
    await aws.credentials();
    const [now, steady] = [Date.now, performance.now.bind(performance)];
    const pass = (time) => {
      Date.now = () => now() + time;
      performance.now = () => steady() + time;
    };
    // Half an hour later.
    pass(1_800_000);
    const half = { expires: expires(await aws.presign(url, { expiresSeconds: 1_500 })), asked };
    const atOnce = await outcome(() => aws.presignSync(url, { expiresSeconds: 3_000 }));
    const renewed = { expires: expires(await aws.presign(url, { expiresSeconds: 3_000 })), asked };
    const tooLong = { ...(await outcome(aws.presign(url, { expiresSeconds: 7_200 }))), asked };
    // Nearly at their end, they sign a URL that nobody wants to live longer, whatever is renewed in the background.
    pass(1_800_000 + 3_600_000 - 400_000);
    const short = { expires: expires(await aws.presign(url)) };
    pass(0);
    return { half, atOnce, renewed, tooLong, short, took: Date.now() - start };
  });
  assert.deepEqual(seen.half, { expires: 1_500, asked: 1 });
  assertRefused(seen.atOnce, "NOT_READY", { retryable: true });
  assert.deepEqual(seen.renewed, { expires: 3_000, asked: 2 });
  assertRefused(seen.tooLong, "INVALID_REQUEST", { field: "init.expiresSeconds", message: /3[56]\d\d seconds/ });
  assert.equal(seen.tooLong.asked, 2, "new ones would live no longer");
  const left = 400 - Math.ceil(seen.took / 1_000);
  assert.ok(seen.short.expires <= 400 && seen.short.expires >= left, `${seen.short.expires} s`);
});

test("credentials that nobody can renew are not asked for more than they have left", async () => {
  const end = await at.run(async ({ createClient }) => {
    const expiration = new Date(Date.now() + 600_000);
    const aws = createClient({ credentials: { accessKeyId: "AKID", secretAccessKey: "secret", expiration } });
    await aws.credentials();
    const now = Date.now;
    Date.now = () => now() + 300_000;
    const end = await outcome(aws.presign("https://photos.s3.eu-west-1.amazonaws.com/", { expiresSeconds: 500 }));
    Date.now = now;
    return end;
  });
  assertRefused(end, "INVALID_REQUEST", { field: "init.expiresSeconds", message: /(299|300) seconds/ });
});

test("a socket is not signed in headers, and the error says what to do", async () => {
  const ends = await at.run(async ({ createClient }, credentials) => {
    const aws = createClient({ credentials });
    await aws.credentials();
    const url = "wss://abc123.execute-api.us-east-1.amazonaws.com/prod";
    return Promise.all(
      ["signedFetch", "sign", "signHeaders", "signHeadersSync"].map((name) => outcome(() => aws[name](url))),
    );
  }, own);
  for (const end of ends) assertRefused(end, "INVALID_REQUEST", { field: "input", advice: /presign\(\)/ });
});
