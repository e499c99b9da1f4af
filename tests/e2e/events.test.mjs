// What a client tells its listeners.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "./setting.mjs";

const at = useSetting({ newPages: true });

test("a client tells of the clock and of new credentials, once each", async () => {
  await at.aws.faults({ clockOffsetSeconds: 3_600 });
  const { told, offset, before, identityId } = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const told = [];
    for (const type of ["clock", "credentials"]) {
      aws.addEventListener(type, ({ detail }) => told.push([type, detail, Object.isFrozen(detail)]));
    }
    const before = aws.clock.offset;
    const identityId = await aws.identityId();
    return { told, before, identityId, offset: aws.clock.offset };
  }, at.guest);
  assert.deepEqual(
    told.map(([type, , frozen]) => [type, frozen]),
    [
      ["clock", true],
      ["credentials", true],
    ],
  );
  const [[, clock], [, credentials]] = told;
  assert.equal(before, 0);
  assert.equal(clock.offset, offset);
  assert.ok(Math.abs(offset - 3_600_000) < 5_000, `${offset}`);
  assert.deepEqual(
    { ...credentials, expiration: undefined },
    { outcome: "renewed", identityId, expiration: undefined },
  );
  assert.ok(Math.abs(credentials.expiration - Date.now() - 7_200_000) < 60_000, `${credentials.expiration}`);
});

test("a round that fails is told with its code; one that was overtaken is not", async () => {
  await at.aws.faults({ cognito: { type: "ResourceNotFoundException", message: "IdentityPool 'x' not found." } });
  const told = await at.run(async ({ createClient }, options) => {
    const aws = createClient(options);
    const told = [];
    aws.addEventListener("credentials", ({ detail }) => told.push(detail));
    await outcome(aws.credentials());
    const waiting = outcome(aws.credentials());
    await Promise.resolve();
    aws.signOut();
    await waiting;
    return told;
  }, at.guest);
  assert.deepEqual(told, [{ outcome: "failed", code: "POOL_NOT_FOUND" }]);
});
