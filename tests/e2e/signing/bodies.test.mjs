// Bodies of every kind and size: the bytes that are hashed are those that arrive, and the page does not stand still.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const echo = () => `${at.config.endpoints.rest}/echo/x`;

/** Runs `work(client, url, given)` in the page, as a guest. */
const asGuest = (work, given) =>
  at.run(new Function("sigfetch", "all", `return (${work})(sigfetch.createClient(all.options), all.url, all.given)`), {
    options: at.guest,
    url: echo(),
    given,
  });

/** Sends `make()`, the init of a POST, and gives what the local AWS saw; a signature that does not fit fails. */
async function sent(make) {
  const [status, text] = await asGuest(`async ({ signedFetch }, url) => {
    const response = await signedFetch(url, { method: "POST", ...(await (${make})()) });
    return [response.status, await response.text()];
  }`);
  assert.equal(status, 200, text);
  const { headers, bodyBase64, bodySha256 } = JSON.parse(text);
  return { body: Buffer.from(bodyBase64 ?? "", "base64"), bodySha256, headers: Object.fromEntries(headers) };
}

const VIEWS = [
  "Int8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Int32Array",
  "Float64Array",
  "BigInt64Array",
  "DataView",
];
for (const view of VIEWS) {
  test(`a part of a buffer seen by a ${view}`, async () => {
    const { body, headers } = await sent(
      `() => ({ body: new ${view}(new Uint8Array(64).map((_, at) => at).buffer, 16, ${view === "DataView" ? 16 : `16 / (globalThis.${view}?.BYTES_PER_ELEMENT)`}) })`,
    );
    assert.deepEqual(
      [...body],
      Array.from({ length: 16 }, (_, at) => at + 16),
    );
    assert.equal(headers["content-type"], undefined);
  });
}

/** What the init is, the body that has to arrive, and its content type. */
const KINDS = {
  "a File with a type of its own": [
    "() => ({ body: new File(['a,b'], 'a.csv', { type: 'text/csv' }) })",
    "a,b",
    "text/csv",
  ],
  "a Blob without a type": "() => ({ body: new Blob(['plain']) })|plain|".split("|"),
  "an empty Blob": "() => ({ body: new Blob() })||".split("|"),
  "an object that is no body, as its text": [
    "() => ({ body: { toString: () => 'Zoë' } })",
    "Zoë",
    "text/plain;charset=UTF-8",
  ],
  "half a character, as its replacement": ["() => ({ body: 'a\\ud83d' })", "a\ufffd", "text/plain;charset=UTF-8"],
  "a stream of several chunks": [
    `() => ({ duplex: 'half', body: new ReadableStream({ async pull(controller) {
      this.count = (this.count ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.count > 3) controller.close();
      else controller.enqueue(new TextEncoder().encode('chunk' + this.count));
    } }) })`,
    "chunk1chunk2chunk3",
    "",
  ],
  "a stream without being told duplex": "() => ({ body: new Blob(['s']).stream() })|s|".split("|"),
  "an empty stream": "() => ({ body: new ReadableStream({ start: (it) => it.close() }) })||".split("|"),
  "the body of another realm": [
    `() => {
      const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
      return { body: new contentWindow.Blob(["far"], { type: "text/far" }) };
    }`,
    "far",
    "text/far",
  ],
  "bytes of another realm": [
    `() => {
      const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
      return { body: new contentWindow.Uint8Array([102, 97, 114]) };
    }`,
    "far",
    "",
  ],
};
for (const [what, [make, body, type]] of Object.entries(KINDS)) {
  test(what, async () => {
    const arrived = await sent(make);
    assert.equal(String(arrived.body), body);
    assert.equal(arrived.headers["content-type"] ?? "", type);
  });
}

test("form data keeps the boundary it is hashed with", async () => {
  const { body, headers } = await sent(`() => {
    const body = new FormData();
    body.append("note", "Zoë ☂");
    body.append("file", new File([new Uint8Array([0, 255])], "ü.bin", { type: "application/x-own" }));
    return { body };
  }`);
  const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers["content-type"])?.[1];
  assert.ok(body.toString("latin1").startsWith(`--${boundary}\r\n`));
  assert.match(body.toString(), /name="note"\r\n\r\nZoë ☂\r\n[^]*filename="ü.bin"\r\nContent-Type: application\/x-own/);
});

