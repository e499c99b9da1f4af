// The main job in a real browser against the local AWS, which verifies every signature.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { startAll } from "../../scripts/start.mjs";
import { openBrowser } from "./browser.mjs";
import { controls, endpoints, idToken } from "./local.mjs";

let all, aws, browser, config, guest, user;

before(async () => {
  all = await startAll();
  aws = controls(all.localAwsUrl);
  config = await aws.config();
  browser = await openBrowser(all.pageUrl);
});
after(async () => {
  await browser?.close();
  await all?.stop();
});
beforeEach(async () => {
  await aws.reset();
  guest = { identityPoolId: config.identityPoolId, endpoints: endpoints(config) };
  const token = await idToken(config, config.users[0]);
  user = { ...guest, logins: { [config.loginKey]: token } };
});

/** How often Cognito was asked since the last reset. */
async function cognitoCalls() {
  const { calls } = await aws.stats();
  const count = (operation) =>
    Object.entries(calls["cognito-identity"]?.[operation] ?? {}).reduce((sum, [, times]) => sum + times, 0);
  return { getId: count("GetId"), getCredentials: count("GetCredentialsForIdentity") };
}

test("a guest's signed GET and POST are accepted", async () => {
  const answers = await browser.run(
    async ({ createClient }, { options, rest }) => {
      const aws = createClient(options);
      const read = await aws.signedFetch(`${rest}/items`);
      const made = await aws.signedFetch(`${rest}/items`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Zoë ☂" }),
      });
      return { read: [read.status, await read.json()], made: [made.status, await made.json()], id: await aws.identityId() };
    },
    { options: guest, rest: config.endpoints.rest },
  );
  console.error(JSON.stringify(answers.made));
  assert.equal(answers.read[0], 200);
  assert.equal(answers.made[0], 201);
  assert.equal(answers.made[1].name, "Zoë ☂");
  assert.match(answers.id, /^us-east-1:[0-9a-f-]{36}$/);
});
