// The built package in Node, asked to sign anything for anywhere, with anything declared: it signs or refuses, it never
// traps, what it signs goes nowhere else than AWS's hosts and declared ones, and no secret is in what it refuses with.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import fc from "fast-check";
import { pkg } from "../../scripts/lib/paths.mjs";
import { host, text, url } from "./texts.mjs";

/** Clients that are tried, each with up to twenty calls: HOSTILE_CASES=20000 node --test tests/hostile/module.test.mjs */
const CASES = Number(process.env.HOSTILE_CASES ?? 1_500);
const SEED = Number(process.env.HOSTILE_SEED ?? 20_261_122);

const { createClient, SigFetchError } = await import(pathToFileURL(join(pkg, "index.js")).href);

const SECRET = "wJalrXUtnFEMI-SECRET-KEY";
const TOKEN = "IQoJb3JpZ2luX2VjE-SESSION-TOKEN";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: TOKEN };
// From here on the module is there, and what does not wait is answered at once.
await createClient({ credentials }).credentials();

/** Not given as a rule, so that most calls get as far as their address. */
const seldom = (arbitrary) => fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const anything = fc.oneof(text, fc.anything());
const region = fc.constantFrom("us-east-1", "eu-west-1", "cn-north-1", "moon");
const service = fc.constantFrom("execute-api", "s3", "sts", "cognito-identity", "iotdevicegateway", "appsync");

const declared = fc.oneof(
  host.map((host) => `https://${host}/`),
  host.map((host) => `https://*.${host}/v1`),
  url,
  text,
);
const endpoint = fc.record(
  { url: declared, service: fc.oneof(service, text), region: seldom(region), signAs: seldom(fc.oneof(host, text)) },
  { requiredKeys: ["url", "service"] },
);
const options = fc.record({
  region: fc.constantFrom("us-east-1", undefined),
  endpoints: seldom(fc.array(endpoint, { maxLength: 3 })),
  allow: seldom(fc.array(fc.oneof(host, text), { maxLength: 2 })),
});

const aws = fc.record(
  {
    service: fc.oneof(service, anything),
    region: fc.oneof(region, anything),
    signAs: fc.oneof(host, anything),
    unsignedPayload: fc.oneof(fc.boolean(), anything),
    retry: anything,
    onProgress: anything,
  },
  { requiredKeys: [] },
);
const headers = fc.array(fc.tuple(fc.oneof(fc.constantFrom("accept", "host", "x-amz-date", "x-a"), text), text), {
  maxLength: 3,
});
const call = fc.record({
  how: fc.constantFrom("signHeadersSync", "presignSync"),
  address: fc.oneof({ weight: 5, arbitrary: url }, { weight: 1, arbitrary: text }),
  init: fc.record(
    {
      method: seldom(fc.oneof(fc.constantFrom("GET", "POST", "put"), text)),
      headers: seldom(headers),
      body: seldom(text),
      expiresSeconds: seldom(fc.oneof(fc.integer(), fc.double(), anything)),
      aws: seldom(fc.oneof(aws, anything)),
    },
    { requiredKeys: [] },
  ),
});

