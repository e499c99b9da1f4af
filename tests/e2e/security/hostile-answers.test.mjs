// Cognito and STS answer what they never would, by accident or on purpose: no more is read than a bounded answer, every
// value is checked before it is used, and nothing that is wrong moves the clock or shows in an error.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { COGNITO } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

// Waiting times between attempts are a matter of chance; here they are none.
beforeEach(() => at.page.evaluate(() => void (Math.random = () => 0)));

const MIB = 2 ** 20;
const CREDENTIALS = "GetCredentialsForIdentity";

/**
 * What a new client makes of an answer: how `credentials()` ends, where its clock is then, how long it took and how long
 * the page stood still at most.
 */
const meet = (faults, options = {}) =>
  at.aws.faults(faults).then(() =>
    at.run(
      async ({ createClient }, options) => {
        let [longest, last] = [0, performance.now()];
        const tick = () => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
        };
        const timer = setInterval(tick, 1);
        const began = performance.now();
        const aws = createClient(options);
        const end = await outcome(aws.credentials().then(({ accessKeyId }) => accessKeyId));
        const took = performance.now() - began;
        await new Promise((resolve) => setTimeout(resolve));
        clearInterval(timer);
        return { end, took, longest, offset: aws.clock.offset };
      },
      { ...at.guest, ...options },
    ),
  );

/** A client works after what it has met. */
const works = () => at.run(async ({ createClient }, options) => (await createClient(options).whoami()).role, at.guest);

for (const operation of ["GetId", CREDENTIALS]) {
  test(`an answer of 50 MB to ${operation} is SERVICE_FAULT in no time, and the page does not stand still`, async () => {
    const times =
      operation === "GetId"
        ? [{ service: "cognitoIdentity", bytes: 50 * MIB }]
        : [
            { service: "cognitoIdentity", bytes: 0 },
            { service: "cognitoIdentity", bytes: 50 * MIB },
          ];
    const { end, took, longest } = await meet({ pad: times }, { retry: false });
    assertRefused(end, "SERVICE_FAULT", { retryable: true, message: new RegExp(operation) });
    assert.ok(took < 3_000, `${took} ms`);
    assert.ok(longest < 300, `the page stood still for ${longest} ms`);
    assert.equal(await works(), "LocalGuest");
  });
}

test("an answer may be as long as 60 kB, and no longer than 70", async () => {
  const pad = (bytes) => [0, 1].map(() => ({ service: "cognitoIdentity", bytes }));
  const { end } = await meet({ pad: pad(60_000) });
  assert.match(end.value, /^ASIA/);
  assertRefused((await meet({ pad: pad(70_000) }, { retry: false })).end, "SERVICE_FAULT");
});

test("a refusal of 100 kB is not told in full", async () => {
  const fault = { operation: "GetId", type: "NotAuthorizedException", message: "x".repeat(100_000) };
  const { end, took } = await meet({ cognito: fault }, { retry: false });
  assert.ok(["SERVICE_FAULT", "REFUSED", "LOGIN_REJECTED"].includes(end.error?.code), end.error?.text);
  assert.ok(end.error.message.length < 2_000, `${end.error.message.length} characters`);
  assert.ok(took < 3_000, `${took} ms`);
});

test("whoami: an answer of 50 MB of STS is SERVICE_FAULT, and the page does not stand still", async () => {
  await at.aws.faults({ pad: { service: "sts", bytes: 50 * MIB } });
  const seen = await at.run(async ({ createClient }, options) => {
    const aws = createClient({ ...options, retry: false });
    await aws.credentials();
    const began = performance.now();
    return { end: await outcome(aws.whoami()), took: performance.now() - began };
  }, at.guest);
  assertRefused(seen.end, "SERVICE_FAULT", { retryable: true });
  assert.ok(seen.took < 3_000, `${seen.took} ms`);
});

test("what an API answers is the caller's, whatever its size", async () => {
  await at.aws.faults({ pad: { service: "rest", bytes: 5 * MIB } });
  const size = await at.run(
    async ({ createClient }, { options, url }) =>
      (await (await createClient(options).signedFetch(url)).arrayBuffer()).byteLength,
    { options: at.guest, url: `${at.config.endpoints.rest}/items` },
  );
  assert.ok(size > 5 * MIB, `${size}`);
});

const TOKEN = "IQoJb3JpZ2luX2VjE";

