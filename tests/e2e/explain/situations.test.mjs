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

  // Doctor says which of the two it is.
  const { config, alice } = setting;
  const verdict = async (state, init) => {
    await driver(setting).enter([state]);
    await setting.page.reload();
    const examined = { options: alice, url: config.endpoints.graphql, init: { query: "{ notes { id } }", ...init } };
    const steps = await setting.run(examine, examined);
    return steps.find(({ step }) => step === "role");
  };
  const lacks = await verdict("resource-arn-mismatch-appsync", { role: "LocalUser" });
  assert.match(lacks.value, /^credentials and role are right; the role LocalUser lacks appsync:GraphQL/);
  assert.equal(lacks.explanation.causes[0].id, "appsync-role-lacks-graphql");
  const other = await verdict("resource-arn-mismatch-appsync", { role: "arn:aws:iam::123456789012:role/NotesRole" });
  assert.match(other.value, /^another role was assumed: the role LocalUser, not the role NotesRole$/);
  assert.equal(other.explanation.causes[0].id, "role-not-assumed");
  const none = await verdict("trust-policy-aud");
  assert.match(none.value, /^no role was assumed/);
  assert.ok(ids(none.explanation).includes("trust-policy"));
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

/** Runs in the page. */
async function examine({ createClient }, { options, url, init }) {
  const aws = createClient({ ...options, explain: () => import("/pkg/explain.js") });
  const steps = [];
  for await (const step of aws.doctor(url, { lang: "en", ...init })) steps.push(step);
  return steps;
}

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

test("doctor goes on past what fails, and every step has result, time, evidence and fix", async () => {
  const { config, alice } = setting;
  await driver(setting).enter(["trust-policy-aud"]);
  const steps = await setting.run(examine, { options: alice, url: `${config.endpoints.rest}/items` });
  assert.deepEqual(
    steps.map(({ step, result, value }) => [step, result, result === "skipped" ? value : ""].join(" ").trim()),
    [
      ...["options passed", "pool passed", "identity passed", "credentials failed", "clock skipped credentials"],
      ...["whoami skipped credentials", "endpoint skipped credentials", "host passed", "preflight passed"],
      "call skipped credentials",
    ],
  );
  for (const { step, ms, value, evidence, fix, result, explanation } of steps) {
    assert.ok(Number.isInteger(ms) && ms >= 0 && value !== "", step);
    assert.equal(evidence.length > 0 && fix.length > 0, result === "failed", step);
    if (explanation) assert.deepEqual(fix, explanation.causes[0].fix);
  }
});

test("doctor tells a preflight that is refused from refusals that CORS hides", async () => {
  const { config, alice } = setting;
  const preflight = async (state, url) => {
    await driver(setting).enter([state]);
    await setting.page.reload();
    const steps = await setting.run(examine, { options: alice, url });
    const { result, explanation } = steps.find(({ step }) => step === "preflight");
    return [result, explanation?.causes[0].id];
  };
  const rest = `${config.endpoints.rest}/items`;
  assert.deepEqual(await preflight("preflight-requires-auth", rest), ["failed", "preflight-requires-auth"]);
  assert.deepEqual(await preflight("preflight-header-not-allowed", rest), ["failed", "preflight-header-not-allowed"]);
  const hidden = await preflight("cors-hidden", `${config.endpoints.restWithoutCors}/items`);
  assert.deepEqual(hidden, ["unclear", undefined]);
});

test("doctor's table has a row of short texts for each step", async () => {
  const { config, guest } = setting;
  await driver(setting).enter(["guest-access-off"]);
  const rows = await setting.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient({ ...options, explain: () => import("/pkg/explain.js") });
      return aws.doctor(url, { lang: "ja" }).table();
    },
    { options: guest, url: `${config.endpoints.rest}/items` },
  );
  assert.equal(rows.length, 10);
  const identity = rows.find(({ step }) => step === "identity");
  assert.deepEqual(Object.keys(identity), ["step", "result", "ms", "evidence", "cause", "fix"]);
  assert.match(identity.fix, /[\u3040-\u30ff]/);
  assert.equal(identity.result, "failed");
});

test("probing asks for credentials of the known identity and for the caller, and changes nothing", async () => {
  const { aws, config, alice, guest } = setting;
  const asked = async (options, probe, url = `${config.endpoints.rest}/secret`) => {
    const before = await aws.stats();
    const found = await setting.run(
      async ({ createClient }, { options, url, probe }) => {
        const client = createClient({ ...options, retry: false, explain: () => import("/pkg/explain.js") });
        await client.credentials();
        const outcome = await client.signedFetch(url).catch((error) => error);
        const identity = await client.identityId();
        await client.explain(outcome, { probe, lang: "en" });
        const isSame = identity === (await client.identityId());
        client.close();
        return isSame;
      },
      { options, url, probe },
    );
    assert.equal(found, true);
    const after = await aws.stats();
    const more = {};
    for (const [service, operations] of Object.entries(after.calls)) {
      for (const [operation, outcomes] of Object.entries(operations)) {
        const sum = (of) => Object.values(of ?? {}).reduce((all, times) => all + times, 0);
        const times = sum(outcomes) - sum(before.calls[service]?.[operation]);
        if (times > 0) more[`${service} ${operation}`] = times;
      }
    }
    return more;
  };
  const without = await asked(alice, false);
  const withProbe = await asked(alice, true);
  const difference = (one, other) =>
    Object.fromEntries(
      Object.keys(one)
        .map((name) => [name, one[name] - (other[name] ?? 0)])
        .filter(([, times]) => times !== 0),
    );
  assert.deepEqual(difference(withProbe, without), {
    "cognitoIdentity GetCredentialsForIdentity": 1,
    "sts GetCallerIdentity": 1,
  });
  const ofGuest = difference(await asked(guest, true), await asked(guest, false));
  assert.deepEqual(ofGuest, { "sts GetCallerIdentity": 1 });
  // Where CORS hides the answer, the API is asked with GET and HEAD, and a browser sends preflights.
  const hidden = `${config.endpoints.restWithoutCors}/secret`;
  const ofHidden = difference(await asked(alice, true, hidden), await asked(alice, false, hidden));
  const { "restWithoutCors GET /secret": gets, ...others } = difference(ofHidden, ofGuest);
  assert.ok(gets > 0);
  // HEAD at the root is no operation of the API.
  assert.deepEqual(Object.keys(others).sort(), [
    "cognitoIdentity GetCredentialsForIdentity",
    "restWithoutCors unknown",
  ]);
});