/** AWS's own names, written down here once more. */
const AWS_HOST =
  /\.(amazonaws\.(com|com\.cn|eu)|(api|on)\.aws|(api\.|on\.)?amazonwebservices\.(com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|api\.(aws\.)?(ic\.gov|scloud|hci\.ic\.gov|adc-e\.uk).*)\.?$/;

/** Whether a request there may carry credentials, by what is declared. */
function mayGo(to, endpoints = []) {
  const { protocol, hostname } = new URL(to);
  const isLoopback = /^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname);
  if (!/^(https|wss):$/.test(protocol) && !isLoopback) return false;
  if (AWS_HOST.test(hostname)) return true;
  return endpoints.some(({ url }) => {
    if (!URL.canParse(url)) return false;
    const declared = new URL(url).hostname.replace(/^%2a/i, "*");
    return declared.startsWith("*.") ? hostname.endsWith(declared.slice(1)) : hostname === declared;
  });
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/[^/\s]+\/[^/\s]+\/aws4_request, SignedHeaders=[^\s,]+, Signature=[0-9a-f]{64}$/;

test(`${CASES} clients are asked to sign anything for anywhere`, (t) => {
  const seen = { refused: 0, signed: 0, presigned: 0 };
  const property = fc.property(
    options,
    fc.array(call, { minLength: 1, maxLength: 20, size: "max" }),
    (given, calls) => {
      const client = createClient({ ...given, credentials });
      for (const { how, address, init } of calls) {
        let result;
        try {
          result = client[how](address, init);
        } catch (error) {
          seen.refused += 1;
          assert.ok(error instanceof SigFetchError, String(error.stack ?? error));
          assert.match(error.code, /^(INVALID_OPTION|INVALID_REQUEST|UNKNOWN_ENDPOINT|INSECURE_URL|NOT_READY)$/);
          assert.match(error.advice, /^[A-Z].*\.$/);
          const shown = `${error.stack} ${JSON.stringify(error)}`;
          for (const secret of [SECRET, TOKEN]) assert.ok(!shown.includes(secret), "a secret is in a refusal");
          continue;
        }
        assert.ok(mayGo(address, given.endpoints), `${address} was signed for`);
        if (how === "presignSync") {
          seen.presigned += 1;
          assert.equal(new URL(result).origin, new URL(address).origin);
          assert.match(new URL(result).searchParams.get("X-Amz-Signature"), /^[0-9a-f]{64}$/);
          assert.ok(!result.includes(SECRET));
          continue;
        }
        seen.signed += 1;
        assert.match(result.get("authorization"), AUTHORIZATION);
        assert.equal(result.get("x-amz-security-token"), TOKEN);
        assert.match(result.get("x-amz-date"), /^\d{8}T\d{6}Z$/);
      }
    },
  );
  fc.assert(property, { numRuns: CASES, seed: SEED, includeErrorInReport: true });
  const { refused, signed, presigned } = seen;
  t.diagnostic(`${refused} refused, ${signed} signed, ${presigned} presigned`);
  assert.ok(signed > CASES / 50 && presigned > CASES / 50 && refused > CASES / 50, "all three happen");
});

/** Options of every wrong kind, each in the place of one that is right. */
const OPTIONS = {
  identityPoolId: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
  logins: { "accounts.google.com": "token" },
  roleArn: "arn:aws:iam::123456789012:role/Reader",
  region: "us-east-1",
  endpoints: [{ url: "https://api.example.com", service: "execute-api" }],
  allow: ["*.execute-api.us-east-1.amazonaws.com"],
  retry: { attempts: 2 },
  timeoutMs: 1_000,
};

test("options of any kind are refused by their name, or taken", async () => {
  const property = fc.asyncProperty(fc.constantFrom(...Object.keys(OPTIONS)), fc.anything(), async (name, value) => {
    const client = createClient({ ...OPTIONS, [name]: value });
    const url = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";
    let error;
    // Nothing is sent: who is asked for credentials at once is told that there are none yet, or what is wrong.
    try {
      client.signHeadersSync(url);
    } catch (thrown) {
      error = thrown;
    }
    client.signOut();
    assert.ok(error instanceof SigFetchError, String(error?.stack));
    assert.match(error.code, /^(NOT_READY|INVALID_OPTION|UNKNOWN_ENDPOINT)$/);
    if (error.code === "INVALID_OPTION") assert.match(error.field, /^options(\.|$)/);
  });
  const { fetch } = globalThis;
  globalThis.fetch = async () => Promise.reject(new TypeError("no network in this test"));
  try {
    await fc.assert(property, { numRuns: CASES, seed: SEED, includeErrorInReport: true });
  } finally {
    globalThis.fetch = fetch;
  }
});
