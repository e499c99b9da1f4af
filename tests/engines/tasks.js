// What an engine is asked to do, in a page of its own.
import { createClient } from "/pkg/index.js";

/** A signed call without a body. */
export async function call({ options, url }) {
  const response = await createClient(options).signedFetch(url);
  return { status: response.status, ...(await response.json()) };
}

/** The same by the lean entry, whose module is a file of its own. */
export async function callLean({ options, url }) {
  const lean = await import("/pkg/lean.js");
  return (await lean.createClient(options).signedFetch(url)).status;
}

/** What becomes of two calls when the module cannot be loaded at first. */
export async function loadedAgain({ options, url }) {
  const { createClient } = await import("/failing/lean.js");
  const { signedFetch } = createClient(options);
  const end = () =>
    signedFetch(url).then(
      ({ status }) => status,
      ({ code }) => code,
    );
  return [await end(), await end()];
}

export const whoami = ({ options }) => createClient(options).whoami();

/** Makes, reads and deletes an item. */
export async function items({ options, url }) {
  const { signedFetch } = createClient(options);
  const headers = { "content-type": "application/json" };
  const made = await signedFetch(url, { method: "POST", headers, body: JSON.stringify({ name: "Zoë ☂" }) });
  const { id, name } = await made.json();
  const read = await signedFetch(`${url}/${id}`);
  const deleted = await signedFetch(`${url}/${id}`, { method: "DELETE" });
  return { name, statuses: [made.status, read.status, deleted.status] };
}

const explain = () => import("/pkg/explain.js");

/** What is said of calls that fail: the first cause of each, and whether that is certain. */
export async function explained({ options, urls }) {
  const aws = createClient({ ...options, retry: false, explain });
  const found = [];
  for (const url of urls) {
    const outcome = await aws.signedFetch(url).catch((error) => error);
    const { causes, certain } = await aws.explain(outcome, { probe: true, lang: "en" });
    found.push([causes[0]?.id, certain]);
  }
  return found;
}

/** The steps of an examination, and its table. */
export async function examined({ options, url }) {
  const aws = createClient({ ...options, explain });
  const rows = await aws.doctor(url, { lang: "en" }).table();
  return rows.map(({ step, result }) => `${step} ${result}`);
}

const BYTES = new Uint8Array(70_000).map((_, at) => at * 7);

/** Bodies by kind; each is sent to an API that says what arrived. */
const BODIES = {
  string: () => "kettle ☕",
  bytes: () => BYTES,
  buffer: () => BYTES.buffer,
  blob: () => new Blob([BYTES, "and text"], { type: "text/plain" }),
  "search parameters": () => new URLSearchParams({ a: "1 2", b: "ü" }),
  form: () => {
    const form = new FormData();
    form.set("field", "value ü");
    form.set("file", new Blob([BYTES]), "bytes.bin");
    return form;
  },
  stream: () =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < BYTES.length; at += 9_999) controller.enqueue(BYTES.slice(at, at + 9_999));
        controller.close();
      },
    }),
};

/** Sends a body of every kind, and compares what arrived with what the platform makes of it. */
export async function bodies({ options, url }) {
  const { signedFetch } = createClient(options);
  const ends = {};
  for (const [kind, make] of Object.entries(BODIES)) {
    const response = await signedFetch(url, { method: "POST", body: make() });
    const { bodyBase64, headers } = await response.json();
    const arrived = Uint8Array.from(atob(bodyBase64), (character) => character.charCodeAt(0));
    const type = headers.find(([name]) => name === "content-type")?.[1];
    ends[kind] = response.status === 200 && (await isSame(kind, make, arrived, type));
  }
  return ends;
}

/** Signs bodies of many bytes, and compares the hashes with WebCrypto's; and how many answers workers gave. */
export async function largeBodies({ options, url }) {
  let answers = 0;
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => (answers += 1));
    }
  };
  const { signHeaders } = createClient(options);
  const bytes = new Uint8Array(5_000_001).map((_, at) => at * 7);
  const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
  const wanted = hash.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const ends = {};
  for (const [kind, body] of Object.entries({ bytes, blob: new Blob([bytes]) })) {
    const headers = await signHeaders(url, { method: "PUT", body, aws: { service: "s3" } });
    ends[kind] = headers.get("x-amz-content-sha256") === wanted;
  }
  return { ...ends, answers };
}

async function isSame(kind, make, arrived, type) {
  if (kind === "form") {
    // Its boundary is new each time, so the platform reads what arrived.
    const form = await new Response(arrived, { headers: { "content-type": type } }).formData();
    return form.get("field") === "value ü" && equal(await bytesOf(form.get("file")), BYTES);
  }
  return equal(arrived, kind === "stream" ? BYTES : await bytesOf(make()));
}

