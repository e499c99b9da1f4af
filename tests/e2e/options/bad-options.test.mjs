// Options that cannot work: every method says which, and createClient itself never throws.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

const POOL = "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
const KEY = "cognito-idp.us-east-1.amazonaws.com/us-east-1_LocalPool";
const ROLE = "arn:aws:iam::123456789012:role/LocalUser";
const endpoint = (more) => ({ endpoints: [{ url: "https://api.example.com", service: "execute-api", ...more }] });

/** What is given as options, in JavaScript because not all of it is JSON; and the field to be named. */
const BAD = [
  ["undefined", "options"],
  ["null", "options"],
  ["'us-east-1'", "options.identityPoolId"],
  ["{}", "options.identityPoolId"],
  ["{ identityPoolId: '' }", "options.identityPoolId"],
  ["{ identityPoolId: null }", "options.identityPoolId"],
  ["{ identityPoolId: 7 }", "options.identityPoolId"],
  ["{ identityPoolId: 'us-east-1_LocalPool' }", "options.identityPoolId", /user pool/],
  [
    "{ identityPoolId: 'arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0' }",
    "options.identityPoolId",
    /ARN/,
  ],
  ["{ identityPoolId: 'nonsense' }", "options.identityPoolId"],
  ["{ identityPoolId: 'mars-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0' }", "options.identityPoolId"],
  ["{ identityPoolId: 'us-east-1:0F1E2D3C-4B5A-4678-8796-A5B4C3D2E1F0' }", "options.identityPoolId"],
  [`{ identityPoolId: ' ${POOL}' }`, "options.identityPoolId"],
  [`{ identityPoolId: '${POOL}', credentials: () => ({}) }`, "options.credentials"],
  ["{ credentials: 'AKIA' }", "options.credentials"],
  [`{ identityPoolId: '${POOL}', region: 'moon' }`, "options.region"],
  [`{ identityPoolId: '${POOL}', region: 7 }`, "options.region"],
  [`{ identityPoolId: '${POOL}', timeoutMs: 0 }`, "options.timeoutMs"],
  [`{ identityPoolId: '${POOL}', timeoutMs: NaN }`, "options.timeoutMs"],
  [`{ identityPoolId: '${POOL}', timeoutMs: Infinity }`, "options.timeoutMs"],
  ...["'soon'", "'1000'", "true", "null", "[1000]", "1500.5", "-1", "2 ** 53", "{ valueOf: () => 1000 }"].map(
    (timeoutMs) => [`{ identityPoolId: '${POOL}', timeoutMs: ${timeoutMs} }`, "options.timeoutMs"],
  ),
  [`{ identityPoolId: '${POOL}', logins: 'token' }`, "options.logins"],
  [`{ identityPoolId: '${POOL}', logins: ['token'] }`, "options.logins"],
  [`{ identityPoolId: '${POOL}', logins: { '${KEY}': undefined } }`, `options.logins["${KEY}"]`],
  [`{ identityPoolId: '${POOL}', logins: { '${KEY}': '' } }`, `options.logins["${KEY}"]`],
  [`{ identityPoolId: '${POOL}', logins: { 'https://issuer.example': 'token' } }`, "options.logins"],
  [
    `{ identityPoolId: '${POOL}', logins: Object.fromEntries(Array.from({ length: 11 }, (_, at) => ['p' + at, 't'])) }`,
    "options.logins",
    /ten/,
  ],
  [`{ identityPoolId: '${POOL}', logins: { '': 'token' } }`, "options.logins", /1 to 128/],
  [`{ identityPoolId: '${POOL}', logins: { ['x'.repeat(129)]: 'token' } }`, "options.logins", /1 to 128/],
  ...[
    ["identity: {}", "identity"],
    ["identity: 'token'", "identity"],
    [`identity: () => undefined, logins: { '${KEY}': 'token' }`, "identity"],
    ["roleArn: ''", "roleArn"],
    ["roleArn: 7", "roleArn"],
    ["roleArn: 'LocalReports'", "roleArn"],
    ["roleArn: 'arn:aws:iam::123456789012:user/alice'", "roleArn"],
    [`roleArn: '${ROLE}', classicFlow: { roleArn: '${ROLE}' }`, "roleArn"],
    ["classicFlow: true", "classicFlow"],
    ["classicFlow: null", "classicFlow"],
    ["classicFlow: {}", "classicFlow.roleArn"],
    ["classicFlow: { roleArn: 'Reader' }", "classicFlow.roleArn"],
    [`classicFlow: { roleArn: '${ROLE}', roleSessionName: '' }`, "classicFlow.roleSessionName"],
    [`classicFlow: { roleArn: '${ROLE}', roleSessionName: 'a name' }`, "classicFlow.roleSessionName"],
    [`classicFlow: { roleArn: '${ROLE}', durationSeconds: 60 }`, "classicFlow.durationSeconds"],
    [`classicFlow: { roleArn: '${ROLE}', durationSeconds: 900.5 }`, "classicFlow.durationSeconds"],
    [`classicFlow: { roleArn: '${ROLE}', durationSeconds: '1h' }`, "classicFlow.durationSeconds"],
    [`classicFlow: { roleArn: '${ROLE}', policy: 7 }`, "classicFlow.policy"],
    [`classicFlow: { roleArn: '${ROLE}', policy: 'x'.repeat(2049) }`, "classicFlow.policy"],
    [`classicFlow: { roleArn: '${ROLE}', policy: { toJSON() { throw new Error() } } }`, "classicFlow.policy"],
    ["rememberIdentity: 'yes'", "rememberIdentity"],
    ["rememberIdentity: { getItem() {} }", "rememberIdentity"],
    ["shareBetweenTabs: 'yes'", "shareBetweenTabs"],
  ].map(([more, field]) => [`{ identityPoolId: '${POOL}', ${more} }`, `options.${field}`]),
  ...[
    ["identity: () => undefined", "identity"],
    [`roleArn: '${ROLE}'`, "roleArn"],
    [`classicFlow: { roleArn: '${ROLE}' }`, "classicFlow"],
    ["rememberIdentity: true", "rememberIdentity"],
    ["shareBetweenTabs: true", "shareBetweenTabs"],
  ].map(([more, field]) => [`{ credentials: () => ({}), ${more} }`, `options.${field}`]),
  [`{ identityPoolId: '${POOL}', endpoints: {} }`, "options.endpoints"],
  [`{ identityPoolId: '${POOL}', endpoints: [null] }`, /^options\.endpoints\[0\]\./],
  [`{ identityPoolId: '${POOL}', endpoints: ['https://api.example.com'] }`, /^options\.endpoints\[0\]\./],
  ...[
    [endpoint({ url: "nonsense" }), "url"],
    [endpoint({ url: "/relative" }), "url"],
    [endpoint({ url: undefined }), "url"],
    [endpoint({ url: "http://api.example.com" }), "url"],
    [endpoint({ url: "ftp://api.example.com" }), "url"],
    [endpoint({ service: "" }), "service"],
    [endpoint({ service: 7 }), "service"],
    [endpoint({ region: "moon" }), "region"],
    [endpoint({ region: 7 }), "region"],
    [endpoint({ signAs: 7 }), "signAs"],
  ].map(([more, field]) => [
    JSON.stringify({ identityPoolId: POOL, ...more }).replace('{"service"', '{"url":undefined,"service"'),
    `options.endpoints[0].${field}`,
  ]),
];

