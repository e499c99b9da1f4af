// The handle as the JavaScript half has it, with any operations in any order on any texts: it answers or refuses, it
// never traps, what it gives goes nowhere else than asked, and no secret is in what it refuses with.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { pkg } from "../../scripts/lib/paths.mjs";
import * as op from "../../src/web/operation.js";
import { host, text, url } from "./texts.mjs";

/** Handles that are tried, each with up to thirty operations: HOSTILE_CASES=200000 node --test tests/hostile */
const CASES = Number(process.env.HOSTILE_CASES ?? 4_000);
const SEED = Number(process.env.HOSTILE_SEED ?? 20_261_122);

const { Handle, initSync } = await import(`${pkg}/wasm/sigfetch.js`);
initSync({ module: new WebAssembly.Module(readFileSync(`${pkg}/wasm/sigfetch_bg.wasm`)) });

/** They go in where credentials and login tokens do, and may come out where those have to. */
const SECRET = "wJalrXUtnFEMI-SECRET-KEY";
const TOKEN = "IQoJb3JpZ2luX2VjE-SESSION-TOKEN";
const LOGIN = "eyJhbGciOiJSUzI1NiJ9-LOGIN-TOKEN";

/** Sensible as a rule, so that what follows is reached. */
const seldom = (usual, odd) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.oneof(...odd) });

const now = fc.oneof(fc.constantFrom("1795305600000", "0"), fc.nat(4_102_444_800_000).map(String), text);
const round = fc.oneof(fc.nat(2).map(String), text);
const service = fc.constantFrom("execute-api", "s3", "sts", "cognito-identity", "iotdevicegateway", "appsync");
const region = fc.constantFrom("us-east-1", "eu-west-1", "cn-north-1", "");
const pool = fc.constantFrom("us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0", "cn-north-1:a", "");
const role = fc.constant("arn:aws:iam::123456789012:role/Reader");
const method = fc.constantFrom("GET", "POST", "");
const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("", "accept:a/b\nx-a:b\n", "content-type:a\n") },
  { weight: 1, arbitrary: text },
);
const flat = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom("__type", "message", "IdentityId", "Credentials.AccessKeyId"), text), text))
  .map((pairs) => pairs.map(([path, value]) => `\x02${path}\x01${value}`).join(""));
const answered = fc.constant(
  `\x02IdentityId\x01us-east-1:1\x02Credentials.AccessKeyId\x01AKID\x02Credentials.SecretKey\x01${SECRET}` +
    `\x02Credentials.SessionToken\x01${TOKEN}\x02Credentials.Expiration#\x011795309200`,
);
const reply = [
  fc.oneof(fc.constantFrom("200", "200", "400", "403", "429", "500", "0", "1"), text),
  fc.oneof(fc.constantFrom("", "TooManyRequestsException", "NotAuthorizedException"), text),
  text,
  fc.oneof(answered, flat, text),
];
const aws = [
  seldom("", [service, text]),
  seldom("", [region, text]),
  seldom("", [host, text]),
  seldom("", [fc.constant("1")]),
];
const declared = fc.oneof(
  host.map((host) => `https://${host}/`),
  url,
  text,
);

/** What each operation is given when it is given something sensible. */
const GIVEN = {
  [op.DECLARE]: [fc.nat(9).map(String), declared, service, region, fc.oneof(fc.constant(""), host)],
  [op.CONFIGURE]: [pool, region, seldom("", [role, text])],
  [op.CLASSIC_FLOW]: [fc.oneof(role, text), text, fc.oneof(fc.constantFrom("", "3600"), text), text],
  [op.REMEMBER]: [fc.oneof(fc.constant("us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0"), text), text],
  [op.DECIDE]: [now],
  [op.LOGIN]: [fc.oneof(host, text), fc.constant(LOGIN)],
  [op.START_EXCHANGE]: [round],
  [op.ANSWERED]: [round, fc.nat(999_999).map(String), now, ...reply],
  [op.FAILED]: [round, now],
  [op.OBSERVE]: [now, now, now],
  [op.ACCEPT]: [
    round,
    now,
    fc.stringMatching(/^[ -~]{1,20}$/),
    fc.constant(SECRET),
    fc.constantFrom(TOKEN, ""),
    text,
    now,
  ],
  [op.CHECK]: [url, headers, ...aws],
  [op.SIGN]: [now, url, headers, ...aws, method, fc.constantFrom("", "e3b0c442"), fc.constantFrom("", "1"), text],
  [op.CALLER]: reply,
  [op.REFUSE_GRAPHQL]: reply,
  [op.ALLOW]: [host, fc.oneof(host, text)],
  [op.PRESIGN]: [
    now,
    url,
    headers,
    ...aws,
    method,
    fc.oneof(fc.constantFrom("", "60", "604801"), text),
    fc.constantFrom("", "1"),
  ],
};