test("a Request's body is used up by signedFetch as by fetch, and left alone by signHeaders", async () => {
  const seen = await asGuest(`async ({ signedFetch, signHeaders }, url) => {
    const make = () => new Request(url, { method: "POST", body: "once", headers: { "content-type": "a/b" } });
    const kept = make();
    const headers = await signHeaders(kept);
    const used = make();
    const response = await signedFetch(used);
    const again = await outcome(signedFetch(used));
    kept.headers.set("x-kept", "1");
    const own = new Request(kept, { headers: [...kept.headers, ...headers].filter(([name]) => name !== "x-kept") });
    return { used: used.bodyUsed, kept: kept.bodyUsed, again, statuses: [response.status, (await fetch(own)).status] };
  }`);
  assert.deepEqual([seen.used, seen.statuses], [true, [200, 200]]);
  assertRefused(seen.again, "INVALID_REQUEST", { field: "init" });
});

test("the body of an init replaces that of a Request, which stays unread", async () => {
  const seen = await asGuest(`async ({ signedFetch }, url) => {
    const request = new Request(url, { method: "POST", body: "old" });
    const response = await signedFetch(request, { body: "new" });
    return { used: request.bodyUsed, arrived: (await response.json()).bodyBase64 };
  }`);
  assert.equal(Buffer.from(seen.arrived, "base64").toString(), "new");
});

const REFUSED = {
  "a view of shared memory": "new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer)",
  "a view of resizable memory": "new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }))",
  "a stream that somebody reads":
    "(() => { const stream = new Blob(['a']).stream(); stream.getReader(); return stream; })()",
  "a stream that was read":
    "await (async () => { const { body } = new Response('a'); const reader = body.getReader(); await reader.read(); reader.releaseLock(); return body; })()",
  "a stream of texts": "new ReadableStream({ start: (it) => { it.enqueue('text'); it.close(); } })",
  "a stream that fails": "new ReadableStream({ start: (it) => it.error(new Error('broken pipe')) })",
};
for (const [what, body] of Object.entries(REFUSED)) {
  test(`${what} is refused, and nothing is sent`, async () => {
    const end = await asGuest(`async ({ signedFetch }, url) => {
      const body = ${body};
      return outcome(signedFetch(url, { method: "POST", body, duplex: "half" }));
    }`);
    assertRefused(end, "INVALID_REQUEST", { field: "init.body" });
    assert.ok(end.error.cause);
    assert.equal((await at.aws.stats()).calls.rest, undefined);
  });
}

/** Bytes that differ from place to place, as the page makes them too. */
const bytes = (size) => Uint8Array.from({ length: size }, (_, at) => (at * 31) ^ (at >> 8));
const PAGE_BYTES = "(size) => Uint8Array.from({ length: size }, (_, at) => (at * 31) ^ (at >> 8))";

// Around every border of size at which bodies are treated in another way.
for (const size of [8_192, 8_193, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 22, 2 ** 22 + 1, 5_300_001]) {
  test(`${size} bytes as an array, a Blob, a text and a stream`, async () => {
    const seen = await asGuest(
      `async ({ signHeaders, sign }, url, size) => {
        const bytes = (${PAGE_BYTES})(size);
        const text = "é".repeat(size >> 1) + "x".repeat(size & 1);
        const seen = {};
        const hash = async (body) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", body))]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("");
        for (const [kind, body] of Object.entries({ bytes, blob: new Blob([bytes]), text, stream: new Blob([bytes]).stream() })) {
          const progress = [];
          // Amazon S3's signatures come with the hash that was made.
          const options = { service: "s3", onProgress: (it) => progress.push({ ...it }) };
          const signed = await sign(url, { method: "PUT", body, aws: options });
          seen[kind] = {
            said: signed.headers.get("x-amz-content-sha256"),
            sent: await hash(await signed.arrayBuffer()),
            last: progress.at(-1),
            grows: progress.every(({ hashed }, at) => !at || hashed >= progress[at - 1].hashed),
          };
        }
        return seen;
      }`,
      size,
    );
    const expected = { bytes: bytes(size), blob: bytes(size), stream: bytes(size) };
    expected.text = "é".repeat(size >> 1) + "x".repeat(size & 1);
    for (const [kind, { said, sent, last, grows }] of Object.entries(seen)) {
      assert.equal(said, sha256(expected[kind]), kind);
      assert.equal(sent, said, kind);
      assert.deepEqual([last, grows], [{ hashed: size, total: size }, true], kind);
    }
  });
}

