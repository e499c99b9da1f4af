// The channel of `shareBetweenTabs` is open to every script of the origin: whatever is posted on it, a client takes a set
// that is one, or fetches its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openTab } from "../support/browser.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting({ newPages: true });

const sharing = () => ({ ...at.guest, shareBetweenTabs: true });
const items = () => `${at.config.endpoints.rest}/items`;

/** A client that shares, which is used and then signed out: the status of its call, its clock and its key. */
const visit = (page) =>
  page.evaluate(
    async ({ options, url }) => {
      const { createClient } = await import("/pkg/index.js");
      const aws = createClient(options);
      const key = (await aws.credentials()).accessKeyId;
      const { status } = await aws.signedFetch(url);
      const offset = aws.clock.offset;
      aws.signOut();
      return { key, status, offset };
    },
    { options: sharing(), url: items() },
  );

/** Makes a client that shares and has a set, in a tab that keeps the names of its channels. */
const begin = (page) =>
  page.evaluate(async (options) => {
    const { BroadcastChannel } = globalThis;
    globalThis.names = new Set();
    globalThis.BroadcastChannel = class extends BroadcastChannel {
      constructor(name) {
        super(name);
        globalThis.names.add(name);
      }
    };
    const { createClient } = await import("/pkg/index.js");
    globalThis.aws = createClient(options);
    await globalThis.aws.credentials();
    return [...globalThis.names];
  }, sharing());

/** What no client posts, each a function in the page. */
const JUNK = [
  "() => null",
  "() => undefined",
  "() => 7",
  "() => true",
  "() => ''",
  "() => 'question'",
  "() => []",
  "() => [null]",
  "() => ({})",
  "() => new Map([['question', 1]])",
  "() => new Blob(['a'])",
  "() => new Uint8Array(9)",
  "() => new Error('a')",
  "() => new Date(NaN)",
  "() => ({ question: null })",
  "() => ({ question: {}, identityId: [], known: 7 })",
  "() => ({ question: 'x'.repeat(1e6) })",
  "() => ({ id: 1, question: { known: { toString: 1 } } })",
  "() => ({ answer: 'somebody', shared: null })",
  "() => ({ answer: null, shared: { set: null, offset: {} } })",
  "() => ({ id: 'a', answer: { set: 'text', offset: NaN } })",
  "() => { const loop = {}; loop.loop = loop; return loop; }",
];

test("what is no message is ignored, by tabs that have a set and by those that ask for one", async () => {
  const [name] = await begin(at.page);
  const attacker = await openTab(at);
  await attacker.evaluate(
    ({ name, junk }) => {
      const channel = new BroadcastChannel(name);
      const make = junk.map((source) => new Function(`return (${source})()`));
      for (const one of make) channel.postMessage(one());
      // And in answer to what is asked; not for ever, as tabs may answer this in their turn.
      let answers = 0;
      channel.onmessage = () => answers++ < 5 && make.forEach((one) => channel.postMessage(one()));
    },
    { name, junk: JUNK },
  );
  const tab = await openTab(at);
  const { status, offset } = await visit(tab);
  assert.equal(status, 200);
  assert.ok(Math.abs(offset) < 5_000, `${offset}`);
  // The tab from before still answers.
  assert.equal(await at.page.evaluate(async (url) => (await globalThis.aws.signedFetch(url)).status, items()), 200);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

/** What takes the place of one value of an honest answer. */
const SPOILS = {
  "a text with a line break": "a\nb",
  "a text that is not ASCII": "é☂",
  "an empty text": "",
  "a number that is none": NaN,
  "a huge number": 1e300,
  "a negative huge number": -1e300,
  "a century in milliseconds": 3.15e12,
  nothing: undefined,
  null: null,
  "an object": { a: 1 },
  "a list": [1],
  "a flag": true,
};

test("an honest answer of which one value is spoilt is not taken, and the tab fetches its own", async (t) => {
  // In the tab that answers, messages are spoilt on their way: the path of the value is the tab's to count.
  await at.page.addInitScript(() => {
    const { postMessage } = BroadcastChannel.prototype;
    const leaves = (value, path = []) =>
      value && typeof value === "object"
        ? Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]))
        : [path];
    BroadcastChannel.prototype.postMessage = function (message) {
      const copy = structuredClone(message);
      const paths = leaves(copy);
      globalThis.longest = Math.max(globalThis.longest ?? 0, paths.length);
      const path = globalThis.spoilt && paths[globalThis.spoilt.nth];
      if (path) {
        const last = path.pop();
        path.reduce((object, name) => object[name], copy)[last] = globalThis.spoilt.value;
      }
      postMessage.call(this, copy);
    };
  });
  await at.page.reload();
  await begin(at.page);
  const tab = await openTab(at, () => {
    // Nobody else will answer, so nobody has to be waited for.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (work, wait, ...rest) =>
      setTimeout(work, wait >= 500 && wait <= 5_000 ? 50 : wait, ...rest);
  });
  assert.equal((await visit(tab)).status, 200);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 }, "honest answers are taken");
  const values = await at.page.evaluate(() => globalThis.longest);
  assert.ok(values >= 4, `${values} values in an answer`);
  let visits = 0;
  for (const [what, value] of Object.entries(SPOILS)) {
    for (let nth = 0; nth < values; nth += 1) {
      await at.page.evaluate((spoilt) => (globalThis.spoilt = spoilt), { nth, value });
      const { status, offset } = await visit(tab);
      assert.equal(status, 200, `${what} as value ${nth}`);
      assert.ok(Math.abs(offset) < 5_000, `${what} as value ${nth}: the clock was moved by ${offset}`);
      visits += 1;
    }
  }
  const { rest } = (await at.aws.stats()).calls;
  t.diagnostic(`${visits} visits; the API answered ${JSON.stringify(rest["GET /items"])}`);
});

test("an answer to another question, and a second one to the same, is ignored", async () => {
  const [name] = await begin(at.page);
  const attacker = await openTab(at);
  await attacker.evaluate((name) => {
    const channel = new BroadcastChannel(name);
    globalThis.heard = [];
    const replay = (data) => {
      globalThis.heard.push(data);
      for (const old of globalThis.heard) channel.postMessage(old);
    };
    channel.onmessage = ({ data }) => globalThis.heard.length < 20 && replay(data);
  }, name);
  const tab = await openTab(at);
  for (let time = 0; time < 3; time += 1) assert.equal((await visit(tab)).status, 200);
});
