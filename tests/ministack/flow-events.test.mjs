// AppSync Events with the package: two pages in Chromium that talk through channels of ministack's Event API, over HTTP,
// whose signatures ministack recomputes, and over WebSockets, whose authorization it takes as sent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage } from "./page.mjs";

const TEXT = "Grüße <b> ✓ 😀";

let page, url, guest, user;

before(async () => {
  page = await openPage();
  url = page.config.eventApi.url;
  const other = await page.tab();
  guest = (work, value) => page.as("guest", work, value);
  user = (work, value) => other.as("user", work, value);
});

after(() => page?.stop());

/** Runs on a page: subscribes, as `record`, and keeps the channel to publish to, as `room`. */
async function join(aws, { url, subscribed, published }) {
  const api = aws.events(url);
  globalThis.room = api.channel(published);
  globalThis.record = await follow((init) => api.channel(subscribed).subscribe(init));
}

/** Runs on a page: publishes to the room. */
const publish = (_, { events, transport }) => room.publish(events, { transport });

/** Runs on a page: all messages, once there are so many. */
async function heard(_, count) {
  await until(() => record.messages.length >= count);
  return record.messages;
}

/** Runs on a page: ends the subscription, and gives how it was. */
async function leave() {
  record.subscription.unsubscribe();
  await record.done;
  const { end, gaps } = record;
  return { isError: "error" in end, gaps };
}

test("two pages chat, over HTTP and over the socket", async () => {
  const published = "default/room";
  await Promise.all([
    guest(join, { url, subscribed: published, published }),
    user(join, { url, subscribed: "default/*", published }),
  ]);
  const said = [
    [guest, { text: TEXT, at: [1, null, true] }, "http"],
    [user, "over the socket", "socket"],
    [guest, { text: "plain words" }, "socket"],
    [user, TEXT, "http"],
  ];
  for (const [who, event, transport] of said) {
    const { successful, failed } = await who(publish, { events: [event], transport });
    assert.deepEqual(failed, []);
    assert.equal(successful.length, 1);
    assert.ok(successful[0].identifier);
  }
  for (const who of [guest, user]) {
    assert.deepEqual(
      await who(heard, said.length),
      said.map(([, event]) => event),
    );
    assert.deepEqual(await who(leave), { isError: false, gaps: [] });
  }
});

test("twelve events go five at a time, in their order", async () => {
  const events = [...Array(12).keys()];
  for (const transport of ["http", "socket"]) {
    const published = `default/many-${transport}`;
    await guest(join, { url, subscribed: published, published });
    const { successful, failed } = await user(
      async (aws, { url, published, events, transport }) =>
        aws.events(url).channel(published).publish(events, { transport }),
      { url, published, events, transport },
    );
    assert.deepEqual(
      successful.map(({ index }) => index),
      events,
    );
    assert.deepEqual(failed, []);
    assert.deepEqual(await guest(heard, events.length), events);
    await guest(leave);
  }
});

test("what the one page adds by GraphQL, it tells the other through a channel", async () => {
  const published = "default/notes";
  await guest(join, { url, subscribed: published, published });
  const note = await user(
    async (aws, { url, graphqlUrl, published, text }) => {
      const query = "mutation Add($id: ID!, $text: String) { addNote(id: $id, text: $text) { id text } }";
      const { data } = await aws.graphql(graphqlUrl, { query, variables: { id: "7", text } });
      await aws.events(url).channel(published).publish(data.addNote);
      return data.addNote;
    },
    { url, graphqlUrl: page.config.graphqlApi.url, published, text: TEXT },
  );
  assert.deepEqual(note, { id: "7", text: TEXT });
  const [told] = await guest(heard, 1);
  assert.deepEqual(told, note);
  const query = "query Note($id: ID!, $text: String) { note(id: $id, text: $text) { id text } }";
  const variables = note;
  const operation = { query, variables };
  const read = await guest(
    (aws, [url, operation]) => aws.graphql(url, operation),
    [page.config.graphqlApi.url, operation],
  );
  assert.deepEqual(read, { data: { note } });
  await guest(leave);
});

test("a namespace that is not there is refused alone, and over HTTP, too", async () => {
  const published = "default/room";
  await guest(join, { url, subscribed: published, published });
  for (const transport of ["http", "socket"]) {
    const refused = guest(
      (aws, { url, transport }) => aws.events(url).channel("nowhere/room").publish(["x"], { transport }),
      { url, transport },
    );
    await assert.rejects(refused, { name: "SigFetchError", code: "REFUSED" });
  }
  const subscription = guest((aws, url) => aws.events(url).channel("nowhere/room").subscribe().ready(), url);
  await assert.rejects(subscription, { name: "SigFetchError", code: "REFUSED" });
  await guest(publish, { events: ["still here"], transport: "socket" });
  assert.deepEqual(await guest(heard, 1), ["still here"]);
  assert.deepEqual(await guest(leave), { isError: false, gaps: [] });
});

test("ministack takes a socket's signature as sent", async () => {
  const answer = await guest(async (_, url) => {
    const host = new URL(url).host;
    const header = { host, Authorization: "AWS4-HMAC-SHA256 nonsense" };
    const encoded = btoa(JSON.stringify(header)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const address = `ws://${host.replace("appsync-api", "appsync-realtime-api")}/event/realtime`;
    const socket = new WebSocket(address, ["aws-appsync-event-ws", `header-${encoded}`]);
    socket.onopen = () => socket.send('{"type":"connection_init"}');
    const { data } = await new Promise((resolve) => (socket.onmessage = resolve));
    socket.close();
    return JSON.parse(data).type;
  }, url);
  assert.equal(answer, "connection_ack");
});
