// What cannot be subscribed to or published is refused by name, and frames that cannot be read change nothing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { asked, prepare } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
beforeEach(() => prepare(at.page));

const ID = "abcdefghijklmnopqrstuvwxyz";
const AWS = `https://${ID}.appsync-api.us-east-1.amazonaws.com`;

/** Calls in a page, as texts, with what each is refused for. `url` is an endpoint, `on` a subscription. */
const refused = [
  // Endpoints.
  [`aws.subscribe("", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("/graphql", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe(undefined, { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("ftp://a.example/graphql", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("${AWS}/event", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("${AWS}/graphql?x=1", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("https://dynamodb.us-east-1.amazonaws.com/graphql", { query: on })`, "INVALID_REQUEST", "endpoint"],
  [`aws.subscribe("https://api.example.com/graphql", { query: on })`, "UNKNOWN_ENDPOINT"],
  [`aws.subscribe("https://${ID}.appsync-api.us-east-1.example.com/graphql", { query: on })`, "UNKNOWN_ENDPOINT"],
  [`aws.subscribe("https://${ID}.appsync-api.mars-east-1.amazonaws.com/graphql", { query: on })`, "UNKNOWN_ENDPOINT"],
  [`aws.subscribe("http://${ID}.appsync-api.us-east-1.amazonaws.com/graphql", { query: on })`, "INSECURE_URL"],
  [`aws.events("${AWS}/graphql").channel("default/a").subscribe()`, "INVALID_REQUEST", "endpoint"],
  // Documents.
  ...["undefined", "null", "7", "{}", "Symbol('a')", "{ kind: 'Document2' }", "[]"].map((query) => [
    `aws.subscribe(url, { query: ${query} })`,
    "INVALID_REQUEST",
    "request.query",
  ]),
  [`aws.subscribe(url)`, "INVALID_REQUEST", "request.query"],
  [`aws.subscribe(url, null)`, "INVALID_REQUEST", "request.query"],
  ...[
    "",
    "{ notes { id } }",
    "mutation { a }",
    "# subscription { a }",
    'query { subscription(a: "subscription {") }',
  ].map((query) => [`aws.subscribe(url, { query: ${JSON.stringify(query)} })`, "INVALID_REQUEST", "request.query"]),
  [
    `aws.subscribe(url, { query: "subscription A { a } subscription B { b }" })`,
    "INVALID_REQUEST",
    "request.operationName",
  ],
  [`aws.subscribe(url, { query: on, operationName: "Other" })`, "INVALID_REQUEST", "request.operationName"],
  [`aws.subscribe(url, { query: on, operationName: 7 })`, "INVALID_REQUEST", "request.operationName"],
  [
    `aws.subscribe(url, { query: "query Q { a } subscription S { b }", operationName: "Q" })`,
    "INVALID_REQUEST",
    "request.query",
  ],
  [`aws.subscribe(url, { query: on, variables: { a: 1n } })`, "INVALID_REQUEST", "request.variables"],
  [`aws.subscribe(url, { query: on, variables: 7 })`, "INVALID_REQUEST", "request.variables"],
  // Options.
  [`aws.subscribe(url, { query: on }, 7)`, "INVALID_REQUEST", "init"],
  [`aws.subscribe(url, { query: on }, { signal: {} })`, "INVALID_REQUEST", "init.signal"],
  [`aws.subscribe(url, { query: on }, { onGap: "x" })`, "INVALID_REQUEST", "init.onGap"],
  ...["0", "1", "1.5", "'7'", "null", "NaN", "1e9", "{}"].map((most) => [
    `aws.subscribe(url, { query: on }, { maxQueued: ${most} })`,
    "INVALID_REQUEST",
    "init.maxQueued",
  ]),
  // Channels.
  ...["", "/", "a//b", "*", "a/*/b", "a_b", "-a", "a b", "ä", "a/b/c/d/e/f", "a".repeat(51), "\u0000"].map((name) => [
    `aws.events(events).channel(${JSON.stringify(name)}).subscribe()`,
    "INVALID_REQUEST",
    "channel",
  ]),
  ...["undefined", "7.5", "{}", "null + ' '"].map((name) => [
    `aws.events(events).channel(${name}).subscribe()`,
    "INVALID_REQUEST",
    "channel",
  ]),
  [`aws.events(events).channel("default/*").publish(1)`, "INVALID_REQUEST", "channel"],
  // Events.
  [`aws.events(events).channel("default/a").publish([])`, "INVALID_REQUEST", "events"],
  [`aws.events(events).channel("default/a").publish()`, "INVALID_REQUEST", "events[0]"],
  [`aws.events(events).channel("default/a").publish([1, () => {}])`, "INVALID_REQUEST", "events[1]"],
  [`aws.events(events).channel("default/a").publish([1n])`, "INVALID_REQUEST", "events[0]"],
  [`aws.events(events).channel("default/a").publish([1, "x".repeat(240 * 1024)])`, "INVALID_REQUEST", "events[1]"],
  [`aws.events(events).channel("default/a").publish([1, "ü".repeat(120 * 1024)])`, "INVALID_REQUEST", "events[1]"],
  [`aws.events(events).channel("default/a").publish(1, { transport: "udp" })`, "INVALID_REQUEST", "init.transport"],
  [`aws.events(events).channel("default/a").publish(1, { signal: 7 })`, "INVALID_REQUEST", "init.signal"],
];

