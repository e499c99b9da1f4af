// Renewals that fail, sleep in between, identities that are lost: as long as the old set lives, no call fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";
import { HOUR, MINUTE, SECOND, clockOf } from "../support/time.mjs";

const at = useSetting({ newPages: true });

const items = () => `${at.config.endpoints.rest}/items`;

const keepClient = (options = at.guest) =>
  at.run(async ({ createClient }, options) => {
    globalThis.aws = createClient(options);
    globalThis.told = [];
    for (const type of ["credentials", "identitychange"]) {
      globalThis.aws.addEventListener(type, ({ detail }) => globalThis.told.push({ type, ...detail }));
    }
    return (await globalThis.aws.credentials()).accessKeyId;
  }, options);

/** Twenty calls at once: their statuses, each once, or the error of one. */
const twenty = async () => {
  const end = await at.run(async (_, url) => {
    const calls = Array.from({ length: 20 }, () => globalThis.aws.signedFetch(url));
    return outcome(Promise.all(calls).then((answers) => [...new Set(answers.map(({ status }) => status))]));
  }, items());
  return end.value ?? end.error.text;
};

const key = () => at.run(async () => (await globalThis.aws.credentials()).accessKeyId);

/** Asks until it is so; a test that waits for nothing in particular ends with the runner's patience. */
async function until(isSo) {
  const limit = Date.now() + 15_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < limit, "it never came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const faults = {
  "is down": { outage: { service: "cognitoIdentity", seconds: 600 } },
  throttles: { throttle: { service: "cognitoIdentity", times: 100_000 } },
};
for (const [what, fault] of Object.entries(faults)) {
  test(`Cognito ${what} for 30 s during renewal: no call fails while the old set lives, and then it is renewed`, async () => {
    const pass = clockOf(at);
    const old = await keepClient();
    // All sets are due by now, whatever chance said.
    await pass(58 * MINUTE);
    await at.aws.faults(fault);
    for (let second = 0; second < 30; second += 3) {
      assert.deepEqual(await twenty(), [200], `after ${second} s`);
      assert.equal(await key(), old);
      await pass(3 * SECOND);
    }
    await at.aws.faults({ throttle: null, outage: null });
    await until(async () => {
      assert.deepEqual(await twenty(), [200]);
      await pass(SECOND);
      return (await key()) !== old;
    });
    const { rest } = (await at.aws.stats()).calls;
    assert.deepEqual(Object.keys(rest["GET /items"]), ["ok"]);
    const { getId, getCredentials } = await at.aws.cognitoCalls();
    assert.equal(getId, 1);
    // One at the start and one at the end; in between, some for 400 calls.
    assert.ok(getCredentials > 2 && getCredentials < 40, `${getCredentials}`);
    const { ok } = (await at.aws.stats()).calls.cognitoIdentity.GetCredentialsForIdentity;
    assert.equal(ok, 2);
  });
}

test("a set that nobody asks for any more is not renewed", async () => {
  const pass = clockOf(at);
  await keepClient();
  await pass(58 * MINUTE);
  await at.page.evaluate(() => dispatchEvent(new Event("online")));
  await pass(3 * HOUR);
  await at.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

for (const waking of ["", "visibilitychange", "online", "pageshow"]) {
  test(`a laptop that slept past the end${waking && ` and wakes with ${waking}`}: the first calls succeed at once`, async () => {
    const pass = clockOf(at);
    await keepClient();
    assert.deepEqual(await twenty(), [200]);
    await pass(9 * HOUR);
    if (waking) {
      await at.page.evaluate((type) => {
        const target = type === "visibilitychange" ? document : globalThis;
        target.dispatchEvent(new Event(type, { bubbles: true }));
      }, waking);
    }
    assert.deepEqual(await twenty(), [200]);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 2 });
    // Nothing was signed with what had ended.
    assert.deepEqual((await at.aws.stats()).calls.rest, { "GET /items": { ok: 40 } });
  });
}

for (const fault of ["deleteIdentity", "disableIdentity"]) {
  test(`${fault} during a session: the guest is made anew once, and told of`, async () => {
    const pass = clockOf(at);
    await keepClient();
    const lost = await at.run(() => globalThis.aws.identityId());
    await at.aws.faults({ [fault]: lost });
    await pass(2 * HOUR);
    assert.deepEqual(await twenty(), [200]);
    const made = await at.run(() => globalThis.aws.identityId());
    assert.notEqual(made, lost);
    assert.deepEqual(await at.aws.cognitoCalls(), { getId: 2, getCredentials: 3 });
    const changes = await at.run(() => globalThis.told.filter(({ type }) => type === "identitychange"));
    assert.deepEqual(
      changes.filter(({ previous }) => previous),
      [{ type: "identitychange", previous: lost, current: made }],
    );
  });
}
