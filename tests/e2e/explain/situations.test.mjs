// The situations of five developers who lost days to one-line errors, and what else `explain` and `doctor` promise.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoints } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";
import { driver, states } from "./states.mjs";

const setting = useSetting({ newPages: true });
const state = (id) => states.find((one) => one.id === id);

/** Enters a state and makes its call. */
async function fails(id) {
  const drive = driver(setting);
  await drive.enter([id]);
  const { isGood, explanation } = await drive.attempt(state(id).call);
  assert.equal(isGood, false);
  return explanation;
}

const ids = ({ causes }) => causes.map(({ id }) => id);

test("a guest calls Kendra, and the role has AdministratorAccess", async () => {
  const { certain, causes } = await fails("guest-scope-down");
  assert.deepEqual([certain, causes[0].id], [true, "guest-scope-down"]);
  assert.match(causes[0].why, /kendra/i);
});

test("a user of a group calls an API with IAM: action, pool, role from token, and then it works", async () => {
  assert.ok(ids(await fails("wrong-action-name")).includes("wrong-action-name"));
  assert.ok(ids(await fails("pool-roles-missing")).includes("pool-roles-missing"));
  assert.equal(ids(await fails("role-from-token-off"))[0], "role-from-token-off");
  const { apply, attempt } = driver(setting);
  const { fix, call } = state("role-from-token-off");
  assert.equal((await attempt(await apply(fix, call))).isGood, true);
});

test("a guest's credentials last an hour, and STS says whose they are", async () => {
  const found = await setting.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const { expiration } = await aws.credentials();
    return { left: +expiration - Date.now(), ...(await aws.whoami()) };
  }, setting.guest);
  assert.ok(Math.abs(found.left - 3_600_000) < 60_000, String(found.left));
  assert.match(found.arn, /:assumed-role\/LocalGuest\/CognitoIdentityCredentials$/);
});

test("AppSync says Unauthorized: a wrong resource in the policy, against a role that was not assumed", async () => {
  const wrongResource = ids(await fails("resource-arn-mismatch-appsync"));
  assert.ok(wrongResource.includes("resource-arn-mismatch"), String(wrongResource));
  // Here there is no answer of AppSync at all: Cognito refuses before.
  const notAssumed = await fails("trust-policy-aud");
  assert.ok(ids(notAssumed).includes("trust-policy"), String(ids(notAssumed)));
  assert.ok(!ids(notAssumed).includes("resource-arn-mismatch"));
});

test("DynamoDB items of one user: the sub in place of the identity id", async () => {
  const explanation = await fails("leading-keys");
  assert.ok(ids(explanation).includes("leading-keys"), String(ids(explanation)));
  assert.match(JSON.stringify(explanation), /cognito-identity\.amazonaws\.com:sub/);
  assert.equal(ids(await fails("user-sub-instead-of-identity-id-s3"))[0], "user-sub-instead-of-identity-id");
});

test("an explained response stays readable, in the language that is asked for, and shows no secret", async () => {
  const { config, alice, token } = setting;
  const drive = driver(setting);
  await drive.enter(["role-lacks-action"]);
  const found = await setting.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient({ ...options, explain: () => import("/pkg/explain.js") });
      const response = await aws.signedFetch(url);
      const explanations = {};
      for (const lang of ["en", "ja"]) explanations[lang] = await aws.explain(response, { lang });
      const { secretAccessKey, sessionToken } = await aws.credentials();
      return { explanations, body: await response.json(), secrets: [secretAccessKey, sessionToken] };
    },
    { options: alice, url: `${config.endpoints.rest}/items` },
  );
  assert.equal(Object.keys(found.body).length > 0, true);
  assert.match(found.explanations.en.causes[0].title, /^[\x20-\x7e]+$/);
  assert.match(found.explanations.ja.causes[0].title, /[\u3040-\u30ff]/);
  for (const secret of [...found.secrets, token, token.split(".")[2]]) {
    assert.ok(!JSON.stringify(found.explanations).includes(secret), "a secret is shown");
  }
});

test("a wrong signature is explained by what was changed on the way", async () => {
  const explanation = await fails("signature-content-type");
  assert.equal(ids(explanation)[0], "signature-content-type", String(ids(explanation)));
});

test("without the option, explain and doctor say how to set it", async () => {
  const found = await setting.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    return [await outcome(aws.explain(new Error("x"))), await outcome(() => aws.doctor().next())];
  }, setting.guest);
  for (const { error } of found) {
    assert.equal(error.code, "INVALID_OPTION");
    assert.match(error.message, /sigfetch\/explain/);
  }
});

test("what somebody pasted is explained without a client", async () => {
  const found = await setting.run(async () => {
    const { explain } = await import("/pkg/explain.js");
    const status = 403;
    const headers = { "x-amzn-errortype": "MissingAuthenticationTokenException" };
    const known = await explain(
      { status, headers, body: '{"message":"Missing Authentication Token"}' },
      { lang: "en" },
    );
    return { known, unknown: await explain({ body: "<h1>what?" }, { lang: "en" }), nothing: await explain(undefined) };
  });
  assert.ok(ids(found.known).includes("missing-route"));
  assert.deepEqual([found.unknown.causes, found.nothing.causes], [[], []]);
});

const examine = ({ createClient }, { options, url }) =>
  (async () => {
    const aws = createClient({ ...options, explain: () => import("/pkg/explain.js") });
    const steps = [];
    for await (const step of aws.doctor(url, { lang: "en" })) steps.push(step);
    return steps;
  })();

test("doctor passes where all is well, and says which step fails where not", async () => {
  const { config, alice, guest } = setting;
  for (const url of [`${config.endpoints.rest}/items`, config.endpoints.graphql]) {
    const steps = await setting.run(examine, { options: alice, url });
    assert.deepEqual(
      steps.map(({ step, result }) => `${step} ${result}`),
      ["options", "pool", "identity", "credentials", "clock", "whoami", "endpoint", "host", "preflight", "call"].map(
        (step) => `${step} passed`,
      ),
      JSON.stringify(steps, null, 1),
    );
  }
  await driver(setting).enter(["guest-access-off"]);
  await setting.page.reload();
  const steps = await setting.run(examine, { options: { ...guest, endpoints: endpoints(config) }, url: undefined });
  const failed = steps.find(({ result }) => result === "failed");
  assert.deepEqual([failed.step, failed.explanation.causes[0].id], ["identity", "guest-access-off"]);
  assert.ok(steps.some(({ step, result }) => step === "whoami" && result === "skipped"));
});
