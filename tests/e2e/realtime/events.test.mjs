// AppSync Events, in pages against the local AWS.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openTab, runIn } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { asked, installFollow, prepare } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
beforeEach(() => prepare(at.page));

/** Runs something with a client, and the endpoint of Events. */
const run = (work, given = {}, options = at.guest) =>
  at.page.evaluate(
    async ([work, given, options, endpoints]) => {
      const aws = live(await import("/pkg/index.js"), options);
      return new Function(`return (${work})`)()(aws, { url: endpoints.events, endpoints, ...given });
    },
    [String(work), given, options, at.config.endpoints],
  );

test("two pages chat through a channel, over HTTP and over the socket", async () => {
  const other = await openTab(at, installFollow);
  const start = async (page, options) =>
    runIn(
      page,
      async (sigfetch, { options, url }) => {
        globalThis.room = live(sigfetch, options).events(url).channel("default/room");
        globalThis.record = await follow((init) => room.subscribe(init));
      },
      { options, url: at.config.endpoints.events },
    );
  await Promise.all([start(at.page, at.guest), start(other, at.alice)]);
  const said = [
    [at.page, { text: "hello" }, "http"],
    [other, { text: "plain words" }, "socket"],
    [at.page, "a <b> & 'c' = ☂", "http"],
    [other, [1, [2], null], "socket"],
  ];
  for (const [page, event, transport] of said) {
    const { successful, failed } = await page.evaluate(
      ([event, transport]) => room.publish([event], { transport }),
      [event, transport],
    );
    assert.deepEqual(failed, []);
    assert.equal(successful.length, 1);
    assert.equal(successful[0].index, 0);
    assert.match(successful[0].identifier, /./);
  }
  for (const page of [at.page, other]) {
    const messages = await page.evaluate(async () => {
      await until(() => record.messages.length === 4);
      return record.messages;
    });
    assert.deepEqual(
      messages,
      said.map(([, event]) => event),
    );
  }
});

test("many events are published five at a time, in their order, and reported by their places", async () => {
  for (const transport of ["http", "socket"]) {
    const { result, messages } = await run(
      async (aws, { url, transport }) => {
        const room = aws.events(url).channel("/default/many");
        const record = await follow((init) => aws.events(url).channel("default/*").subscribe(init));
        const result = await room.publish([...Array(12).keys()], { transport });
        await until(() => record.messages.length === 12);
        return { result, messages: record.messages };
      },
      { transport },
    );
    assert.deepEqual(
      result.successful.map(({ index }) => index),
      [...Array(12).keys()],
    );
    assert.deepEqual(result.failed, []);
    assert.deepEqual(messages, [...Array(12).keys()]);
  }
  assert.equal(await asked(at.aws, "eventsRealtime", "publish"), 3);
});

test("an event that is not broadcast is reported, and a later request that fails is, too", async () => {
  await at.aws.faults({ realtime: { failEvents: { code: "TooLarge", message: "no" } } });
  const one = await run((aws, { url }) => aws.events(url).channel("default/a").publish([1, 2]));
  assert.deepEqual([one.successful[0].index, one.failed[0].index, one.failed[0].code], [1, 0, "TooLarge"]);
  const later = await run(async (aws, { url }) => {
    const room = aws.events(url).channel("default/a");
    const answered = room.publish([...Array(7).keys()]);
    aws.addEventListener("request", ({ detail }) => {
      // The second request is refused, as the user is gone by then.
      if (detail.url === url && detail.status === 200) aws.signOut();
    });
    return answered;
  });
  assert.equal(later.successful.length, 5);
  assert.deepEqual(
    later.failed.map(({ index, code }) => [index, code]),
    [
      [5, "SIGNED_OUT"],
      [6, "SIGNED_OUT"],
    ],
  );
});

test("a refused publish and a refused channel are errors, and the socket stays", async () => {
  const ends = await run(async (aws, { url }) => {
    const record = await follow((init) => aws.events(url).channel("default/a").subscribe(init));
    const announcements = aws.events(url).channel("announcements/a");
    const ends = [
      await outcome(announcements.publish("x")),
      await outcome(announcements.publish("x", { transport: "socket" })),
      await outcome(aws.events(url).channel("nowhere/a").subscribe().ready()),
    ];
    await aws.events(url).channel("default/a").publish("still here");
    await until(() => record.messages.length === 1);
    return { ends, states: aws.states.map(({ state }) => state) };
  });
  for (const end of ends.ends) assertRefused(end, "REFUSED");
  assert.deepEqual(ends.states, ["connecting", "connected"]);
});

test("what cannot get through over a socket is refused before anything is sent", async () => {
  const ends = await run(async (aws, { url }) => {
    const room = aws.events(url).channel("default/a");
    const ends = [];
    for (const event of ["<", ">", "&", "=", "'", "ü", "\u2028", "\u007f"]) {
      ends.push(await outcome(room.publish([1, 2, 3, 4, 5, event], { transport: "socket" })));
    }
    return ends;
  });
  for (const end of ends) assertRefused(end, "INVALID_REQUEST", { field: "events", advice: /HTTP/ });
  assert.equal(await asked(at.aws, "eventsRealtime", "publish"), 0);
});

test("events in both forms are read", async () => {
  for (const eventForm of ["text", "list"]) {
    await at.aws.faults({ realtime: { eventForm } });
    const messages = await run(async (aws, { url }) => {
      const record = await follow((init) => aws.events(url).channel("default/a").subscribe(init));
      await aws
        .events(url)
        .channel("default/a")
        .publish([{ a: [1] }, "text"]);
      await until(() => record.messages.length === 2);
      return record.messages;
    });
    assert.deepEqual(messages, [{ a: [1] }, "text"]);
  }
});

test("a custom domain and the realtime endpoint are taken", async () => {
  const { eventsDomain, eventsRealtime } = at.config.endpoints;
  const options = {
    ...at.guest,
    endpoints: [...at.guest.endpoints, { url: eventsDomain, service: "appsync", region: at.config.region }],
  };
  for (const url of [eventsRealtime, eventsDomain, `${eventsDomain.replace("http", "ws")}/realtime`]) {
    const messages = await run(
      async (aws, { url }) => {
        const room = aws.events(url).channel("default/a");
        const record = await follow((init) => room.subscribe(init));
        await room.publish("over HTTP");
        await room.publish("over the socket", { transport: "socket" });
        await until(() => record.messages.length === 2);
        return record.messages;
      },
      { url },
      options,
    );
    assert.deepEqual(messages, ["over HTTP", "over the socket"]);
  }
});
