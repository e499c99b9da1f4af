// Every way to say who somebody is to Cognito, and every way to credentials.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COGNITO } from "../support/browser.mjs";
import { idToken, userNamed } from "../support/local.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

const roleArn = (name) => `arn:aws:iam::123456789012:role/${name}`;

/** How often each operation of a service was asked for, whatever came of it. */
async function asked(service) {
  const calls = (await at.aws.stats()).calls[service] ?? {};
  const count = (outcomes) => Object.values(outcomes).reduce((sum, times) => sum + times, 0);
  return Object.fromEntries(Object.entries(calls).map(([operation, outcomes]) => [operation, count(outcomes)]));
}

/** The developer's backend: an identity and a token for one of its own users. */
async function developerIdentity(user, identityPoolId = at.config.identityPoolId) {
  const { IdentityId, Token } = await at.aws.developerToken({ identityPoolId, user });
  return { identityId: IdentityId, token: Token };
}

test("one function for all logins is asked at each round, and nothing means a guest", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins }) => {
      let current;
      let asked = 0;
      const aws = createClient({ ...options, logins: async () => ((asked += 1), current) });
      const who = async () => [await aws.identityId(), (await aws.whoami()).role];
      const guest = await who();
      current = logins;
      aws.setLogins(() => ((asked += 1), current));
      const user = await who();
      return { guest, user, asked };
    },
    { options: at.guest, logins: at.alice.logins },
  );
  assert.deepEqual([seen.guest[1], seen.user[1]], ["LocalGuest", "LocalUser"]);
  assert.equal(seen.user[0], seen.guest[0]);
  assert.equal(seen.asked, 2);
});

test("a function for all logins may hold functions, and what it gives wrong is LOGINS_FAILED", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, key, token }) => {
      const given = [
        () => ({ [key]: async () => token }),
        () => {
          throw new Error("no session");
        },
        () => "a text",
        () => [token],
        () => ({ [key]: 7 }),
        () => ({ [key]: undefined }),
      ];
      return Promise.all(given.map((logins) => outcome(createClient({ ...options, logins }).identityId())));
    },
    { options: at.guest, key: at.config.loginKey, token: at.token },
  );
  assert.match(ends[0].value, /^us-east-1:/);
  for (const end of ends.slice(1, 4)) assertRefused(end, "LOGINS_FAILED", { field: "options.logins" }, [at.token]);
  for (const end of ends.slice(4))
    assertRefused(end, "LOGINS_FAILED", { field: `options.logins["${at.config.loginKey}"]` });
});

test("several logins go to Cognito together, and one bad one fails the call", async () => {
  const { token, identityId } = await developerIdentity("dora");
  const bodies = [];
  const note = (request) => bodies.push(request.postData() ?? "");
  at.page.on("request", note);
  const end = await at.run(
    async ({ createClient }, { options, logins }) => outcome(createClient({ ...options, logins }).credentials()),
    { options: at.guest, logins: { ...at.alice.logins, "accounts.google.com": "not a token" } },
  );
  at.page.off("request", note);
  assertRefused(end, "LOGIN_REJECTED", { retryable: false }, [at.token, "not a token"]);
  const { Logins } = JSON.parse(bodies.find((body) => body.includes("Logins")));
  assert.deepEqual(Logins, { [at.config.loginKey]: at.token, "accounts.google.com": "not a token" });
  assert.ok(token && identityId);
});

test("whom the developer's backend names needs no GetId, and is asked for anew at each round", async () => {
  const given = await developerIdentity("dora");
  const seen = await at.run(
    async ({ createClient }, { options, given }) => {
      let asked = 0;
      globalThis.aws = createClient({ ...options, identity: async () => ((asked += 1), given) });
      const first = [await globalThis.aws.identityId(), (await globalThis.aws.whoami()).role];
      globalThis.aws.setLogins(() => ((asked += 1), given));
      return { first, again: await globalThis.aws.identityId(), asked };
    },
    { options: at.guest, given },
  );
  assert.deepEqual(seen.first, [given.identityId, "LocalUser"]);
  assert.deepEqual([seen.again, seen.asked], [given.identityId, 2]);
  assert.deepEqual(await asked("cognitoIdentity"), { GetCredentialsForIdentity: 2 });
});

