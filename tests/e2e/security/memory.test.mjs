// What the module holds, and for how long: secrets are wiped when they are forgotten, and cross into JavaScript only where
// that is asked for.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { beforeEach, test } from "node:test";
import { idToken, userNamed } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";
import { countInMemory, watchWasm } from "../support/wasm.mjs";

const at = useSetting({ newPages: true });

let issued;
beforeEach(async () => {
  issued = [];
  at.context.on("response", (response) => {
    const target = response.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith("GetCredentialsForIdentity")) issued.push(response.json().catch(() => undefined));
  });
  await at.page.addInitScript(watchWasm);
  await at.page.reload();
});

/** All sets that Cognito has given since the page was loaded. */
const sets = async () => (await Promise.all(issued)).map((answer) => answer?.Credentials).filter(Boolean);

/** The key that a day's signatures for a service are made with (AWS: Signature Version 4). */
function signingKey(secret, date, region, service) {
  const steps = [date, region, service, "aws4_request"];
  return steps.reduce((key, text) => createHmac("sha256", key).update(text).digest(), `AWS4${secret}`);
}

const today = () => new Date().toISOString().slice(0, 10).replaceAll("-", "");

/** A session of a user who uses everything, and whose credentials are renewed once. */
const session = (options) =>
  at.run(
    async ({ createClient }, { options, url, graphql }) => {
      const aws = (globalThis.aws = createClient(options));
      await aws.signedFetch(url);
      await aws.signedFetch(url, { method: "POST", body: "a" });
      await aws.graphql(graphql, { query: "{ me { role } }" });
      await aws.whoami();
      await aws.presign(url);
      await aws.sign(url);
      await aws.credentials();
      aws.setLogins(options.logins);
      await aws.signedFetch(url);
      aws.signHeadersSync(url);
    },
    { options, url: `${at.config.endpoints.rest}/echo/x`, graphql: at.config.endpoints.graphql },
  );

/** Everything that must not outlive a session, by what it is. */
async function secretsOf(logins = []) {
  const all = await sets();
  assert.ok(all.length >= 2, "there were credentials, and newer ones");
  return [
    ...all.flatMap(({ SecretKey, SessionToken }) => [
      ["a secret key", SecretKey],
      ["a session token", SessionToken],
      ...["execute-api", "appsync", "sts"].map((service) => [
        `a signing key for ${service}`,
        signingKey(SecretKey, today(), "us-east-1", service),
      ]),
    ]),
    ...logins.map((token) => ["a login token", token]),
  ];
}

/** Waits until the module has let go of what it was working with, and says what is still there. */
async function left(secrets) {
  await at.page.waitForTimeout(100);
  const counts = await countInMemory(
    at.page,
    secrets.map(([, value]) => value),
  );
  return secrets.flatMap(([what], nth) => (counts[nth] > 0 ? [`${what}, ${counts[nth]} times`] : []));
}

test("what is looked for is found while it is there", async () => {
  await session(at.alice);
  const [{ SecretKey, SessionToken }] = (await sets()).slice(-1);
  const counts = await countInMemory(at.page, [SecretKey, SessionToken, "a text that nobody has written"]);
  assert.ok(counts[0] > 0 && counts[1] > 0, `${counts}`);
  assert.equal(counts[2], 0);
});

for (const [how, end] of [
  ["signOut", () => globalThis.aws.signOut()],
  ["close", () => globalThis.aws.close()],
]) {
  test(`after ${how}() no secret of the session is left in the module's memory`, async () => {
    await session(at.alice);
    const secrets = await secretsOf([at.token]);
    await at.page.evaluate(end);
    assert.deepEqual(await left(secrets), []);
  });
}

test("credentials that were replaced are not left in the module's memory", async () => {
  await session(at.alice);
  const [{ SecretKey, SessionToken }] = await sets();
  assert.deepEqual(
    await left([
      ["a secret key", SecretKey],
      ["a session token", SessionToken],
    ]),
    [],
  );
});

test("the user before is not left in the module's memory when the next one signs in", async () => {
  await session(at.alice);
  const secrets = await secretsOf([at.token]);
  const bob = await idToken(at.config, userNamed(at.config, "bob"));
  await at.run(
    async (_, logins) => {
      globalThis.aws.setLogins(logins);
      await globalThis.aws.whoami();
    },
    { [at.config.loginKey]: bob },
  );
  assert.deepEqual(await left(secrets), []);
});

test("an id, a date or a signature takes no copy of a secret into JavaScript", async () => {
  await session(at.alice);
  const [{ SecretKey, SessionToken }] = (await sets()).slice(-1);
  const crossed = await at.run(async (_, url) => {
    const { aws, wasm } = globalThis;
    const during = async (work) => {
      wasm.decoded.length = 0;
      await work();
      return wasm.decoded.join("\n");
    };
    return {
      "the identity's id": await during(() => aws.identityId()),
      "the clock": await during(() => aws.clock.offset),
      headers: await during(() => aws.signHeaders(url)),
      "headers at once": await during(() => aws.signHeadersSync(url)),
      "a presigned URL": await during(() => aws.presign(url)),
      "who it is": await during(() => aws.whoami()),
    };
  }, `${at.config.endpoints.rest}/items`);
  for (const [what, text] of Object.entries(crossed)) {
    assert.ok(!text.includes(SecretKey), `${what}: the secret key crossed`);
    if (/id|clock/.test(what)) assert.ok(!text.includes(SessionToken), `${what}: the session token crossed`);
  }
});
