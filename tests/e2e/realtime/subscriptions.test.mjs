// GraphQL subscriptions of AppSync, in pages against the local AWS.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openTab, runIn } from "../support/browser.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { asked, prepare, installFollow } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });
beforeEach(() => prepare(at.page));

const QUERY = "subscription Added { noteAdded { id text } }";
const ADD = "mutation Add($text: String!) { addNote(text: $text) { id text } }";

/** Starts a client with a subscription in a page. */
const start = (page, options = at.guest) =>
  runIn(
    page,
    async (sigfetch, { options, url, query }) => {
      globalThis.aws = live(sigfetch, options);
      globalThis.record = await follow((init) => aws.subscribe(url, { query }, init));
    },
    { options, url: at.config.endpoints.graphql, query: QUERY },
  );

const add = (page, text) =>
  page.evaluate(
    ([url, query, text]) => aws.graphql(url, { query, variables: { text } }),
    [at.config.endpoints.graphql, ADD, text],
  );

test("two pages chat through subscriptions", async () => {
  const other = await openTab(at, installFollow);
  await Promise.all([start(at.page), start(other, at.alice)]);
  for (const [page, text] of [
    [at.page, "hello"],
    [other, 'Zoë "☂" <b>'],
    [at.page, "\u2028"],
  ]) {
    await add(page, text);
  }
  for (const page of [at.page, other]) {
    const messages = await page.evaluate(async () => {
      await until(() => record.messages.length === 3);
      return record.messages;
    });
    assert.deepEqual(
      messages.map(({ data }) => data.noteAdded.text),
      ["hello", 'Zoë "☂" <b>', "\u2028"],
    );
  }
});

