// A thousand calls at once, some aborted at any moment, while users change and credentials end: how often Cognito is
// asked, and that no call is answered in another user's name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idToken, userNamed } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";
import { HOUR, clockOf } from "../support/time.mjs";

const at = useSetting({ newPages: true });

/** Seeds for what is drawn by chance, so that what fails once fails again. */
const SEEDS = [1, 2];

/** Makes the client and what the page needs for the storms. */
const prepare = (seed) =>
  at.run(
    async ({ createClient }, { options, url, seed }) => {
      const aws = createClient(options);
      let state = seed;
      // Park and Miller's generator.
      const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
      const calls = [];
      /** One call of whoever is there now; a third of them are aborted within a fifth of a second. */
      const call = async () => {
        const { era } = globalThis;
        const controller = new AbortController();
        if (random() < 1 / 3) setTimeout(() => controller.abort(), random() * 200);
        const end = await outcome(async () => {
          const response = await aws.signedFetch(`${url}/${era}`, { signal: controller.signal });
          return { status: response.status, ...(await response.json()) };
        });
        const { status, path, caller } = end.value ?? {};
        return {
          era,
          status,
          path,
          role: caller?.arn.split("/")[1],
          identityId: caller?.identityId,
          error: end.error && (end.error.code ?? end.error.name),
        };
      };
      /** Starts so many calls, spread over a moment, and waits until all have started. */
      globalThis.storm = (count) =>
        Promise.all(
          Array.from({ length: count }, async () => {
            await pause(random() * 50);
            calls.push(call());
          }),
        );
      /** Runs to the end of the calls. */
      globalThis.calm = () => Promise.all(calls);
      globalThis.aws = aws;
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo`, seed },
  );

/** Ends that are the caller's own doing. */
const isAbort = ({ error }) => error === "AbortError";

for (const seed of SEEDS) {
  test(`a thousand calls across sign-in, expiry and sign-out, with seed ${seed}`, async () => {
    const pass = clockOf(at);
    await at.aws.faults({ latencyMs: { cognitoIdentity: 30 } });
    await prepare(seed);

    // A guest who becomes alice in the middle of the guest's calls.
    await at.run(
      async (_, { key, token }) => {
        const { aws } = globalThis;
        globalThis.who = { guest: await aws.identityId() };
        globalThis.token = token;
        globalThis.era = "guest";
        await storm(250);
        aws.setLogins({ [key]: () => globalThis.token });
        globalThis.era = "alice";
        await storm(250);
        await calm();
        globalThis.who.alice = await aws.identityId();
      },
      { key: at.config.loginKey, token: at.token },
    );
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });

    // Her credentials end; then she leaves and bob comes, in the middle of her calls.
    await pass(2 * HOUR);
    const tokenOf = (name) => idToken(at.config, userNamed(at.config, name));
    const { ends, who } = await at.run(
      async (_, { key, alice, bob }) => {
        const { aws } = globalThis;
        globalThis.token = alice;
        await storm(250);
        await aws.credentials();
        aws.signOut();
        aws.setLogins({ [key]: bob });
        globalThis.era = "bob";
        await storm(250);
        const ends = await calm();
        return { ends, who: { ...globalThis.who, bob: await aws.identityId() } };
      },
      { key: at.config.loginKey, alice: await tokenOf("alice"), bob: await tokenOf("bob") },
    );
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 4 });

    assert.equal(ends.length, 1_000);
    // A guest who signs in keeps the identity; bob's is his own.
    assert.equal(who.alice, who.guest);
    assert.notEqual(who.bob, who.alice);
    for (const { era, status, path, role, identityId, error } of ends) {
      if (error) {
        assert.ok(error === "AbortError" || (era === "alice" && error === "SIGNED_OUT"), `${era}: ${error}`);
        continue;
      }
      assert.equal(status, 200);
      assert.equal(path.split("/").at(-1), era);
      assert.equal(identityId, who[era], `a call of ${era} was answered for another identity`);
      // What a guest asks for while signing in may be done with either set.
      assert.ok(role === "LocalUser" || (era === "guest" && role === "LocalGuest"), `${era} as ${role}`);
    }
    const answered = (era) => ends.filter((end) => end.era === era && end.status === 200).length;
    for (const era of ["guest", "alice", "bob"]) assert.ok(answered(era) > 50, `${answered(era)} calls of ${era}`);
    assert.ok(ends.filter(isAbort).length > 100);
  });
}
