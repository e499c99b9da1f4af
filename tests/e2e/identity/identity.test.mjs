// Who the client is: a guest who signs in, somebody who signs out, an identity that is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idToken, userNamed } from "../support/local.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

test("a guest who signs in keeps the identity and changes the role", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins }) => {
      const aws = createClient(options);
      const who = async () => [
        await aws.identityId(),
        (await aws.whoami()).role,
        (await aws.credentials()).accessKeyId,
      ];
      const guest = await who();
      aws.setLogins(logins);
      return [guest, await who()];
    },
    { options: at.guest, logins: at.alice.logins },
  );
  const [guest, user] = seen;
  assert.deepEqual([guest[1], user[1]], ["LocalGuest", "LocalUser"]);
  assert.equal(user[0], guest[0]);
  assert.notEqual(user[2], guest[2]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
});

test("a guest who signs in as somebody known takes the known identity", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, logins }) => {
      const known = await createClient({ ...options, logins }).identityId();
      const aws = createClient(options);
      const guest = await aws.identityId();
      aws.setLogins(logins);
      return { known, guest, after: await aws.identityId(), again: await aws.identityId() };
    },
    { options: at.guest, logins: at.alice.logins },
  );
  assert.notEqual(seen.guest, seen.known);
  assert.equal(seen.after, seen.known);
  assert.equal(seen.again, seen.known);
});

test("a token that claims a role gets it", async () => {
  const token = await idToken(at.config, userNamed(at.config, "carol"));
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      return [(await aws.whoami()).role, (await aws.signedFetch(url)).status];
    },
    {
      options: { ...at.guest, logins: { [at.config.loginKey]: token } },
      url: `${at.config.endpoints.rest}/reports`,
    },
  );
  assert.deepEqual(seen, ["LocalReports", 200]);
});

test("signing out gives a new guest with a new identity and new credentials", async () => {
  const seen = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const who = async () => [await aws.identityId(), (await aws.whoami()).role, (await aws.credentials()).accessKeyId];
    const user = await who();
    aws.signOut();
    return [user, await who()];
  }, at.alice);
  const [user, guest] = seen;
  assert.deepEqual([user[1], guest[1]], ["LocalUser", "LocalGuest"]);
  assert.notEqual(guest[0], user[0]);
  assert.notEqual(guest[2], user[2]);
});

test("an identity that is deleted during a session is replaced once", async () => {
  const first = await at.run(
    async ({ createClient }, options) => (globalThis.aws = createClient(options)).identityId(),
    at.guest,
  );
  await at.aws.faults({ deleteIdentity: first });
  const after = await at.run(async () => {
    const { aws } = globalThis;
    aws.setLogins(undefined);
    return [await aws.identityId(), (await aws.whoami()).role];
  });
  assert.notEqual(after[0], first);
  assert.equal(after[1], "LocalGuest");
  // Once for each identity, and once in vain for the lost one.
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 3 });
});

test("an identity that is lost again as soon as it is replaced is IDENTITY_LOST", async () => {
  await at.run(async ({ createClient }, options) => (globalThis.aws = createClient(options)).identityId(), at.guest);
  const cognito = { operation: "GetCredentialsForIdentity", type: "ResourceNotFoundException", times: 2 };
  await at.aws.faults({ cognito: { ...cognito, message: "Identity 'us-east-1:0' not found." } });
  const end = await at.run(() => {
    globalThis.aws.setLogins(undefined);
    return outcome(globalThis.aws.credentials());
  });
  assertRefused(end, "IDENTITY_LOST", { advice: /signOut/, serviceError: "ResourceNotFoundException" });
});

test("another user who comes without a sign-out gets an own identity, not the one before", async () => {
  const token = await idToken(at.config, userNamed(at.config, "bob"));
  const [alice, bob, role] = await at.run(
    async ({ createClient }, { options, logins }) => {
      const aws = createClient(options);
      const before = await aws.identityId();
      aws.setLogins(logins);
      return [before, await aws.identityId(), (await aws.whoami()).role];
    },
    { options: at.alice, logins: { [at.config.loginKey]: token } },
  );
  assert.notEqual(bob, alice);
  assert.equal(role, "LocalUser");
});

test("a disabled identity is replaced too", async () => {
  const first = await at.run(
    async ({ createClient }, options) => (globalThis.aws = createClient(options)).identityId(),
    at.guest,
  );
  await at.aws.faults({ disableIdentity: first });
  const after = await at.run(async () => {
    globalThis.aws.setLogins(undefined);
    return globalThis.aws.identityId();
  });
  assert.notEqual(after, first);
});
