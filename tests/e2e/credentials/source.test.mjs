// Credentials from elsewhere: the client is then a signer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

test("an object and a function of credentials sign as well as Cognito's own", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, url }) => {
      const set = await createClient(options).credentials();
      const { endpoints } = options;
      const clients = [
        createClient({ credentials: set, endpoints, region: "us-east-1" }),
        createClient({ credentials: () => set, endpoints, region: "us-east-1" }),
        createClient({ credentials: async () => set, endpoints, region: "us-east-1" }),
        // The client's own method is a provider, as the AWS SDK takes one.
        createClient({ credentials: createClient(options).credentials, endpoints, region: "us-east-1" }),
      ];
      return Promise.all(clients.map(async (aws) => [(await aws.signedFetch(url)).status, (await aws.whoami()).role]));
    },
    { options: at.alice, url: `${at.config.endpoints.rest}/items` },
  );
  assert.deepEqual(seen, Array(4).fill([200, "LocalUser"]));
});

test("what is given comes back, and no more", async () => {
  const seen = await at.run(async ({ createClient }) => {
    const given = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
    const expiration = new Date("2100-01-01T00:00:00Z");
    const aws = createClient({ credentials: { ...given, sessionToken: "t", identityId: "i", expiration } });
    const set = await aws.credentials();
    return {
      bare: JSON.stringify(await createClient({ credentials: given }).credentials()),
      ends: set.expiration.toISOString(),
      names: Object.keys(set).sort(),
      id: await aws.identityId(),
      none: await outcome(createClient({ credentials: given }).identityId()),
    };
  });
  assert.deepEqual(JSON.parse(seen.bare), { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" });
  assert.equal(seen.ends, "2100-01-01T00:00:00.000Z");
  assert.deepEqual(seen.names, ["accessKeyId", "expiration", "identityId", "secretAccessKey", "sessionToken"]);
  assert.equal(seen.id, "i");
  assertRefused(seen.none, "INVALID_OPTION", { field: "options.credentials" });
});

test("a function is asked once by any number of calls, and again only when the set is about to end", async () => {
  const seen = await at.run(async ({ createClient }) => {
    let asked = 0;
    const lifetimes = [3_600_000, 1_000, 3_600_000];
    const credentials = async () => {
      const expiration = new Date(Date.now() + lifetimes[asked]);
      return { accessKeyId: `AKIA${asked++}`, secretAccessKey: "secret", expiration };
    };
    const aws = createClient({ credentials });
    const together = await Promise.all(Array.from({ length: 20 }, aws.credentials));
    const first = asked;
    aws.signOut();
    const short = await aws.credentials();
    const next = await aws.credentials();
    return { keys: [...new Set(together.map((set) => set.accessKeyId))], first, short, next, asked };
  });
  assert.deepEqual(seen.keys, ["AKIA0"]);
  assert.equal(seen.first, 1);
  // What is about to end serves those who waited for it, and nobody after.
  assert.equal(seen.short.accessKeyId, "AKIA1");
  assert.equal(seen.next.accessKeyId, "AKIA2");
  assert.equal(seen.asked, 3);
});

test("a function that fails or gives no credentials is PROVIDER_FAILED, and is asked again", async () => {
  const ends = await at.run(async ({ createClient }) => {
    const good = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "never shown" };
    const bad = [
      () => {
        throw new Error("no session");
      },
      () => Promise.reject(new Error("no session")),
      () => undefined,
      () => "AKIA",
      () => ({ ...good, secretAccessKey: "" }),
      () => ({ ...good, accessKeyId: 7 }),
      () => ({ ...good, sessionToken: {} }),
      () => ({ ...good, sessionToken: "never shown" }),
      () => ({ ...good, expiration: "tomorrow" }),
    ];
    return Promise.all(
      bad.map(async (work) => {
        let healed = false;
        const aws = createClient({ credentials: () => (healed ? good : work()) });
        const end = await outcome(aws.credentials());
        healed = true;
        return [end, await outcome(aws.credentials())];
      }),
    );
  });
  for (const [end, after] of ends) {
    assertRefused(end, "PROVIDER_FAILED", { field: "options.credentials" }, ["never shown"]);
    assert.equal(after.value?.accessKeyId, "AKIAEXAMPLE", after.error?.text);
  }
  assert.equal(ends[0][0].error.cause, "Error: no session");
  assert.equal(ends[1][0].error.cause, "Error: no session");
});

test("a bad object is INVALID_OPTION", async () => {
  const ends = await at.run(async ({ createClient }) =>
    Promise.all(
      [{}, { accessKeyId: "a" }, { accessKeyId: "a", secretAccessKey: "s", expiration: NaN }, [], new Map()].map(
        (credentials) => outcome(createClient({ credentials }).credentials()),
      ),
    ),
  );
  for (const end of ends) assertRefused(end, "INVALID_OPTION", { field: "options.credentials" });
});

test("logins do not go with credentials from elsewhere, at no time", async () => {
  const seen = await at.run(async ({ createClient }, logins) => {
    const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "s" };
    const [cold, warm] = [createClient({ credentials }), createClient({ credentials })];
    await warm.credentials();
    return [
      await outcome(createClient({ credentials, logins }).credentials()),
      await outcome(() => cold.setLogins(logins)),
      await outcome(() => warm.setLogins(logins)),
    ];
  }, at.alice.logins);
  for (const end of seen) assertRefused(end, "INVALID_OPTION", { field: "options.logins" }, [at.token]);
});