test("the key of the developer's token is its issuer without https://, whatever the region makes of it", async () => {
  const sent = [];
  await at.page.route(COGNITO, (route) => {
    sent.push(JSON.parse(route.request().postData()));
    return route.abort();
  });
  const issuers = [
    "https://cognito-identity.amazonaws.com",
    "cognito-identity.eu-south-1.amazonaws.com",
    "https://cognito-identity.cn-north-1.amazonaws.com.cn",
    "https://issuer.example/r\u00e9alm",
  ];
  const token = (claims) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
  const ends = await at.run(
    async ({ createClient }, { options, tokens }) => {
      const identity = (token) => () => ({ identityId: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1ff", token });
      const calls = tokens.map((token) => createClient({ ...options, identity: identity(token) }).credentials());
      return Promise.all(calls.map(outcome));
    },
    { options: { ...at.guest, timeoutMs: 5_000 }, tokens: issuers.map((iss) => token({ iss, sub: "\u00fc?>" })) },
  );
  await at.page.unroute(COGNITO);
  ends.forEach((end) => assertRefused(end, "NETWORK", { retryable: true }));
  const keys = new Set(sent.flatMap(({ Logins }) => Object.keys(Logins)));
  assert.deepEqual([...keys].sort(), issuers.map((issuer) => issuer.replace("https://", "")).sort());
});

test("what an identity function gives wrong is LOGINS_FAILED and names the option", async () => {
  const ends = await at.run(async ({ createClient }, options) => {
    const identityId = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1ff";
    const given = [
      { identityId },
      { identityId: "", token: "x.y.z" },
      { identityId: 7, token: "x.y.z" },
      { identityId, token: "secret-token" },
      { identityId, token: "h.bm90IGpzb24.s" },
      { identityId, token: `h.${btoa("{}")}.s` },
      { identityId, token: 7 },
      { identityId, logins: {} },
      7,
    ];
    const calls = given.map((identity) => createClient({ ...options, identity: () => identity }).credentials());
    calls.push(createClient({ ...options, identity: () => Promise.reject(new Error("503")) }).credentials());
    return Promise.all(calls.map(outcome));
  }, at.guest);
  for (const end of ends) assertRefused(end, "LOGINS_FAILED", { field: "options.identity" }, ["secret-token"]);
  assert.equal(ends.at(-1).error.cause, "Error: 503");
  assert.deepEqual(await asked("cognitoIdentity"), {});
});

test("an identity that the backend gives and Cognito has lost is IDENTITY_LOST, and is not replaced", async () => {
  const given = await developerIdentity("dora");
  await at.aws.faults({ deleteIdentity: given.identityId });
  const end = await at.run(
    async ({ createClient }, { options, given }) =>
      outcome(createClient({ ...options, identity: () => given }).credentials()),
    { options: at.guest, given },
  );
  assertRefused(end, "IDENTITY_LOST", { advice: /identity/, serviceError: "ResourceNotFoundException" }, [given.token]);
  assert.deepEqual(await asked("cognitoIdentity"), { GetCredentialsForIdentity: 1 });
});

test("after a sign-out the developer's function is forgotten, and setLogins takes it again", async () => {
  const given = await developerIdentity("dora");
  const seen = await at.run(
    async ({ createClient }, { options, given }) => {
      const aws = createClient({ ...options, identity: () => given });
      const who = async () => [await aws.identityId(), (await aws.whoami()).role];
      const first = await who();
      aws.signOut();
      const guest = await who();
      aws.setLogins(() => given);
      return [first, guest, await who()];
    },
    { options: at.guest, given },
  );
  assert.deepEqual(seen[0], [given.identityId, "LocalUser"]);
  assert.equal(seen[1][1], "LocalGuest");
  assert.notEqual(seen[1][0], given.identityId);
  assert.deepEqual(seen[2], seen[0]);
});

test("a role that the token claims can be asked for, and another one is refused", async () => {
  const token = await idToken(at.config, userNamed(at.config, "carol"));
  const [reports, other] = await at.run(
    async ({ createClient }, { options, roles }) =>
      Promise.all(roles.map((roleArn) => outcome(createClient({ ...options, roleArn }).whoami()))),
    {
      options: { ...at.guest, logins: { [at.config.loginKey]: token } },
      roles: [roleArn("LocalReports"), roleArn("LocalUser")],
    },
  );
  assert.equal(reports.value?.role, "LocalReports", reports.error?.text);
  assertRefused(other, "REFUSED", { serviceError: "NotAuthorizedException" }, [token]);
});

const classic = (more) => ({
  ...at.guest,
  identityPoolId: at.config.identityPoolIdClassic,
  classicFlow: { roleArn: roleArn("LocalGuest"), ...more },
});

test("the classic flow gives a guest the role that is named, and its credentials sign", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const { status } = await aws.signedFetch(url);
      const { expiration, identityId } = await aws.credentials();
      return { status, left: expiration - Date.now(), identityId, who: await aws.whoami() };
    },
    { options: classic(), url: `${at.config.endpoints.rest}/items` },
  );
  assert.equal(seen.status, 200);
  assert.ok(Math.abs(seen.left - 3_600_000) < 10_000, String(seen.left));
  assert.match(seen.identityId, /^us-east-1:/);
  assert.equal(seen.who.arn, "arn:aws:sts::123456789012:assumed-role/LocalGuest/sigfetch");
  assert.deepEqual(await asked("cognitoIdentity"), { GetId: 1, GetOpenIdToken: 1 });
});