/** Members of an answer that Cognito never gives, and what must not be shown of them. */
const WRONG = {
  "an identity id of 1 MB": [{ IdentityId: "us-east-1:" + "0".repeat(MIB) }],
  "an identity id of 60 characters": [{ IdentityId: "us-east-1:" + "0".repeat(50) }],
  "an identity id that is none": [{ IdentityId: "<script>nonsense</script>" }, "nonsense"],
  "an identity id with a line break": [{ IdentityId: "us-east-1:0f1e\n2d3c" }, "2d3c"],
  "an identity id that is a number": [{ IdentityId: 7 }],
  "an Expiration of 0": [{ Credentials: { Expiration: 0 } }],
  "a negative Expiration": [{ Credentials: { Expiration: -62_135_596_800 } }],
  "an Expiration in the year 275760": [{ Credentials: { Expiration: 8.64e12 } }],
  "an Expiration beyond all dates": [{ Credentials: { Expiration: 1e300 } }],
  "an Expiration that is a text": [{ Credentials: { Expiration: "1e9" } }],
  "no Expiration": [{ Credentials: { Expiration: null } }],
  "a session token with a line break": [{ Credentials: { SessionToken: `${TOKEN}\nx: y` } }, TOKEN],
  "a session token with a blank": [{ Credentials: { SessionToken: `${TOKEN} x` } }, TOKEN],
  "a session token with a NUL": [{ Credentials: { SessionToken: `${TOKEN}\0` } }, TOKEN],
  "a session token that is not ASCII": [{ Credentials: { SessionToken: `${TOKEN}é☂` } }, TOKEN],
  "an empty session token": [{ Credentials: { SessionToken: "" } }],
  "a session token that is an object": [{ Credentials: { SessionToken: { [TOKEN]: 1 } } }, TOKEN],
  "no session token": [{ Credentials: { SessionToken: null } }],
  "an access key id with a slash": [{ Credentials: { AccessKeyId: "AKID/20250101" } }, "20250101"],
  "an access key id with a comma": [{ Credentials: { AccessKeyId: "AKID, Signature=0" } }, "Signature=0"],
  "an empty access key id": [{ Credentials: { AccessKeyId: "" } }],
  "a secret key that is empty": [{ Credentials: { SecretKey: "" } }],
  "a secret key that is a list": [{ Credentials: { SecretKey: [TOKEN] } }, TOKEN],
  "credentials that are a text": [{ Credentials: TOKEN }, TOKEN],
  "credentials that are null": [{ Credentials: null }],
};

for (const [what, [merge, hidden]] of Object.entries(WRONG)) {
  for (const hideDate of [false, true]) {
    test(`${what}, Date ${hideDate ? "hidden" : "readable"}: SERVICE_FAULT, nothing shown, the clock unmoved`, async () => {
      const { end, took, offset } = await meet(
        { hideDate, cognito: { operation: CREDENTIALS, merge } },
        { retry: false },
      );
      assertRefused(
        end,
        "SERVICE_FAULT",
        { retryable: true, message: new RegExp(CREDENTIALS) },
        hidden ? [hidden] : [],
      );
      assert.ok(Math.abs(offset) < 5_000, `the clock was moved by ${offset} ms`);
      assert.ok(took < 2_000, `${took} ms`);
      assert.equal(await works(), "LocalGuest");
    });
  }
}

test("an identity id of GetId that is none is not sent on", async () => {
  const sent = [];
  const note = (request) => request.url().includes("cognito-identity") && sent.push(request.postData() ?? "");
  at.page.on("request", note);
  for (const IdentityId of ["nonsense", "us-east-1:" + "0".repeat(100), "", 7]) {
    const { end } = await meet({ cognito: { operation: "GetId", merge: { IdentityId } } }, { retry: false });
    assertRefused(end, "SERVICE_FAULT", { retryable: true, message: /GetId/ });
  }
  at.page.off("request", note);
  assert.deepEqual(
    sent.filter((body) => body.includes('"IdentityId"')),
    [],
  );
});

test("documents of any depth and kind are SERVICE_FAULT, and no more", async () => {
  const bodies = [
    "[".repeat(60_000),
    '{"Credentials":'.repeat(4_000),
    `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
    "null",
    "true",
    '"text"',
    "[]",
    '{"IdentityId":"us-east-1:0","IdentityId":{}}',
    '{"__proto__":{"IdentityId":"us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1ff"}}',
    "\ufeff{}",
    "\0",
    "{}{}",
  ];
  let body;
  await at.page.route(COGNITO, (route) =>
    route.fulfill({ headers: { "access-control-allow-origin": "*", "access-control-allow-headers": "*" }, body }),
  );
  for (body of bodies) {
    const { end } = await meet({}, { retry: false });
    assertRefused(end, "SERVICE_FAULT", { retryable: true }, []);
  }
  await at.page.unroute(COGNITO);
  assert.equal(await works(), "LocalGuest");
});

test("an answer that is no UTF-8 shows nothing and ends nothing", async () => {
  const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  const body = Buffer.concat([Buffer.from('{"IdentityId":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}')]);
  await at.page.route(COGNITO, (route) => route.fulfill({ headers, body }));
  assertRefused((await meet({}, { retry: false })).end, "SERVICE_FAULT");
  await at.page.unroute(COGNITO);
  assert.equal(await works(), "LocalGuest");
});
