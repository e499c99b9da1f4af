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