test("the classic flow takes session name and duration, and renews without another GetId", async () => {
  const flow = { roleArn: roleArn("LocalUser"), roleSessionName: "alice@example.com", durationSeconds: 900 };
  const seen = await at.run(
    async ({ createClient }, options) => {
      const aws = createClient(options);
      const { arn } = await aws.whoami();
      const { expiration, accessKeyId } = await aws.credentials();
      const left = expiration - Date.now();
      aws.setLogins(options.logins);
      return { arn, left, renewed: (await aws.credentials()).accessKeyId !== accessKeyId };
    },
    { ...classic(flow), logins: at.alice.logins },
  );
  assert.equal(seen.arn, "arn:aws:sts::123456789012:assumed-role/LocalUser/alice@example.com");
  assert.ok(Math.abs(seen.left - 900_000) < 10_000, String(seen.left));
  assert.equal(seen.renewed, true);
  assert.deepEqual(await asked("cognitoIdentity"), { GetId: 1, GetOpenIdToken: 2 });
});

test("the request to STS is a form that needs no preflight, with the policy as it was given", async () => {
  const sent = [];
  const note = (request) => request.url().includes("//sts.") && sent.push(request);
  at.page.on("request", note);
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  await at.run(async ({ createClient }, options) => createClient(options).credentials(), classic({ policy }));
  at.page.off("request", note);
  assert.deepEqual(
    sent.map((request) => request.method()),
    ["POST"],
  );
  const form = new URLSearchParams(sent[0].postData());
  assert.deepEqual([form.get("Action"), form.get("Version")], ["AssumeRoleWithWebIdentity", "2011-06-15"]);
  assert.deepEqual(JSON.parse(form.get("Policy")), policy);
  assert.equal(form.has("DurationSeconds"), false);
});

test("a developer's user can go the classic way too", async () => {
  const given = await developerIdentity("dora", at.config.identityPoolIdClassic);
  const seen = await at.run(
    async ({ createClient }, { options, given }) => {
      const aws = createClient({ ...options, identity: () => given });
      return [await aws.identityId(), (await aws.whoami()).role];
    },
    { options: classic({ roleArn: roleArn("LocalUser") }), given },
  );
  assert.deepEqual(seen, [given.identityId, "LocalUser"]);
});

