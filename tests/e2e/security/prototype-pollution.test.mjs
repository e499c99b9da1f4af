// A page in which some other script has put things on Object.prototype: none of them becomes an option, a part of a
// declaration, of a call, of a login or of credentials.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
/** The server of whoever polluted the page. */
const elsewhere = useRecorder();

const echo = () => `${at.config.endpoints.rest}/echo/x`;

/**
 * Runs `work(client, url, createClient)` for a client of these options while Object.prototype has these members, and
 * gives how it ended with what the page sent to Cognito.
 */
async function polluted(members, work, { options = at.guest, isLoaded = true } = {}) {
  const asked = [];
  const note = (request) => request.url().includes("cognito-identity") && asked.push(request.postData() ?? "");
  at.page.on("request", note);
  const end = await at.run(
    new Function(
      "sigfetch",
      "given",
      `const prototype = Object.prototype;
      const { createClient } = sigfetch;
      return outcome(async () => {
        // Where the module is there already, nothing but what is read from options and calls can go wrong.
        if (given.isLoaded) await createClient(given.options).credentials().catch(() => {});
        Object.assign(prototype, given.members);
        return (${work})(createClient(given.options), given.url, createClient);
      }).finally(() => { for (const name of Object.keys(given.members)) delete prototype[name]; });`,
    ),
    { members, options, isLoaded, url: echo() },
  );
  at.page.off("request", note);
  return { ...end, asked };
}

const status = "async (aws, url) => (await aws.signedFetch(url)).status";

/** Members that would be options. */
const OPTIONS = () => ({
  endpoints: [{ url: elsewhere.url, service: "execute-api" }],
  wasm: "/pkg/nowhere.wasm",
  logins: { [at.config.loginKey]: at.token },
  identity: "nonsense",
  identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000000",
  // A value that means something to fetch, which reads it too.
  credentials: "same-origin",
  region: "eu-west-1",
  roleArn: "arn:aws:iam::123456789012:role/LocalReports",
  classicFlow: { roleArn: "arn:aws:iam::123456789012:role/LocalUser" },
  allow: [],
  retry: "nonsense",
  timeoutMs: 1,
  rememberIdentity: true,
  shareBetweenTabs: true,
});

for (const name of [
  ...["endpoints", "wasm", "logins", "identity", "identityPoolId", "credentials", "region", "roleArn", "classicFlow"],
  ...["allow", "retry", "timeoutMs", "rememberIdentity", "shareBetweenTabs"],
]) {
  test(`a polluted "${name}" is no option`, async () => {
    await at.page.evaluate(() => localStorage.clear());
    await at.page.reload();
    const end = await polluted(
      { [name]: OPTIONS()[name] },
      "async (aws, url) => [(await aws.signedFetch(url)).status, (await aws.whoami()).role]",
      { isLoaded: name !== "wasm" },
    );
    assert.deepEqual(end.value, [200, "LocalGuest"], `${end.error?.text} ${end.error?.cause}`);
    const bodies = end.asked.join();
    assert.ok(!bodies.includes(at.token) && !bodies.includes("Logins"), "no login was sent");
    assert.deepEqual(await at.page.evaluate(() => ({ ...localStorage })), {});
  });
}

test("a polluted list of endpoints declares nothing", async () => {
  const end = await polluted(
    { endpoints: OPTIONS().endpoints },
    `async (aws, _, createClient) => {
      const client = createClient({ credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s" }, region: "us-east-1" });
      return client.signedFetch("${elsewhere.url}/stolen").then(() => "sent", ({ code }) => code);
    }`,
  );
  assert.equal(end.value, "UNKNOWN_ENDPOINT");
  assert.deepEqual(elsewhere.seen, []);
});

for (const [name, value] of Object.entries({
  signAs: "abc123.execute-api.us-east-1.amazonaws.com/other",
  region: "eu-west-1",
  service: "s3",
  url: "https://example.com",
})) {
  test(`a polluted "${name}" is no member of a declaration`, async () => {
    const end = await polluted({ [name]: value }, status);
    assert.equal(end.value, 200, end.error?.text);
  });
}

test("a declaration without a service does not get a polluted one", async () => {
  const endpoints = [...at.guest.endpoints, { url: elsewhere.url }];
  const end = await polluted({ service: "execute-api" }, status, { options: { ...at.guest, endpoints } });
  assert.equal(end.error?.field, `options.endpoints[${endpoints.length - 1}].service`);
});

for (const [what, aws] of Object.entries({
  "a polluted aws": { service: "s3", region: "eu-west-1", unsignedPayload: true, signAs: "example.com" },
  "a polluted aws that is none": "nonsense",
})) {
  test(`${what} says nothing of a call`, async () => {
    for (const init of ["", ", {}", ", { method: 'POST', body: 'a' }"]) {
      const end = await polluted({ aws }, `async (aws, url) => (await aws.signedFetch(url${init})).status`);
      assert.equal(end.value, 200, end.error?.text);
    }
  });
}

test("polluted members of init.aws are none of it", async () => {
  const members = { unsignedPayload: true, signAs: "example.com/", onProgress: "nonsense", attempts: 0, budgetMs: "x" };
  for (const init of ["{ aws: {} }", "{ aws: { service: 'execute-api', retry: {} }, method: 'POST', body: 'a' }"]) {
    const end = await polluted(members, `async (aws, url) => (await aws.signedFetch(url, ${init})).status`);
    assert.equal(end.value, 200, end.error?.text);
  }
});

test("a polluted identity does not make logins a developer's", async () => {
  const members = { identityId: "us-east-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1ff", token: "a.b.c" };
  const end = await polluted(members, "async (aws) => (await aws.whoami()).role", { options: at.alice });
  assert.equal(end.value, "LocalUser", end.error?.text);
  assert.ok(end.asked.every((body) => !body.includes(members.identityId)));
});

test("a polluted session token does not become one of credentials", async () => {
  const end = await polluted(
    { sessionToken: "known-to-others", expiration: "nonsense", identityId: "us-east-1:0" },
    `async (aws, url, createClient) => {
      const given = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s" };
      const host = "https://abc123.execute-api.us-east-1.amazonaws.com/prod";
      const names = [];
      for (const credentials of [given, () => given]) {
        names.push(...(await createClient({ credentials }).signHeaders(host)).keys());
      }
      return names;
    }`,
  );
  const added = ["authorization", "x-amz-date"];
  assert.deepEqual(end.value, [...added, ...added], end.error?.text);
});

test("a polluted lifetime or method is none of a presigned URL's", async () => {
  const end = await polluted(
    { expiresSeconds: 604_800, headers: { "x-api-key": "k" }, method: "DELETE" },
    "async (aws, url) => aws.presign(url)",
  );
  assert.ok(end.value, end.error?.text);
  const query = new URL(end.value).searchParams;
  assert.deepEqual([query.get("X-Amz-Expires"), query.get("X-Amz-SignedHeaders")], ["900", "host"]);
});

test("polluted variables are none of a GraphQL request's", async () => {
  const bodies = [];
  const note = (request) => request.url().includes("/graphql") && bodies.push(request.postData());
  at.page.on("request", note);
  const end = await polluted(
    { variables: { text: "of others" }, operationName: "Evil" },
    `async (aws) => (await aws.graphql("${at.config.endpoints.graphql}", { query: "{ me { role } }" })).data.me.role`,
  );
  at.page.off("request", note);
  assert.equal(end.value, "LocalGuest", end.error?.text);
  assert.ok(bodies.every((body) => !body || !/of others|Evil/.test(body)));
});
