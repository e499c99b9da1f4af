// Tabs of one origin that share a renewal, and those that must not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COGNITO, hold, openTab, runIn } from "../support/browser.mjs";
import { idToken, userNamed } from "../support/local.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const sharing = (more) => ({ ...at.guest, shareBetweenTabs: true, ...more });
const loginsOf = async (name) => ({ [at.config.loginKey]: await idToken(at.config, userNamed(at.config, name)) });

/** Makes the tab's client and gives whose credentials it has. */
const start = (page, options) =>
  runIn(
    page,
    async ({ createClient }, options) => {
      globalThis.aws = createClient(options);
      const { accessKeyId, identityId } = await globalThis.aws.credentials();
      return { accessKeyId, identityId };
    },
    options,
  );

/** Whose credentials the tab has now, and which role AWS sees. */
const now = (page) =>
  runIn(page, async () => {
    const { accessKeyId, identityId } = await globalThis.aws.credentials();
    return { accessKeyId, identityId, role: (await globalThis.aws.whoami()).role };
  });

/** Lets time pass for the tabs and for the local AWS. */
async function pass(milliseconds, pages) {
  await at.aws.faults({ clockOffsetSeconds: milliseconds / 1_000 });
  await Promise.all(pages.map((page) => page.clock.setSystemTime(Date.now() + milliseconds)));
}

test("a tab that comes later takes the set of the first, and asks Cognito nothing", async () => {
  const first = await start(at.page, sharing());
  const tab = await openTab(at);
  assert.deepEqual(await start(tab, sharing()), first);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  assert.equal((await now(tab)).role, "LocalGuest");
});

test("five tabs of a user that start at once fetch one set, and one when it ends", async () => {
  const pages = [at.page, ...(await Promise.all(Array.from({ length: 4 }, () => openTab(at))))];
  const options = sharing({ logins: await loginsOf("alice") });
  const sets = await Promise.all(pages.map((page) => start(page, options)));
  assert.equal(new Set(sets.map(({ accessKeyId }) => accessKeyId)).size, 1);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  // Tokens are good for longer than that in the local AWS only; what counts is the number of rounds.
  const guests = await Promise.all(pages.map((page) => start(page, sharing())));
  await pass(61 * 60_000, pages);
  const renewed = await Promise.all(pages.map((page) => now(page)));
  assert.equal(new Set(renewed.map(({ accessKeyId }) => accessKeyId)).size, 1);
  for (const { identityId } of renewed) assert.equal(identityId, guests[0].identityId);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 3 });
});

test("another token of the same user shares; another user does not, whatever is signed in elsewhere", async () => {
  const alice = await start(at.page, sharing({ logins: await loginsOf("alice") }));
  const [again, other, guest] = await Promise.all([openTab(at), openTab(at), openTab(at)]);
  assert.deepEqual(await start(again, sharing({ logins: await loginsOf("alice") })), alice);
  const bob = await start(other, sharing({ logins: await loginsOf("bob") }));
  const nobody = await start(guest, sharing());
  assert.equal(new Set([alice, bob, nobody].map(({ identityId }) => identityId)).size, 3);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 3, getCredentials: 3 });
});