for (const [given, field, says] of BAD) {
  test(`createClient(${given.replace(POOL, "…")}) names ${field}`, async () => {
    const ends = await at.run(
      new Function(
        "sigfetch",
        `const client = sigfetch.createClient(${given});
        const url = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod";
        return Promise.all([client.credentials(), client.signedFetch(url), client.whoami()].map(outcome));`,
      ),
    );
    const facts = { retryable: false, ...(field instanceof RegExp && { field }), ...(says && { message: says }) };
    for (const end of ends) {
      assertRefused(end, "INVALID_OPTION", facts);
      if (!(field instanceof RegExp)) assert.equal(end.error.field, field);
      assert.ok(end.error.message.startsWith(end.error.field), end.error.message);
    }
    assert.equal((await at.aws.stats()).calls.cognitoIdentity, undefined);
  });
}

test("a value is never shown, as it may be a secret that went into the wrong option", async () => {
  const secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";
  const ends = await at.run(
    async ({ createClient }, secret) =>
      Promise.all(
        [
          { identityPoolId: secret },
          { credentials: secret },
          { identityPoolId: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0", region: secret },
          { identityPoolId: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0", logins: secret },
          { credentials: {}, endpoints: [{ url: secret, service: "s3" }] },
        ].map((options) => outcome(createClient(options).credentials())),
      ),
    secret,
  );
  for (const end of ends) assertRefused(end, "INVALID_OPTION", {}, [secret]);
});

test("setLogins refuses what cannot be logins and leaves the client as it was", async () => {
  const seen = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const before = await aws.identityId();
    const bad = ["token", 7, ["token"], { a: 7 }, { a: "" }, { a: undefined }];
    const ends = await Promise.all(bad.map((logins) => outcome(() => aws.setLogins(logins))));
    return { ends, same: (await aws.identityId()) === before, role: (await aws.whoami()).role };
  }, at.alice);
  for (const end of seen.ends) assertRefused(end, "INVALID_OPTION", { field: /^options\.logins/ });
  assert.equal(seen.same, true);
  assert.equal(seen.role, "LocalUser");
});

test("what is changed in the options after createClient changes nothing", async () => {
  const role = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    options.identityPoolId = "nonsense";
    options.endpoints.forEach((entry) => (entry.url = "nonsense"));
    options.endpoints.length = 0;
    for (const key of Object.keys(options.logins)) delete options.logins[key];
    return (await aws.whoami()).role;
  }, at.alice);
  assert.equal(role, "LocalUser");
});
