// Users who change while calls are under way: nothing of one is done or sent in the name of the next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COGNITO, hold } from "./browser.mjs";
import { idToken, userNamed } from "./local.mjs";
import { assertRefused } from "./outcome.mjs";
import { useSetting } from "./setting.mjs";

const at = useSetting();

test("what waits for credentials ends with SIGNED_OUT at once, and is never sent", async () => {
  const release = await hold(at.page, COGNITO);
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const calls = [aws.signedFetch(url), aws.credentials(), aws.identityId(), aws.sign(url), aws.whoami()];
      const ends = Promise.all(calls.map(outcome));
      await new Promise((resolve) => setTimeout(resolve, 200));
      aws.signOut();
      return ends;
    },
    { options: at.alice, url: `${at.config.endpoints.rest}/items` },
  );
  await release();
  for (const end of ends) assertRefused(end, "SIGNED_OUT", { retryable: false });
  const { calls } = await at.aws.stats();
  assert.deepEqual([calls.rest, calls.sts], [undefined, undefined]);
});

for (const state of ["new", "warm"]) {
  test(`a call made just before signing out on a ${state} client is not sent for the next one`, async () => {
    const seen = await at.run(
      async ({ createClient }, { options, url, state }) => {
        const aws = createClient(options);
        if (state === "warm") await aws.identityId();
        const body = "of the one who left";
        const ends = [outcome(aws.signedFetch(url, { method: "POST", body })), outcome(aws.sign(url))];
        ends.push(outcome(aws.credentials()), outcome(aws.identityId()));
        aws.signOut();
        return Promise.all(ends);
      },
      { options: at.alice, url: `${at.config.endpoints.rest}/echo/x`, state },
    );
    for (const end of seen) assertRefused(end, "SIGNED_OUT");
    const { calls } = await at.aws.stats();
    assert.equal(calls.rest, undefined);
  });
}

test("signing out at any moment of a call ends it well or with SIGNED_OUT", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const wrong = [];
      for (const call of ["credentials", "identityId", "sign"]) {
        for (let moments = 0; moments < 25; moments += 1) {
          const aws = createClient(options);
          await aws.identityId();
          const end = outcome(aws[call](url));
          for (let moment = 0; moment < moments; moment += 1) await undefined;
          aws.signOut();
          const { error } = await end;
          if (error && error.code !== "SIGNED_OUT") wrong.push(`${call} after ${moments} moments: ${error.text}`);
        }
      }
      return wrong;
    },
    {
      options: { credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "s", identityId: "i" } },
      url: "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod",
    },
  );
  assert.deepEqual(seen, []);
});

test("other logins at any moment of a call never end it", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins, url }) => {
      const wrong = [];
      const aws = createClient(options);
      await aws.identityId();
      for (const call of ["credentials", "identityId", "sign"]) {
        for (let moments = 0; moments < 12; moments += 1) {
          await aws.identityId();
          const end = outcome(aws[call](url));
          for (let moment = 0; moment < moments; moment += 1) await undefined;
          aws.setLogins(logins);
          const { error } = await end;
          if (error) wrong.push(`${call} after ${moments} moments: ${error.text}`);
        }
      }
      return wrong;
    },
    { options: at.guest, logins: at.alice.logins, url: at.config.endpoints.rest },
  );
  assert.deepEqual(seen, []);
});

test("a login of the user before is never sent for the one after", async () => {
  const other = await idToken(at.config, userNamed(at.config, "bob"));
  const bodies = [];
  const note = (request) => bodies.push(request.postData() ?? "");
  at.page.on("request", note);
  const end = await at.run(
    async ({ createClient }, { options, key, alice, bob }) => {
      let tellToken;
      const slow = () => new Promise((resolve) => (tellToken = resolve));
      // The second name is refused, but only after the first was taken in.
      const aws = createClient({ ...options, logins: { [key]: slow, "https://not.a.name": "token" } });
      const before = outcome(aws.credentials());
      while (!tellToken) await new Promise((resolve) => setTimeout(resolve, 1));
      let tellOther;
      aws.setLogins({ [key]: () => new Promise((resolve) => (tellOther = resolve)) });
      const after = outcome(aws.whoami());
      while (!tellOther) await new Promise((resolve) => setTimeout(resolve, 1));
      tellToken(alice);
      await new Promise((resolve) => setTimeout(resolve, 20));
      tellOther(bob);
      await before;
      return after;
    },
    { options: at.guest, key: at.config.loginKey, alice: at.token, bob: other },
  );
  at.page.off("request", note);
  assert.equal(end.value?.role, "LocalUser", end.error?.text);
  assert.ok(bodies.some((body) => body.includes(other)));
  assert.deepEqual(
    bodies.filter((body) => body.includes(at.token)),
    [],
  );
});