const SIGNING = [op.CHECK, op.SIGN, op.PRESIGN].flatMap((operation) => Array(8).fill(operation));
const step = fc.constantFrom(...Object.values(op), ...SIGNING, 255).chain((operation) =>
  fc.record({
    operation: fc.constant(operation),
    values: fc.oneof(
      { weight: 9, arbitrary: fc.tuple(...(GIVEN[operation] ?? [])) },
      // Of credentials the JavaScript half takes printable ASCII only.
      { weight: operation === op.ACCEPT ? 0 : 1, arbitrary: fc.array(text, { maxLength: 12 }) },
    ),
  }),
);
/** A client that has credentials, from where the rest is worth more. */
const opened = [
  { operation: op.CONFIGURE, values: ["", "us-east-1"] },
  { operation: op.BEGIN, values: [] },
  { operation: op.ACCEPT, values: ["0", "0", "AKID", SECRET, TOKEN, "", ""] },
];
const steps = fc
  .tuple(seldom(true, [fc.constant(false)]), fc.array(step, { maxLength: 30, size: "max" }))
  .map(([isOpened, steps]) => (isOpened ? [...opened, ...steps] : steps));

/** AWS's own names, written down here once more. */
const AWS_HOST =
  /\.(amazonaws\.(com|com\.cn|eu)|(api|on)\.aws|(api\.|on\.)?amazonwebservices\.(com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|api\.(aws\.)?(ic\.gov|scloud|hci\.ic\.gov|adc-e\.uk).*)\.?$/;

/** Whether a request there may carry credentials, by the declarations that were accepted. */
function mayGo(to, declarations) {
  const { hostname } = new URL(to);
  if (AWS_HOST.test(hostname)) return true;
  return declarations.some((text) => {
    const declared = new URL(text).hostname.replace(/^%2a/i, "*");
    return declared.startsWith("*.") ? hostname.endsWith(declared.slice(1)) : hostname === declared;
  });
}

/** What four headers say, and a mark. */
const ADDED = /^\d+T\d{6}Z\x00AWS4-HMAC-SHA256 [^\r\n\x00]+(\x00[^\r\n\x00]*){2}\x001?$/;

test(`${CASES} handles answer any operations on any texts`, (t) => {
  const seen = { operations: 0, refused: 0, signed: 0, presigned: 0 };
  const property = fc.property(steps, (steps) => {
    const handle = new Handle();
    const declarations = [];
    for (const { operation, values } of steps) {
      // As the JavaScript half writes them.
      const answer = handle.run(operation, values.map((value) => value.replaceAll("\0", "")).join("\0"));
      assert.equal(typeof answer, "string");
      seen.operations += 1;
      const address = values[operation === op.CHECK ? 0 : 1];
      if (answer.startsWith("\x01\0")) {
        seen.refused += 1;
        const [, code, advice, retryable] = answer.split("\0");
        assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
        assert.match(advice, /^[A-Z].*\.$/);
        assert.match(retryable, /^1?$/);
        for (const secret of [SECRET, TOKEN, LOGIN]) assert.ok(!answer.includes(secret), "a secret is in a refusal");
      } else if (operation === op.DECLARE) {
        if (URL.canParse(address)) declarations.push(address);
      } else if (operation === op.CHECK && URL.canParse(address)) {
        assert.ok(mayGo(address, declarations), `${address} may be called`);
      } else if (operation === op.SIGN && answer) {
        seen.signed += 1;
        if (URL.canParse(address)) assert.ok(mayGo(address, declarations), `${address} was signed for`);
        assert.match(answer, ADDED);
        assert.ok(!answer.includes(SECRET));
      } else if (operation === op.PRESIGN && answer) {
        seen.presigned += 1;
        if (URL.canParse(address)) {
          assert.ok(mayGo(address, declarations), `${address} was presigned`);
          assert.equal(new URL(answer).origin, new URL(address).origin);
        }
        assert.ok(!answer.includes(SECRET));
      }
    }
    handle.free();
  });
  fc.assert(property, { numRuns: CASES, seed: SEED, includeErrorInReport: true });
  const { operations, refused, signed, presigned } = seen;
  t.diagnostic(`${operations} operations: ${refused} refused, ${signed} signed, ${presigned} presigned`);
  assert.ok(signed > CASES / 50 && presigned > CASES / 50, "enough of them get as far as a signature");
});
