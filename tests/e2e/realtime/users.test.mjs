// Whose subscriptions they are: sign-in, sign-out, a change of user, and the end of a client.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { userNamed, idToken } from "../support/local.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { prepare } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
beforeEach(() => prepare(at.page));

/** Runs something with a client, Events' endpoint, and the logins of two users. */
const run = async (work, options) => {
  const logins = async (name) => ({ [at.config.loginKey]: await idToken(at.config, userNamed(at.config, name)) });
  const names = at.config.users.filter(({ confirmed }) => confirmed).map(({ username }) => username);
  const [first, second] = [await logins("alice"), await logins(names.find((name) => name !== "alice"))];
  return at.page.evaluate(
    async ([work, options, url, first, second]) => {
      const aws = live(await import("/pkg/index.js"), options);
      return new Function(`return (${work})`)()(aws, url, first, second);
    },
    [String(work), options, at.config.endpoints.events, first, second],
  );
};

test("a guest's subscription goes on as the user who signs in, with one gap", async () => {
  const { record, who } = await run(async (aws, url, alice) => {
    const room = aws.events(url).channel("default/a");
    const record = await follow((init) => room.subscribe(init));
    aws.setLogins(alice);
    await until(() => aws.states.filter(({ state }) => state === "connected").length === 2);
    await until(() => record.gaps.length === 1);
    await room.publish("hello");
    await until(() => record.messages.length === 1);
    const { messages, gaps, end } = record;
    return { record: { messages, gaps: gaps.length, end }, who: await aws.whoami() };
  }, at.guest);
  assert.deepEqual(record, { messages: ["hello"], gaps: 1, end: undefined });
  assert.match(who.arn, /./);
});

test("a user's subscriptions end when the user signs out, or another one signs in", async () => {
  const ends = await run(async (aws, url, alice, bob) => {
    const room = aws.events(url).channel("default/a");
    const ends = [];
    for (const leave of [() => aws.setLogins(bob), () => aws.signOut()]) {
      const records = await Promise.all([1, 2].map(() => follow((init) => room.subscribe(init))));
      const late = room.subscribe();
      leave();
      ends.push(...(await Promise.all(records.map(({ done }) => done))), await outcome(late.ready()));
    }
    await until(() => aws.states.at(-1).state === "idle");
    const record = await follow((init) => room.subscribe(init));
    await room.publish("as a guest");
    await until(() => record.messages.length === 1);
    return ends;
  }, at.alice);
  assert.equal(ends.length, 6);
  for (const end of ends) assertRefused(end, "SIGNED_OUT");
});

test("what was asked for before a sign-out is never done as somebody else", async () => {
  const ends = await run(async (aws, url) => {
    // Nothing is loaded yet.
    const room = aws.events(url).channel("default/a");
    const asked = [room.subscribe().ready(), room.publish("x"), room.publish("x", { transport: "socket" })];
    const ends = Promise.all(asked.map((one) => outcome(one)));
    aws.signOut();
    return ends;
  }, at.alice);
  for (const end of ends) assertRefused(end, "SIGNED_OUT");
  const { calls } = await at.aws.stats();
  assert.equal(calls.events, undefined, "nothing was published");
});

test("a closed client lets go of its sockets, and takes no more", async () => {
  const { open, ends } = await run(async (aws, url) => {
    const room = aws.events(url).channel("default/a");
    const record = await follow((init) => room.subscribe(init));
    const other = room.subscribe();
    const waiting = other.ready();
    aws.close();
    const ends = [await outcome(waiting), await outcome(room.subscribe().ready()), await outcome(room.publish(1))];
    return { open: { end: await record.done, next: await record.subscription.next() }, ends };
  }, at.guest);
  assert.equal(open.next.done, true);
  assert.ok(!("error" in open.end));
  for (const end of ends) assertRefused(end, "CLOSED");
  let sockets;
  do sockets = (await at.aws.stats()).openSockets.eventsRealtime;
  while (sockets > 0);
});

test("a client that is closed while the module loads opens no socket", async () => {
  const ends = await run(async (aws, url) => {
    const room = aws.events(url).channel("default/a");
    const asked = [room.subscribe().ready(), room.subscribe().next(), room.publish("x", { transport: "socket" })];
    const ends = Promise.all(asked.map((one) => outcome(one)));
    aws.close();
    return ends;
  }, at.guest);
  for (const end of ends) assertRefused(end, "CLOSED");
  assert.equal((await at.aws.stats()).calls.eventsRealtime, undefined);
});

test("a client that nobody holds any more is collected, and its socket closed", async () => {
  await run(async (aws, url) => {
    await follow((init) => aws.events(url).channel("default/a").subscribe(init)).then(({ subscription }) => {
      subscription.unsubscribe();
    });
    const kept = aws.events(url).channel("default/b").subscribe();
    await kept.ready();
    globalThis.held = new WeakRef(aws);
  }, at.guest);
  const devtools = await at.context.newCDPSession(at.page);
  for (let round = 0; round < 40; round += 1) {
    await devtools.send("HeapProfiler.collectGarbage");
    const isGone = await at.page.evaluate(() => !globalThis.held.deref());
    if (isGone && (await at.aws.stats()).openSockets.eventsRealtime === 0) return;
    await at.page.waitForTimeout(50);
  }
  assert.fail("it is still there");
});