test("Blobs of every size are hashed whole, sixty at once", async () => {
  const sizes = [1, 8_193, 5_300_001];
  const hashes = await asGuest(
    `async ({ signHeaders: sign }, url, sizes) => {
      const all = [];
      for (const size of sizes) {
        const body = new Blob([(${PAGE_BYTES})(size)]);
        const given = { method: "PUT", body, aws: { service: "s3" } };
        const signed = await Promise.all(Array.from({ length: 60 }, () => sign(url, given)));
        all.push([...new Set(signed.map((headers) => headers.get("x-amz-content-sha256")))]);
      }
      return all;
    }`,
    sizes,
  );
  assert.deepEqual(
    hashes,
    sizes.map((size) => [sha256(bytes(size))]),
  );
});

test("a large array is sent, and sent again, as it was at the call", async () => {
  const size = 2 ** 23 + 1;
  await at.aws.faults({ status5xx: { service: "rest", status: 503 } });
  const seen = await asGuest(
    `async ({ signedFetch }, url, size) => {
      const body = (${PAGE_BYTES})(size);
      const answer = signedFetch(url, { method: "PUT", body });
      body.fill(0);
      const response = await answer;
      return [response.status, (await response.json()).bodySha256];
    }`,
    size,
  );
  assert.deepEqual(seen, [200, sha256(bytes(size))]);
  const { ok, ...failed } = (await at.aws.stats()).calls.rest["PUT /echo/{proxy+}"];
  assert.deepEqual([ok, Object.values(failed)], [1, [1]]);
});

test("large bodies that are hashed at the same time do not mix", async () => {
  const seen = await asGuest(`async ({ sign }, url) => {
    const bodies = Array.from({ length: 4 }, (_, nth) => new Uint8Array(6 * 2 ** 20 + nth).fill(nth));
    const all = bodies.map((body, nth) => sign(url, { method: "PUT", body: nth % 2 ? new Blob([body]) : body, aws: { service: "s3" } }));
    return Promise.all(all.map(async (signed) => (await signed).headers.get("x-amz-content-sha256")));
  }`);
  seen.forEach((hash, nth) => assert.equal(hash, sha256(Buffer.alloc(6 * 2 ** 20 + nth, nth))));
});

test("the page stays alive while more is hashed than a worker takes, and an abort ends it midway", async () => {
  const seen = await asGuest(`async ({ signHeaders }, url) => {
    const body = new Uint8Array(2 ** 26 + 1);
    const { port1, port2 } = new MessageChannel();
    let turns = 0;
    port1.onmessage = () => { turns += 1; port2.postMessage(0); };
    port2.postMessage(0);
    await signHeaders(url, { method: "PUT", body });
    const whole = turns;
    const control = new AbortController();
    let hashed;
    const onProgress = (progress) => { hashed = progress.hashed; if (hashed > 2 ** 22) control.abort("enough"); };
    const end = await signHeaders(url, { method: "PUT", body, signal: control.signal, aws: { onProgress } }).catch(String);
    const reached = hashed;
    await new Promise((resolve) => setTimeout(resolve, 100));
    port1.close();
    return { whole, end, stopped: reached === hashed && hashed < body.length };
  }`);
  assert.ok(seen.whole >= 5, `${seen.whole} turns`);
  assert.deepEqual([seen.end, seen.stopped], ["enough", true]);
});

test("an abort ends the reading of a stream", async () => {
  const seen = await asGuest(`async ({ signedFetch }, url) => {
    const control = new AbortController();
    let cancelled;
    const body = new ReadableStream({
      // Not at once, which would leave no moment for the abort.
      pull: async (it) => {
        await new Promise((resolve) => setTimeout(resolve));
        it.enqueue(new Uint8Array(9));
      },
      cancel: (reason) => { cancelled = reason; },
    }, { highWaterMark: 0 });
    const sent = signedFetch(url, { method: "POST", body, duplex: "half", signal: control.signal }).catch(String);
    setTimeout(() => control.abort("enough"), 50);
    const end = await sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { end, cancelled };
  }`);
  assert.deepEqual(seen, { end: "enough", cancelled: "enough" });
  assert.equal((await at.aws.stats()).calls.rest, undefined);
});

test("a body is signed again as it was, whatever kind it is", async () => {
  const statuses = await asGuest(`async ({ signedFetch }, url) => {
    const form = new FormData();
    form.set("a", "b");
    const bodies = ["text", new Uint8Array(3), new Blob(["blob"]), form, new Blob(["stream"]).stream()];
    return Promise.all(bodies.map(async (body) => {
      const response = await signedFetch(url, { method: "PUT", body, duplex: "half" });
      return response.status;
    }));
  }`);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
});