test("a tab whose login or options differ in what decides about the role gets a set of its own", async () => {
  const token = (claims) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
  // The names of the locks tell who may share with whom.
  const names = [];
  await at.page.exposeFunction("noteLock", (name) => names.push(name));
  await at.page.addInitScript(() => {
    const { request } = LockManager.prototype;
    LockManager.prototype.request = function (name, ...rest) {
      if (!name.endsWith(".has")) globalThis.noteLock(name);
      return request.call(this, name, ...rest);
    };
  });
  await at.page.reload();
  const claims = { iss: "https://i", sub: "s", aud: "a", exp: 1, iat: 1, auth_time: 1, jti: "1", event_id: "1" };
  const key = "issuer.example";
  const role = "arn:aws:iam::123456789012:role/LocalReports";
  const other = at.config.identityPoolIdWithoutAppSync;
  const variants = [
    { logins: { [key]: token(claims) } },
    { logins: { [key]: token({ ...claims, exp: 2, iat: 2, auth_time: 2, jti: "2", event_id: "2" }) } },
    { logins: { [key]: token({ ...claims, sub: "t" }) } },
    { logins: { [key]: token({ ...claims, "cognito:groups": ["admin"] }) } },
    { logins: { "other.example": token(claims) } },
    { logins: { [key]: "opaque-1" } },
    { logins: { [key]: "opaque-2" } },
    { logins: { [key]: token(claims), "graph.facebook.com": "opaque-1" } },
    {},
    { roleArn: role },
    { identityPoolId: other },
    { identityPoolId: other, classicFlow: { roleArn: role } },
    { identityPoolId: other, classicFlow: { roleArn: role, policy: "{}" } },
  ];
  for (const options of variants) {
    await runIn(at.page, ({ createClient }, options) => outcome(createClient(options).credentials()), sharing(options));
  }
  assert.equal(names.length, variants.length);
  assert.equal(names[1], names[0]);
  assert.equal(new Set(names).size, variants.length - 1);
  for (const name of names) assert.match(name, /^sigfetch\.\d+\.[0-9a-f]{64}$/);
});

test("a user who signs in or out in one tab leaves the others as they are", async () => {
  const alice = sharing({ logins: await loginsOf("alice") });
  const first = await start(at.page, alice);
  const tab = await openTab(at);
  await start(tab, alice);
  await runIn(tab, () => globalThis.aws.signOut());
  const guest = await now(tab);
  assert.equal(guest.role, "LocalGuest");
  assert.notEqual(guest.identityId, first.identityId);
  assert.deepEqual(await now(at.page), { ...first, role: "LocalUser" });
  // And somebody else signs in there.
  await runIn(tab, (_, logins) => globalThis.aws.setLogins(logins), await loginsOf("bob"));
  const bob = await now(tab);
  assert.equal(bob.role, "LocalUser");
  assert.notEqual(bob.identityId, first.identityId);
  assert.deepEqual(await now(at.page), { ...first, role: "LocalUser" });
});

test("after a sign-out a tab is a new guest, not the one of another tab", async () => {
  const first = await start(at.page, sharing());
  const tab = await openTab(at);
  assert.deepEqual(await start(tab, sharing()), first);
  await runIn(tab, () => globalThis.aws.signOut());
  const next = await now(tab);
  assert.notEqual(next.identityId, first.identityId);
  assert.equal((await now(at.page)).identityId, first.identityId);
});

test("a guest who signs in where another tab has signed in already is linked all the same", async () => {
  const alice = sharing({ logins: await loginsOf("alice") });
  const first = await start(at.page, alice);
  const tab = await openTab(at);
  const guest = await start(tab, sharing());
  await runIn(tab, (_, logins) => globalThis.aws.setLogins(logins), alice.logins);
  const user = await now(tab);
  assert.equal(user.identityId, first.identityId);
  assert.notEqual(user.accessKeyId, first.accessKeyId, "the guest was merged by Cognito, not skipped");
  await at.aws.faults({ deleteIdentity: guest.identityId });
});

test("a function that names another user, for whom the round then fails, hands nothing of the first to that user's tab", async () => {
  await runIn(
    at.page,
    async ({ createClient }, { options, alice, bob }) => {
      let current = alice;
      globalThis.change = () => (current = bob);
      globalThis.aws = createClient({ ...options, logins: () => current });
      await globalThis.aws.credentials();
    },
    { options: sharing(), alice: await loginsOf("alice"), bob: await loginsOf("bob") },
  );
  const alice = await now(at.page);
  await runIn(at.page, () => globalThis.change());
  // Soon to end, so the next call renews in the background; and that fails.
  await pass(56 * 60_000, [at.page]);
  const failed = { type: "NotAuthorizedException", message: "Words that nobody has seen yet", times: 1 };
  await at.aws.faults({ cognito: failed });
  await runIn(at.page, async () => {
    const told = new Promise((resolve) => globalThis.aws.addEventListener("credentials", resolve, { once: true }));
    await globalThis.aws.credentials();
    if ((await told).detail.outcome !== "failed") throw new Error("it did not fail");
  });
  const tab = await openTab(at);
  await tab.clock.setSystemTime(Date.now() + 56 * 60_000);
  const bob = await start(tab, sharing({ logins: await loginsOf("bob") }));
  assert.notEqual(bob.identityId, alice.identityId);
  assert.notEqual(bob.accessKeyId, alice.accessKeyId);
});