test("what stands against the classic flow is said", async () => {
  const ends = await at.run(
    async ({ createClient }, cases) =>
      Promise.all(cases.map((options) => outcome(createClient(options).credentials()))),
    [
      { ...classic(), identityPoolId: at.config.identityPoolId },
      { ...classic(), identityPoolId: at.config.identityPoolIdWithoutAppSync },
      classic({ roleArn: roleArn("LocalUser") }),
      classic({ roleArn: roleArn("Nobody") }),
    ],
  );
  assertRefused(ends[0], "POOL_MISCONFIGURED", { advice: /classic/ });
  assertRefused(ends[1], "POOL_MISCONFIGURED", { advice: /classic/ });
  for (const end of ends.slice(2)) {
    assertRefused(end, "POOL_MISCONFIGURED", { serviceError: "AccessDenied", status: 403, advice: /trust/ });
  }
});

test("an identity that is lost on the classic way is replaced once", async () => {
  const first = await at.run(
    async ({ createClient }, options) => (globalThis.aws = createClient(options)).identityId(),
    classic(),
  );
  await at.aws.faults({ deleteIdentity: first });
  const after = await at.run(() => {
    globalThis.aws.setLogins(undefined);
    return globalThis.aws.identityId();
  });
  assert.notEqual(after, first);
  assert.deepEqual(await asked("cognitoIdentity"), { GetId: 2, GetOpenIdToken: 3 });
});

test("STS throttled is waited out", async () => {
  await at.aws.faults({ throttle: { service: "sts", times: 2 } });
  const { value } = await at.run(
    async ({ createClient }, options) => outcome(createClient(options).credentials()),
    classic(),
  );
  assert.match(value.accessKeyId, /^ASIA/);
  assert.equal((await asked("sts")).AssumeRoleWithWebIdentity, 3);
});

test("an identity change tells the old id and the new one", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins }) => {
      const known = await createClient({ ...options, logins }).identityId();
      const aws = createClient(options);
      const told = [];
      aws.addEventListener("identitychange", ({ detail }) => told.push(detail));
      const guest = await aws.identityId();
      aws.setLogins(logins);
      await aws.identityId();
      aws.setLogins(logins);
      await aws.identityId();
      aws.signOut();
      return { known, guest, told, after: await aws.identityId() };
    },
    { options: at.guest, logins: at.alice.logins },
  );
  const { known, guest, after } = seen;
  assert.deepEqual(seen.told, [
    { current: guest },
    { previous: guest, current: known },
    { previous: known },
    { current: after },
  ]);
});

test("Cognito is asked at its own host in every partition, with the logins as they are given", async () => {
  const sent = [];
  const known = "0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
  const cognito = "https://cognito-identity.*/**";
  await at.page.route(cognito, (route) => {
    const request = route.request();
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (request.method() === "OPTIONS") return route.fulfill({ headers });
    const { IdentityPoolId, IdentityId = IdentityPoolId, Logins } = JSON.parse(request.postData());
    sent.push({ url: request.url(), operation: request.headers()["x-amz-target"].split(".")[1], Logins });
    const Expiration = Date.now() / 1_000 + 3_600;
    const Credentials = { AccessKeyId: "ASIAEXAMPLE", SecretKey: "s", SessionToken: "t", Expiration };
    return route.fulfill({ headers, json: { IdentityId, ...(IdentityPoolId ? {} : { Credentials }) } });
  });
  const odd = { "issuer.example/re\u00e9lm": '"\\\u00fc\u{1f600}/', "accounts.google.com": "a.b.c", 7: "<&>" };
  for (const region of ["us-east-1", "ap-southeast-7", "mx-central-1", "il-central-1", "us-gov-west-1", "cn-north-1"]) {
    for (const logins of [undefined, odd]) {
      const identityPoolId = `${region}:${known}`;
      const id = await at.run(({ createClient }, options) => createClient(options).identityId(), {
        identityPoolId,
        ...(logins && { logins }),
      });
      assert.equal(id, identityPoolId);
      const url = `https://cognito-identity.${region}.amazonaws.com${region === "cn-north-1" ? ".cn" : ""}/`;
      assert.deepEqual(
        sent.splice(0).map(({ Logins, ...request }) => ({ ...request, Logins: Logins ?? {} })),
        ["GetId", "GetCredentialsForIdentity"].map((operation) => ({ url, operation, Logins: logins ?? {} })),
      );
    }
  }
  await at.page.unroute(cognito);
});
