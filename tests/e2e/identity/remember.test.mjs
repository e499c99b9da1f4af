// A guest's identity id over reloads: what is stored, what is not, and that storage never ends a call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const KEY = () => `sigfetch.identityId.${at.config.identityPoolId}`;
const remembering = (more) => ({ ...at.guest, rememberIdentity: true, ...more });

/** All that the page's origin has stored. */
const stored = () => at.run(() => ({ ...localStorage }));

/** The identity of a new client after a reload, and its role. */
async function afterReload(options) {
  await at.page.reload();
  return at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    return { id: await aws.identityId(), role: (await aws.whoami()).role };
  }, options);
}

test("a guest stays the same over reloads, with one GetId; the id is all that is stored", async () => {
  const first = await afterReload(remembering());
  const second = await afterReload(remembering());
  assert.deepEqual(second, first);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
  assert.deepEqual(await stored(), { [KEY()]: first.id });
  const elsewhere = await at.run(async () => [
    { ...sessionStorage },
    document.cookie,
    (await indexedDB.databases()).length,
    await caches.keys(),
  ]);
  assert.deepEqual(elsewhere, [{}, "", 0, []]);
});

test("without the option nothing is stored or read", async () => {
  const first = await afterReload(at.guest);
  assert.deepEqual(await stored(), {});
  await at.run((_, [key, id]) => localStorage.setItem(key, id), [KEY(), first.id]);
  const second = await afterReload(at.guest);
  assert.notEqual(second.id, first.id);
  assert.deepEqual(await stored(), { [KEY()]: first.id });
});

test("each pool has a guest of its own", async () => {
  const one = await afterReload(remembering());
  const other = await afterReload(remembering({ identityPoolId: at.config.identityPoolIdWithoutAppSync }));
  assert.notEqual(other.id, one.id);
  assert.equal(Object.keys(await stored()).length, 2);
  assert.equal((await afterReload(remembering())).id, one.id);
});

test("who signs in after a reload is linked to the guest from before, and the id is forgotten", async () => {
  const guest = await afterReload(remembering());
  const user = await afterReload(remembering({ logins: at.alice.logins }));
  assert.deepEqual(user, { id: guest.id, role: "LocalUser" });
  assert.deepEqual(await stored(), {});
  // The identity is a user's now: the next guest is a new one, and is remembered.
  const next = await afterReload(remembering());
  assert.notEqual(next.id, guest.id);
  assert.deepEqual(await stored(), { [KEY()]: next.id });
});

for (const [how, leave] of [
  ["setLogins", (aws, logins) => aws.setLogins(logins)],
  ["signOut", (aws) => aws.signOut()],
]) {
  test(`${how} forgets the stored id`, async () => {
    const seen = await at.run(
      async ({ createClient }, { options, logins, leave }) => {
        const aws = createClient(options);
        const before = await aws.identityId();
        new Function(`return ${leave}`)()(aws, logins);
        if (leave.includes("setLogins")) await aws.identityId();
        return { before, stored: { ...localStorage } };
      },
      { options: remembering(), logins: at.alice.logins, leave: String(leave) },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(await stored(), {});
    const after = await afterReload(remembering());
    assert.equal(after.role, "LocalGuest");
    assert.notEqual(after.id, seen.before);
  });
}

test("signing out before the first call forgets what an earlier page left", async () => {
  const first = await afterReload(remembering());
  await at.page.reload();
  const second = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    aws.signOut();
    return aws.identityId();
  }, remembering());
  assert.notEqual(second, first.id);
  assert.deepEqual(await stored(), { [KEY()]: second });
});

for (const [what, spoil] of [
  ["deleted", (id) => at.aws.faults({ deleteIdentity: id })],
  ["disabled", (id) => at.aws.faults({ disableIdentity: id })],
  [
    "somebody's who has signed in",
    () =>
      at.run(
        async ({ createClient }, options) => createClient(options).identityId(),
        // Another page of the same visitor, which does not know of the first one's storage any more.
        remembering({ logins: at.alice.logins }),
      ),
    true,
  ],
]) {
  test(`a stored identity that is ${what} is replaced once, without a word`, async () => {
    const first = await afterReload(remembering());
    await spoil(first.id);
    await at.run((_, [key, id]) => localStorage.setItem(key, id), [KEY(), first.id]);
    const { getId, getCredentials } = await at.aws.cognitoCalls();
    const second = await afterReload(remembering());
    assert.notEqual(second.id, first.id);
    assert.equal(second.role, "LocalGuest");
    assert.deepEqual(await stored(), { [KEY()]: second.id });
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: getId + 1, getCredentials: getCredentials + 2 });
    assert.deepEqual(await afterReload(remembering()), second);
  });
}

test("a stored text that is no identity of the pool is never sent, and is replaced", async () => {
  for (const text of ["nonsense", "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0", "<script>", "x".repeat(10_000)]) {
    await at.aws.reset();
    await at.run((_, [key, id]) => localStorage.setItem(key, id), [KEY(), text]);
    const { id } = await afterReload(remembering());
    assert.match(id, /^us-east-1:[0-9a-f-]{36}$/);
    assert.deepEqual(await stored(), { [KEY()]: id });
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  }
});

test("a store of one's own is asked with the key, may take its time, and holds nothing but the id", async () => {
  const seen = await at.run(async ({ createClient }, options) => {
    const kept = new Map();
    const later = (value) => new Promise((resolve) => setTimeout(resolve, 5, value));
    const store = {
      getItem: (key) => later(kept.get(key)),
      setItem: (key, value) => later(kept.set(key, value)),
      removeItem: (key) => later(kept.delete(key)),
    };
    const make = () => createClient({ ...options, rememberIdentity: store });
    const [first, second] = [await make().identityId(), await make().identityId()];
    return { first, second, kept: [...kept] };
  }, at.guest);
  assert.equal(seen.second, seen.first);
  assert.deepEqual(seen.kept, [[KEY(), seen.first]]);
});

test("storage that throws, is full, hangs or gives nonsense never ends a call", async () => {
  const seen = await at.run(async ({ createClient }, options) => {
    const fail = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const hang = () => new Promise(() => {});
    const fine = () => {};
    const stores = [
      { getItem: fail, setItem: fail, removeItem: fail },
      { getItem: async () => fail(), setItem: async () => fail(), removeItem: async () => fail() },
      { getItem: hang, setItem: hang, removeItem: hang },
      { getItem: () => 7, setItem: fine, removeItem: fine },
      { getItem: () => ({}), setItem: fine, removeItem: fine },
    ];
    const started = performance.now();
    const ids = stores.map(async (rememberIdentity) => {
      const aws = createClient({ ...options, rememberIdentity });
      const id = await aws.identityId();
      aws.signOut();
      return id !== (await aws.identityId());
    });
    return { ids: await Promise.all(ids), took: performance.now() - started };
  }, at.guest);
  assert.deepEqual(seen.ids, [true, true, true, true, true]);
  assert.ok(seen.took < 5_000, String(seen.took));
});

test("a page that may not use localStorage does without", async () => {
  await at.context.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", {
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
  const first = await afterReload(remembering());
  const second = await afterReload(remembering());
  assert.notEqual(second.id, first.id);
});