test("what is wrong with a call is named, and nothing is sent", async () => {
  const ends = await at.run(
    async (sigfetch, { options, calls, endpoints }) => {
      const aws = live(sigfetch, options);
      const given = {
        aws,
        url: endpoints.graphql,
        events: endpoints.events,
        on: "subscription On { noteAdded { id } }",
      };
      const ends = [];
      for (const call of calls) {
        const made = new Function(...Object.keys(given), `return ${call}`)(...Object.values(given));
        const end = await outcome(made.ready ? made.ready() : made);
        ends.push(end);
        // One that is taken has no next message.
        if (made.next) ends.push(end.error ? await outcome(made.next()) : end);
      }
      return { ends, states: aws.states };
    },
    { options: at.guest, calls: refused.map(([call]) => call), endpoints: at.config.endpoints },
  );
  let place = 0;
  for (const [call, code, field] of refused) {
    for (let of = call.includes(".publish(") ? 1 : 2; of > 0; of -= 1) {
      try {
        assertRefused(ends.ends[place], code, field ? { field } : {});
      } catch (error) {
        throw new Error(`${call}: ${error.message}`, { cause: error });
      }
      place += 1;
    }
  }
  for (const service of ["graphqlRealtime", "eventsRealtime"]) assert.equal(await asked(at.aws, service, "connect"), 0);
});

test("nothing that pollutes Object.prototype becomes an option or a part of a call", async () => {
  const record = await at.run(
    async (sigfetch, { options, url }) => {
      const aws = live(sigfetch, options);
      const planted = { onGap: 7, maxQueued: 7.5, transport: "udp", operationName: "Other", payload: 1, event: "1" };
      Object.assign(Object.prototype, planted);
      try {
        const room = aws.events(url).channel("default/a");
        const record = await follow(() => room.subscribe({}));
        await room.publish("x", {});
        await until(() => record.messages.length === 1);
        return record.messages;
      } finally {
        for (const name in planted) delete Object.prototype[name];
      }
    },
    { options: at.guest, url: at.config.endpoints.events },
  );
  assert.deepEqual(record, ["x"]);
});

test("frames that cannot be read are reported, and change nothing", async () => {
  await at.run(
    async (sigfetch, { options, url }) => {
      globalThis.aws = live(sigfetch, options);
      globalThis.room = aws.events(url).channel("default/a");
      globalThis.record = await follow((init) => room.subscribe(init));
    },
    { options: at.guest, url: at.config.endpoints.events },
  );
  const texts = [
    "",
    "{",
    "7",
    "null",
    "[]",
    '"text"',
    "{}",
    '{"type":7}',
    '{"type":"unknown"}',
    '{"type":"__proto__"}',
    '{"type":"data"}',
    '{"type":"data","id":7,"event":"1"}',
    '{"type":"data","id":"-1","event":"1"}',
    '{"type":"data","id":"99999999999999999999","event":"1"}',
    '{"type":"publish_success","id":"x","successful":[]}',
  ];
  const send = [...texts.map((text) => ({ text })), { binary: "AAEC" }, { text: "{}", padTo: 5 * 2 ** 20 }];
  await at.aws.faults({ realtime: { send } });
  // Frames of the right form for something that is not there are no news.
  await at.aws.faults({
    realtime: {
      send: ['{"type":"data","id":"77","event":"1"}', '{"type":"unsubscribe_success","id":"77"}', '{"type":"ka"}'].map(
        (text) => ({ text }),
      ),
    },
  });
  const found = await at.page.evaluate(async () => {
    await room.publish("still here");
    await until(() => record.messages.length === 1);
    return {
      messages: record.messages,
      gaps: record.gaps.length,
      states: aws.states.map(({ state, error }) => [state, error?.code]),
    };
  });
  assert.deepEqual([found.messages, found.gaps], [["still here"], 0]);
  assert.deepEqual(found.states.slice(0, 2), [
    ["connecting", undefined],
    ["connected", undefined],
  ]);
  const reports = found.states.slice(2);
  assert.equal(reports.length, send.length);
  for (const report of reports) assert.deepEqual(report, ["connected", "SERVICE_FAULT"]);
});
