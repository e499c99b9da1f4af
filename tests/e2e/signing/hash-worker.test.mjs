// Large bodies: hashed in a worker where there can be one, and as well where there cannot.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const MIB = 2 ** 20;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Bytes that differ from place to place, as the page makes them too. */
function bytes(size) {
  const all = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) all[at] = (at * 31) ^ (at >> 8);
  return all;
}

/** What is there in the page: `workers` tells what became of them, and `waits` shortens timers. */
function prepare() {
  const { Worker, setTimeout } = globalThis;
  const workers = (globalThis.workers = { made: 0, ended: 0, asked: 0 });
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      workers.made += 1;
      super(...given);
    }
    postMessage(...given) {
      workers.asked += 1;
      globalThis.ask ? globalThis.ask(this) : super.postMessage(...given);
    }
    terminate() {
      workers.ended += 1;
      super.terminate();
    }
  };
  globalThis.setTimeout = (work, wait, ...rest) => setTimeout(work, globalThis.waits[wait] ?? wait, ...rest);
  globalThis.waits = {};
  globalThis.client = async () => {
    const { createClient } = await import("/pkg/index.js");
    return createClient({ credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" } });
  };
  // Amazon S3's signatures come with the hash that was made.
  globalThis.hash = async (body, { signHeaders }, init) =>
    (await signHeaders("https://a.s3.eu-west-1.amazonaws.com/b", { method: "PUT", body, ...init })).get(
      "x-amz-content-sha256",
    );
}

beforeEach(async () => {
  await at.page.addInitScript(`(${prepare})(); globalThis.bytes = ${bytes};`);
  await at.page.reload();
});

const inPage = (work, given) => at.page.evaluate(`(${work})(${JSON.stringify(given)})`);

test("bodies of every size and kind are hashed whole, by one worker that takes only large ones of bytes", async () => {
  const sizes = [4 * MIB, 4 * MIB + 1, 9_300_001, 64 * MIB, 64 * MIB + 1, 5_300_001];
  const seen = await inPage(async (sizes) => {
    const aws = await globalThis.client();
    const seen = [];
    for (const size of sizes) {
      const body = globalThis.bytes(size);
      const progress = [];
      const onProgress = ({ hashed, total }) => progress.push(hashed / total);
      const asked = globalThis.workers.asked;
      const hashes = [
        await globalThis.hash(body, aws),
        await globalThis.hash(new Blob([body]), aws, { aws: { onProgress } }),
        await globalThis.hash("é".repeat(size >> 1) + "x".repeat(size & 1), aws),
      ];
      const isTold = progress.at(-1) === 1 && progress.every((share, at) => !at || share > progress[at - 1]);
      seen.push({ hashes, asked: globalThis.workers.asked - asked, isTold });
    }
    return { seen, workers: globalThis.workers };
  }, sizes);
  sizes.forEach((size, nth) => {
    const text = sha256("é".repeat(size >> 1) + "x".repeat(size & 1));
    const isLarge = size > 4 * MIB && size <= 64 * MIB;
    // A `Blob` has to be read, and a text is long from a million characters on, and then in pieces.
    const asked = isLarge ? 1 : 0;
    const all = [sha256(bytes(size)), sha256(bytes(size)), text];
    assert.deepEqual(seen.seen[nth].hashes, all, `${size}`);
    assert.equal(seen.seen[nth].isTold, true, `${size}`);
    if (size !== 4 * MIB) assert.equal(seen.seen[nth].asked, asked, `${size}`);
  });
  assert.deepEqual([seen.workers.made, seen.workers.ended], [1, 0]);
});

test("sixty large bodies at once are hashed, those of bytes by one worker, one after the other", async () => {
  const seen = await inPage(async () => {
    const aws = await globalThis.client();
    const bodies = Array.from({ length: 60 }, (_, nth) => new Uint8Array(5 * 2 ** 20 + nth).fill(nth));
    const hashes = await Promise.all(
      bodies.map((body, nth) => globalThis.hash(nth % 2 ? new Blob([body]) : body, aws)),
    );
    return { hashes, workers: globalThis.workers };
  });
  seen.hashes.forEach((hash, nth) => assert.equal(hash, sha256(Buffer.alloc(5 * MIB + nth, nth))));
  assert.deepEqual(seen.workers, { made: 1, ended: 0, asked: 30 });
});

test("worker and buffer are let go when nobody needs them, and made anew", async () => {
  const seen = await inPage(async () => {
    const aws = await globalThis.client();
    globalThis.waits = { 10_000: 50 };
    const hashes = [];
    for (let time = 0; time < 2; time += 1) {
      hashes.push(await globalThis.hash(globalThis.bytes(5e6), aws));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return { hashes, workers: globalThis.workers };
  });
  assert.deepEqual(seen.hashes, Array(2).fill(sha256(bytes(5e6))));
  assert.deepEqual(seen.workers, { made: 2, ended: 2, asked: 2 });
});

test("an abort ends the waiting at once, of who is hashed and of who is in line, and nobody else's", async () => {
  const seen = await inPage(async () => {
    const aws = await globalThis.client();
    const body = globalThis.bytes(2 ** 25);
    await globalThis.hash(body, aws);
    const controls = [new AbortController(), new AbortController()];
    const ends = [...controls, undefined].map((control) =>
      globalThis.hash(body, aws, { signal: control?.signal }).catch(String),
    );
    controls[1].abort("in line");
    const second = await ends[1];
    // The first one's turn came when its bytes were written.
    while (globalThis.workers.asked < 2) await new Promise((resolve) => setTimeout(resolve));
    controls[0].abort("midway");
    const soonest = await Promise.race([ends[0], ends[2]]);
    return { soonest, ends: [await ends[0], second, await ends[2]], asked: globalThis.workers.asked };
  });
  assert.equal(seen.soonest, "midway");
  assert.deepEqual(seen.ends, ["midway", "in line", sha256(bytes(2 ** 25))]);
  // The one in line never had a turn.
  assert.equal(seen.asked, 3);
});

test("a sign-out ends what is hashed for whoever is gone", async () => {
  const seen = await inPage(async () => {
    const aws = await globalThis.client();
    const body = globalThis.bytes(2 ** 25);
    const end = globalThis.hash(body, aws).catch(({ code }) => code);
    await new Promise((resolve) => setTimeout(resolve));
    aws.signOut();
    return { end: await end, after: await globalThis.hash(body, aws) };
  });
  assert.deepEqual(seen, { end: "SIGNED_OUT", after: sha256(bytes(2 ** 25)) });
});

/** What keeps a page from having a worker, and how often one is tried. */
const HINDRANCES = {
  "the page's policy": [() => globalThis.forbid("worker-src 'none'"), 1],
  "trusted types": [() => globalThis.forbid("require-trusted-types-for 'script'"), 1],
  "a platform without workers": [() => delete globalThis.Worker, 0],
  "a worker that dies": [() => (globalThis.ask = (worker) => worker.dispatchEvent(new Event("error"))), 1],
  "a worker whose message cannot be read": [
    () => (globalThis.ask = (worker) => worker.dispatchEvent(new Event("messageerror"))),
    1,
  ],
  "a worker that says it failed": [
    () => (globalThis.ask = (worker) => worker.dispatchEvent(new MessageEvent("message", { data: [] }))),
    1,
  ],
  "a worker that says nothing": [() => ((globalThis.ask = () => {}), (globalThis.waits = { 15_000: 100 })), 1],
};
for (const [what, [hinder, tries]] of Object.entries(HINDRANCES)) {
  test(`bodies are hashed in the page in spite of ${what}, which is tried no more`, async () => {
    const seen = await inPage(
      `async () => {
        globalThis.forbid = (content) => {
          const policy = Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content });
          document.head.append(policy);
        };
        const aws = await globalThis.client();
        await aws.credentials();
        (${hinder})();
        const body = globalThis.bytes(9e6);
        const all = [body, new Blob([body]), "é".repeat(45e5)].map((body) => globalThis.hash(body, aws));
        return { hashes: [...(await Promise.all(all)), await globalThis.hash(body, aws)], workers: globalThis.workers };
      }`,
    );
    const own = sha256(bytes(9e6));
    assert.deepEqual(seen.hashes, [own, own, sha256("é".repeat(45e5)), own]);
    assert.equal(seen.workers.made, tries);
  });
}