const bytesOf = async (body) => new Uint8Array(await new Response(body).arrayBuffer());

const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Fifty first calls at once. */
export async function fifty({ options, url }) {
  const { signedFetch } = createClient(options);
  const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await signedFetch(url)).status));
  return [...new Set(statuses)];
}

/** Two calls, between which all credentials of the local AWS are made to expire. */
export async function expired({ options, url, faults }) {
  const { signedFetch } = createClient(options);
  const first = await signedFetch(url);
  const headers = { "content-type": "application/json" };
  await fetch(faults, { method: "POST", headers, body: JSON.stringify({ expireCredentials: true }) });
  const second = await signedFetch(url);
  return [first.status, second.status];
}

/** A call that is aborted while it waits for credentials. */
export async function aborted({ options, url }) {
  const reason = { why: "changed my mind" };
  const controller = new AbortController();
  const going = createClient(options).signedFetch(url, { signal: controller.signal });
  controller.abort(reason);
  return going.then(
    () => "it went through",
    (error) => error === reason,
  );
}

/**
 * How many of the first hashes of a page differ from the platform's own. Engines change to faster code while a hash is
 * computed, and must not lose their place in it.
 */
export async function hashes({ module, glue }) {
  const [{ Hasher, initSync }, response] = await Promise.all([import(glue), fetch(module)]);
  initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
  const bodies = [0, 3, 300, 65_537, 1_000_000].map((size) => new Uint8Array(size).map((_, at) => at % 251));
  const hex = (hash) => Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const expected = await Promise.all(bodies.map(async (body) => hex(await crypto.subtle.digest("SHA-256", body))));
  const hash = (body) => {
    const hasher = new Hasher();
    hasher.update(body);
    return hasher.finish();
  };
  let wrong = 0;
  for (let round = 0; round < 20; round += 1) {
    bodies.forEach((body, at) => (wrong += Number(hash(body) !== expected[at])));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return wrong;
}

/** Follows a subscription: what comes, and how many gaps. */
async function follow(subscribe) {
  const heard = { messages: [], gaps: 0 };
  heard.subscription = subscribe({ onGap: () => void (heard.gaps += 1) });
  heard.done = heard.subscription.forEach((message) => void heard.messages.push(message));
  await heard.subscription.ready();
  return heard;
}

/** Waits until something is so: what is waited for happens on the server. */
async function until(isSo) {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 20_000) throw new Error(`never so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Two clients that talk: `subscribe` follows the talk with one of them, and `say` says something with it. In between, the
 * local AWS drops all sockets. Gives for each what it has heard, how many gaps it was told of, and its sockets' states.
 */
async function talk({ guest, user, faults }, subscribe, say) {
  const realtime = () => import("/pkg/realtime.js");
  const clients = [guest, user].map((options) => createClient({ ...options, realtime }));
  const states = clients.map((client) => {
    const seen = [];
    client.addEventListener("realtime", ({ detail }) => seen.push(detail.reason ?? detail.state));
    return seen;
  });
  const both = await Promise.all(clients.map((client) => follow((init) => subscribe(client, init))));
  const heardBy = (count) => until(() => both.every(({ messages }) => messages.length === count));
  await say(clients[0], "kettle ☕ <b>");
  await heardBy(1);
  await say(clients[1], "copper");
  await heardBy(2);
  const headers = { "content-type": "application/json" };
  await fetch(faults, { method: "POST", headers, body: JSON.stringify({ realtime: { drop: {} } }) });
  await until(() => both.every(({ gaps }) => gaps === 1));
  await say(clients[0], "here again");
  await heardBy(3);
  for (const { subscription } of both) subscription.unsubscribe();
  await Promise.all(both.map(({ done }) => done));
  await until(() => states.every((seen) => seen.at(-1) === "idle"));
  return both.map(({ messages, gaps }, at) => ({ messages, gaps, states: states[at] }));
}

/** A talk over a GraphQL subscription. */
export function talkBySubscription({ url, ...task }) {
  const query = "subscription { noteAdded { text } }";
  const add = "mutation Add($text: String!) { addNote(text: $text) { id text } }";
  return talk(
    task,
    (client, init) => client.subscribe(url, { query }, init),
    (client, text) => client.graphql(url, { query: add, variables: { text } }),
  );
}

/** A talk over a channel of Events, where the user publishes over the socket. */
export function talkByEvents({ url, ...task }) {
  const room = (client) => client.events(url).channel("default/room");
  return talk(
    task,
    (client, init) => room(client).subscribe(init),
    (client, text) => room(client).publish(text, { transport: text === "copper" ? "socket" : "http" }),
  );
}