test("subscriptions of a user share a socket, which closes when nobody needs it", async () => {
  const states = await at.run(
    async (sigfetch, { options, url, query }) => {
      const aws = live(sigfetch, options);
      const records = await Promise.all([1, 2, 3].map(() => follow((init) => aws.subscribe(url, { query }, init))));
      for (const { subscription } of records) subscription.unsubscribe();
      await Promise.all(records.map(({ done }) => done));
      await until(() => aws.states.at(-1).state === "idle");
      return { states: aws.states, ends: records.map(({ end }) => end) };
    },
    { options: at.guest, url: at.config.endpoints.graphqlRealtime, query: QUERY },
  );
  assert.deepEqual(
    states.states.map(({ state, endpoint }) => [state, endpoint]),
    ["connecting", "connected", "idle"].map((state) => [state, at.config.endpoints.graphql]),
  );
  assert.ok(
    states.ends.every((end) => !("error" in end)),
    "unsubscribing is no error",
  );
  const { openSockets } = await at.aws.stats();
  assert.equal(openSockets.graphqlRealtime, 0);
  assert.equal(await asked(at.aws, "graphqlRealtime", "connect"), 1);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("a loop that is left, return and an aborted signal end a subscription", async () => {
  const open = await at.run(
    async (sigfetch, { options, url, query, add }) => {
      const aws = live(sigfetch, options);
      const texts = [];
      const looped = aws.subscribe(url, { query });
      await looped.ready();
      const leaving = (async () => {
        for await (const { data } of looped) if (texts.push(data.noteAdded.text) === 2) break;
      })();
      for (const text of ["a", "b", "c"]) await aws.graphql(url, { query: add, variables: { text } });
      await leaving;
      const returned = aws.subscribe(url, { query });
      await returned.ready();
      const waiting = returned.next();
      await returned.return();
      const controller = new AbortController();
      const aborted = aws.subscribe(url, { query }, { signal: controller.signal });
      await aborted.ready();
      const done = aborted.forEach(() => {});
      controller.abort();
      await done;
      return { texts, after: [await looped.next(), await waiting, await aborted.next()] };
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY, add: ADD },
  );
  assert.deepEqual(open.texts, ["a", "b"]);
  for (const next of open.after) assert.equal(next.done, true);
});

test("unsubscribing before the socket is there is safe, and nothing is started", async () => {
  const ends = await at.run(
    async (sigfetch, { options, url, query }) => {
      const aws = live(sigfetch, options);
      const ends = [];
      for (const wait of [0, 0, 5, 20, 60]) {
        const subscription = aws.subscribe(url, { query });
        const ready = outcome(subscription.ready());
        const next = subscription.next();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        subscription.unsubscribe();
        ends.push({ ready: await ready, next: await next });
      }
      const aborted = aws.subscribe(url, { query }, { signal: AbortSignal.abort(new Error("early")) });
      ends.push({ ready: await outcome(aborted.ready()), next: await aborted.next() });
      return ends;
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY },
  );
  for (const { next } of ends) assert.equal(next.done, true);
  assert.equal(ends[0].ready.error.name, "AbortError");
  assert.equal(ends.at(-1).ready.error.message, "early");
  const after = await at.run(
    async (sigfetch, { options, url, query }) => {
      const aws = live(sigfetch, options);
      const record = await follow((init) => aws.subscribe(url, { query }, init));
      record.subscription.unsubscribe();
      return (await record.done) && record.messages.length;
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY },
  );
  assert.equal(after, 0);
});

test("a refused subscription ends alone", async () => {
  const ends = await at.run(
    async (sigfetch, { options, url, query, add }) => {
      const aws = live(sigfetch, options);
      const record = await follow((init) => aws.subscribe(url, { query }, init));
      const refused = aws.subscribe(url, { query: "subscription { noteDeleted { id } }" });
      const unknown = aws.subscribe(url, { query: "subscription { nonsense }" });
      const ends = [
        await outcome(refused.ready()),
        await outcome(refused.next()),
        await outcome(refused.next()),
        await outcome(unknown.forEach(() => {})),
      ];
      await aws.graphql(url, { query: add, variables: { text: "still here" } });
      await until(() => record.messages.length > 0);
      return { ends, states: aws.states.map(({ state }) => state), gaps: aws.gaps };
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY, add: ADD },
  );
  const [ready, first, second, unknown] = ends.ends;
  for (const end of [ready, first]) assertRefused(end, "REFUSED", { serviceError: "Unauthorized", retryable: false });
  assert.equal(second.value.done, true);
  assertRefused(unknown, "REFUSED");
  assert.deepEqual(ends.states, ["connecting", "connected"]);
  assert.deepEqual(ends.gaps, []);
});

test("a consumer that is too slow loses the oldest messages, and is told how many", async () => {
  const taken = await at.run(
    async (sigfetch, { options, url, query, add }) => {
      const aws = live(sigfetch, options);
      const gaps = [];
      const slow = aws.subscribe(url, { query }, { maxQueued: 3, onGap: (gap) => gaps.push(gap) });
      const quick = await follow((init) => aws.subscribe(url, { query }, init));
      await slow.ready();
      for (let n = 0; n < 10; n += 1) await aws.graphql(url, { query: add, variables: { text: String(n) } });
      await until(() => quick.messages.length === 10);
      const taken = [];
      for await (const { data } of slow) if (taken.push(data.noteAdded.text) === 2) break;
      return { taken, gaps, events: aws.gaps };
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY, add: ADD },
  );
  assert.deepEqual(taken.taken, ["8", "9"]);
  assert.equal(taken.gaps.length, 1);
  const { disconnections, overflowed, unreadable } = taken.gaps[0];
  assert.deepEqual({ disconnections, overflowed, unreadable }, { disconnections: 0, overflowed: 8, unreadable: 0 });
  assert.equal(taken.events.length, 1);
  assert.equal(taken.events[0].endpoint, at.config.endpoints.graphql);
});

test("documents of every kind are subscribed to", async () => {
  const texts = await at.run(
    async (sigfetch, { options, url, query, add }) => {
      const aws = live(sigfetch, options);
      const name = (value) => ({ kind: "Name", value });
      const field = (value, ...selections) => ({
        kind: "Field",
        name: name(value),
        selectionSet: selections.length ? { kind: "SelectionSet", selections } : undefined,
      });
      const parsed = {
        kind: "Document",
        definitions: [
          {
            kind: "OperationDefinition",
            operation: "subscription",
            selectionSet: { kind: "SelectionSet", selections: [field("noteAdded", field("text"))] },
          },
        ],
      };
      const documents = [query, new String(query), parsed, { ...parsed, loc: { source: { body: query } } }];
      const records = await Promise.all(
        documents.map((document) => follow((init) => aws.subscribe(url, { query: document }, init))),
      );
      await aws.graphql(url, { query: new String(add), variables: { text: "x" } });
      await until(() => records.every(({ messages }) => messages.length === 1));
      return records.map(({ messages: [{ data }] }) => data.noteAdded.text);
    },
    { options: at.guest, url: at.config.endpoints.graphql, query: QUERY, add: ADD },
  );
  assert.deepEqual(texts, ["x", "x", "x", "x"]);
});

test("without the option, subscribing says what to write", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, urls, query }) => {
      const ends = [];
      for (const realtime of [undefined, {}, "sigfetch/realtime"]) {
        const aws = createClient({ ...options, realtime });
        ends.push(await outcome(aws.subscribe(urls.graphql, { query }).next()));
        ends.push(await outcome(aws.events(urls.events).channel("default/a").publish(1)));
      }
      const failing = createClient({ ...options, realtime: () => import("/pkg/no-such-file.js") });
      ends.push(await outcome(failing.subscribe(urls.graphql, { query }).ready()));
      return ends;
    },
    { options: at.guest, urls: at.config.endpoints, query: QUERY },
  );
  const last = ends.pop();
  for (const end of ends) {
    assertRefused(end, "INVALID_OPTION", {
      field: "options.realtime",
      message: /\(\) => import\("sigfetch\/realtime"\)/,
    });
  }
  assertRefused(last, "WASM_LOAD", { message: /sigfetch\/realtime/ });
});