test("a clock that is far off is handed over with the set: the first call of the second tab is right", async () => {
  await at.aws.faults({ clockOffsetSeconds: 7_200 });
  await start(at.page, sharing());
  const tab = await openTab(at);
  await start(tab, sharing());
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  const seen = await runIn(
    tab,
    async (_, url) => ({ offset: globalThis.aws.clock.offset, status: (await globalThis.aws.signedFetch(url)).status }),
    `${at.config.endpoints.rest}/items`,
  );
  assert.ok(Math.abs(seen.offset - 7_200_000) < 3_000, String(seen.offset));
  assert.equal(seen.status, 200);
  const { calls } = await at.aws.stats();
  assert.deepEqual(calls.rest, { "GET /items": { ok: 1 } });
});

for (const missing of ["locks", "BroadcastChannel"]) {
  test(`a tab without ${missing} goes on alone`, async () => {
    await start(at.page, sharing());
    const tab = await openTab(
      at,
      new Function(`
        if ("${missing}" === "locks") Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
        if ("${missing}" === "BroadcastChannel") delete globalThis.BroadcastChannel;
      `),
    );
    await start(tab, sharing());
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 2 });
  });
}

test("a tab that answers nothing and one that holds the lock delay the others, and no more", async () => {
  await start(at.page, sharing());
  const frozen = await openTab(at, () => {
    BroadcastChannel.prototype.postMessage = () => {};
  });
  const release = await hold(at.page, COGNITO);
  await runIn(at.page, () => {
    globalThis.aws.setLogins();
    globalThis.aws.credentials().catch(() => {});
  });
  const tab = await openTab(at);
  const started = Date.now();
  await start(tab, sharing());
  const took = Date.now() - started;
  assert.ok(took > 4_000 && took < 9_000, String(took));
  await release();
  await frozen.close();
});

test("what ends while a tab waits for its turn ends at once", async () => {
  const release = await hold(at.page, COGNITO);
  await runIn(
    at.page,
    ({ createClient }, options) => {
      globalThis.aws = createClient(options);
      globalThis.aws.credentials().catch(() => {});
    },
    sharing(),
  );
  const tab = await openTab(at);
  const end = await runIn(
    tab,
    async ({ createClient }, options) => {
      const aws = createClient(options);
      const end = outcome(aws.credentials());
      await new Promise((resolve) => setTimeout(resolve, 300));
      const started = performance.now();
      aws.signOut();
      return { code: (await end).error?.code, took: performance.now() - started };
    },
    sharing(),
  );
  assert.equal(end.code, "SIGNED_OUT");
  assert.ok(end.took < 200, String(end.took));
  await release();
});

test("nothing is stored, and a page that was left keeps neither lock nor channel", async () => {
  await start(at.page, sharing({ logins: await loginsOf("alice") }));
  const held = () => at.page.evaluate(async () => (await navigator.locks.query()).held.map(({ name }) => name));
  assert.equal((await held()).length, 1);
  const kept = await at.page.evaluate(async () => [
    { ...localStorage },
    { ...sessionStorage },
    (await indexedDB.databases()).length,
    await caches.keys(),
  ]);
  assert.deepEqual(kept, [{}, {}, 0, []]);
  await at.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  assert.deepEqual(await held(), []);
});
