// Cognito answers with errors, nonsense, nothing, or not at all: a stable code, and a client that works when it is over.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { COGNITO } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

// Waiting times between attempts are a matter of chance; here they are none.
beforeEach(() => at.page.evaluate(() => void (Math.random = () => 0)));

/** Attempts in all, of one request to Cognito. */
const ATTEMPTS = 4;
const ID = "GetId";
const CREDENTIALS = "GetCredentialsForIdentity";
const always = (fault) => ({ ...fault, times: ATTEMPTS });

/**
 * A call on a new client while the fault holds, then one on the same client. What is between them is that the fault
 * has worn off.
 */
async function callTwice(faults, options = at.alice) {
  await at.aws.faults(faults);
  return at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const first = await outcome(aws.signedFetch(url).then(({ status }) => status));
      return [first, await outcome(aws.signedFetch(url).then(({ status }) => status))];
    },
    { options, url: `${at.config.endpoints.rest}/items` },
  );
}

/** The API was asked by signed calls only: everything that arrived was let in. */
async function assertNeverUnsigned() {
  const { calls } = await at.aws.stats();
  for (const [operation, outcomes] of Object.entries(calls.rest ?? {})) {
    assert.deepEqual(Object.keys(outcomes), ["ok"], operation);
  }
}

const FATAL = [
  ["HTML with 503", { body: "html" }, "SERVICE_FAULT", { status: 503 }],
  ["HTML with 200", { body: "html", status: 200 }, "SERVICE_FAULT", { status: 200 }],
  ["nothing", { body: "empty" }, "SERVICE_FAULT", { status: 200, advice: /captive portal/ }],
  ["half an answer", { body: "half" }, "SERVICE_FAULT", { status: 200 }],
  ["values of the wrong kinds", { body: "malformed" }, "SERVICE_FAULT", { status: 200 }],
  [
    "an internal error",
    { type: "InternalErrorException" },
    "SERVICE_FAULT",
    { status: 500, serviceError: /^Internal/ },
  ],
  ["TooManyRequestsException", { type: "TooManyRequestsException" }, "THROTTLED", { status: 400 }],
];
for (const operation of [ID, CREDENTIALS]) {
  for (const [what, fault, code, facts] of FATAL) {
    test(`${what} from ${operation} at every attempt is ${code}, and then it works`, async () => {
      const [end, after] = await callTwice({ cognito: always({ operation, ...fault }) });
      assertRefused(end, code, { retryable: true, message: new RegExp(operation), ...facts }, [at.token]);
      assert.equal(after.value, 200, after.error?.text);
      const asked = (await at.aws.stats()).calls.cognitoIdentity[operation];
      const attempts = Object.values(asked).reduce((sum, times) => sum + times, 0);
      assert.equal(attempts, ATTEMPTS + 1);
      await assertNeverUnsigned();
    });

    test(`${what} from ${operation} once is healed by trying again`, async () => {
      const [end] = await callTwice({ cognito: { operation, ...fault } });
      assert.equal(end.value, 200, end.error?.text);
      await assertNeverUnsigned();
    });
  }
}

for (const [what, faults, code] of [
  ["a connection that breaks off", { cut: { service: "cognitoIdentity" } }, "NETWORK"],
  ["throttling", { throttle: { service: "cognitoIdentity", retryAfter: 1 } }, "THROTTLED"],
  ["status 500", { status5xx: { service: "cognitoIdentity" } }, "SERVICE_FAULT"],
  ["status 503", { status5xx: { service: "cognitoIdentity", status: 503 } }, "SERVICE_FAULT"],
]) {
  test(`${what} at every attempt is ${code}, once it is healed`, async () => {
    const [[name, fault]] = Object.entries(faults);
    const [end, after] = await callTwice({ [name]: always(fault) });
    assertRefused(end, code, { retryable: true }, [at.token]);
    assert.equal(after.value, 200, after.error?.text);
    const [healed] = await callTwice({ [name]: fault });
    assert.equal(healed.value, 200, healed.error?.text);
    await assertNeverUnsigned();
  });
}

test("between attempts there is a wait, and it ends", async () => {
  await at.page.evaluate(() => void (Math.random = () => 0.99));
  const start = Date.now();
  const [end] = await callTwice({ throttle: { service: "cognitoIdentity", times: 2 } });
  assert.equal(end.value, 200, end.error?.text);
  assert.ok(Date.now() - start > 500, `${Date.now() - start} ms`);
});

test("no connection at all is NETWORK, and the client works when it is back", async () => {
  await at.page.route(COGNITO, (route) => route.abort("internetdisconnected"));
  const offline = await at.run(
    async ({ createClient }, options) => outcome((globalThis.aws = createClient(options)).credentials()),
    at.alice,
  );
  await at.page.unroute(COGNITO);
  assertRefused(offline, "NETWORK", { retryable: true, message: /GetId/ }, [at.token]);
  assert.equal((await at.run(() => globalThis.aws.whoami())).role, "LocalUser");
});

test("an error without a name of ours is REFUSED, with AWS's name, text and request id", async () => {
  const [end] = await callTwice({
    cognito: { operation: ID, type: "AccessDeniedException", message: "A policy denies it.", status: 403 },
  });
  assertRefused(end, "REFUSED", {
    retryable: false,
    status: 403,
    serviceError: "AccessDeniedException",
    message: /A policy denies it/,
    requestId: /^[0-9a-f-]{36}$/,
  });
});

test("what will not heal is asked once", async () => {
  await callTwice({ cognito: { operation: ID, type: "LimitExceededException", message: "Too many identities." } });
  const { calls } = await at.aws.stats();
  assert.deepEqual(calls.cognitoIdentity[ID], { LimitExceededException: 1, ok: 1 });
});

test("an answer that repeats the login token is not shown", async () => {
  for (const type of ["NotAuthorizedException", "ValidationException", "InternalErrorException"]) {
    const cognito = always({ type, message: `Invalid login token: ${at.token}` });
    const [end] = await callTwice({ cognito });
    assert.ok(end.error, "it went through");
    for (const secret of [at.token, at.token.split(".")[1]]) {
      assertRefused(end, end.error.code, { serviceError: type }, [secret]);
    }
    await at.aws.reset();
  }
});

for (const [what, faults, code] of [
  ["a broken connection", { cut: { service: "sts" } }, "NETWORK"],
  ["throttling at every attempt", { throttle: always({ service: "sts" }) }, "THROTTLED"],
  ["status 500 at every attempt", { status5xx: always({ service: "sts" }) }, "SERVICE_FAULT"],
]) {
  test(`whoami: ${what} of STS is a SigFetchError, and then it works`, async () => {
    await at.aws.faults(faults);
    const [end, after] = await at.run(async ({ createClient }, options) => {
      const { whoami } = createClient(options);
      return [await outcome(whoami()), await outcome(whoami())];
    }, at.guest);
    assertRefused(end, code, { retryable: true });
    assert.equal(after.value?.role, "LocalGuest");
  });
}

test("whoami: an STS that does not answer in time is TIMEOUT", async () => {
  await at.aws.faults({ latencyMs: { sts: 1_500 } });
  const end = await at.run(async ({ createClient }, options) => {
    const aws = createClient({ ...options, timeoutMs: 500 });
    await aws.credentials();
    return outcome(aws.whoami());
  }, at.guest);
  assertRefused(end, "TIMEOUT", { retryable: true });
});
