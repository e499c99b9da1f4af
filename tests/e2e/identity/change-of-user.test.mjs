// Users who change while calls are under way: nothing of one is done or sent in the name of the next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COGNITO, hold } from "../support/browser.mjs";
import { idToken, userNamed } from "../support/local.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

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

test("a guest who signs in at any moment of a call never ends it", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins, url }) => {
      const wrong = [];
      for (const call of ["credentials", "identityId", "sign"]) {
        for (let moments = 0; moments < 12; moments += 1) {
          const aws = createClient(options);
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

/** Calls of every kind, each with what AWS would see of it if it were sent. */
const CALLS = {
  signedFetch: (aws, url) => aws.signedFetch(url, { method: "POST", body: "of the one who left" }),
  "signedFetch of a file": (aws, url) =>
    aws.signedFetch(url, { method: "POST", body: new Blob(["of the one who left"]) }),
  sign: (aws, url) => aws.sign(url),
  signHeaders: (aws, url) => aws.signHeaders(url),
  presign: (aws, url) => aws.presign(url),
  graphql: (aws, _, graphql) => aws.graphql(graphql, { query: "{ me { role } }" }),
  credentials: (aws) => aws.credentials(),
  identityId: (aws) => aws.identityId(),
  whoami: (aws) => aws.whoami(),
};

const places = () => ({ url: `${at.config.endpoints.rest}/echo/x`, graphql: at.config.endpoints.graphql });

/** Starts a call of every kind, which wait for Cognito, and then has `next` sign in. Gives how each ended. */
async function signInMeanwhile(options, next) {
  const release = await hold(at.page, COGNITO);
  await at.run(
    async ({ createClient }, { options, calls, places: { url, graphql }, next }) => {
      const aws = createClient(options);
      globalThis.ends = Promise.all(
        Object.values(calls).map((call) => outcome(new Function(`return ${call}`)()(aws, url, graphql))),
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      aws.setLogins(next);
    },
    {
      options,
      calls: Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, String(call)])),
      places: places(),
      next,
    },
  );
  await release();
  return at.page.evaluate(async () => (await globalThis.ends).map(({ value, error }) => ({ value: !!value, error })));
}

for (const who of ["another user", "nobody"]) {
  test(`a call of one user that waits while ${who} signs in ends with SIGNED_OUT, and is not sent as theirs`, async () => {
    const bob = { [at.config.loginKey]: await idToken(at.config, userNamed(at.config, "bob")) };
    const ends = await signInMeanwhile(at.alice, who === "nobody" ? undefined : bob);
    for (const end of ends) assertRefused(end, "SIGNED_OUT", { retryable: false });
    const { calls } = await at.aws.stats();
    assert.deepEqual([calls.rest, calls.graphql, calls.sts], [undefined, undefined, undefined]);
  });
}

test("a call of a guest that waits goes on as the user who signs in", async () => {
  const ends = await signInMeanwhile(at.guest, at.alice.logins);
  assert.deepEqual(
    ends.map(({ error }) => error?.text),
    Object.keys(CALLS).map(() => undefined),
  );
  const { calls } = await at.aws.stats();
  assert.equal(calls.rest["POST /echo/{proxy+}"].ok, 2);
});

test("a call that waits to be tried again is not tried again as the next user's", async () => {
  const bob = { [at.config.loginKey]: await idToken(at.config, userNamed(at.config, "bob")) };
  await at.aws.faults({ throttle: { service: "rest", retryAfter: 1 } });
  const end = await at.run(
    async ({ createClient }, { options, url, bob }) => {
      const aws = createClient(options);
      const isWaiting = new Promise((resolve) => aws.addEventListener("retry", resolve, { once: true }));
      const end = outcome(aws.signedFetch(url, { method: "POST", body: "of the one who left" }));
      await isWaiting;
      aws.setLogins(bob);
      return end;
    },
    { options: at.alice, url: places().url, bob },
  );
  assertRefused(end, "SIGNED_OUT");
  assert.deepEqual((await at.aws.stats()).calls.rest, { "POST /echo/{proxy+}": { TooManyRequestsException: 1 } });
});

test("a call whose body is still hashed is not sent as the next user's", async () => {
  const bob = { [at.config.loginKey]: await idToken(at.config, userNamed(at.config, "bob")) };
  const end = await at.run(
    async ({ createClient }, { options, url, bob }) => {
      const aws = createClient(options);
      await aws.credentials();
      let pull;
      const body = new ReadableStream({ pull: (to) => new Promise((resolve) => (pull = () => resolve(to.close()))) });
      const end = outcome(aws.signedFetch(url, { method: "POST", body, duplex: "half" }));
      while (!pull) await new Promise((resolve) => setTimeout(resolve, 1));
      aws.setLogins(bob);
      pull();
      return end;
    },
    { options: at.alice, url: places().url, bob },
  );
  assertRefused(end, "SIGNED_OUT");
  assert.equal((await at.aws.stats()).calls.rest, undefined);
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
