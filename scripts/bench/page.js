// What the bench calls in the page: signers and the floor side by side, in rounds.
import { signRequest } from "@aws-amplify/core/internals/aws-client-utils";
import { AwsV4Signer } from "aws4fetch";
import { Bench } from "tinybench";
import { createClient } from "/pkg/index.js";
import { credentials, scope, signWithWebCrypto } from "./floor.js";

const API = "https://abc123def4.execute-api.eu-west-1.amazonaws.com/prod/items";

const get = () => ({ method: "GET", url: `${API}?limit=25&after=2026-11-22&search=kettle`, headers: {} });
const post = (body) => ({
  method: "POST",
  url: API,
  headers: { "content-type": typeof body === "string" ? "application/json" : "application/octet-stream" },
  body,
});
const json = (size) => JSON.stringify({ note: "lorem ipsum ".repeat(size).slice(0, size - '{"note":""}'.length) });
const bytes = (size) => Uint8Array.from({ length: size }, (_, at) => (at * 31) ^ (at >> 8));

/**
 * What is signed: bodies of an application's own data are strings, large ones bytes. A sample is that many signatures,
 * so that a clock of five microseconds is fine enough, and a round at least so many samples and milliseconds of each.
 */
const cases = {
  "GET, 3 query params": { request: get, signatures: 20, iterations: 20, time: 40 },
  "POST 300 B": { request: () => post(json(300)), signatures: 20, iterations: 20, time: 40 },
  "POST 16 KiB": { request: () => post(json(16_384)), signatures: 5, iterations: 20, time: 40 },
  "POST 1 MiB": { request: () => post(bytes(2 ** 20)), signatures: 1, iterations: 10, time: 60 },
  "POST 32 MiB": { request: () => post(bytes(2 ** 25)), signatures: 1, iterations: 3, time: 0, ownOnly: true },
};

const aws = createClient({ credentials, region: scope.region });
const keys = new Map();

/** The first two are measured with every case, the others only where pure JavaScript does not take minutes. */
const contenders = {
  signHeaders: ({ url, ...init }) => aws.signHeaders(url, init),
  "WebCrypto alone": signWithWebCrypto,
  signHeadersSync: ({ url, ...init }) => aws.signHeadersSync(url, init),
  aws4fetch: (request) => new AwsV4Signer({ ...request, ...credentials, ...scope, cache: keys }).sign(),
  Amplify: ({ url, ...init }) =>
    signRequest(
      { ...init, url: new URL(url) },
      { credentials, signingRegion: scope.region, signingService: scope.service },
    ),
};

/** How long a page stands still: a task is posted again and again while `work` runs; the longest pause in milliseconds. */
async function longestBlock(work) {
  const { port1, port2 } = new MessageChannel();
  let last;
  let longest = 0;
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - (last ?? now));
    last = now;
    port2.postMessage(0);
  };
  port2.postMessage(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  longest = 0;
  await work();
  await new Promise((resolve) => setTimeout(resolve));
  port1.onmessage = null;
  port1.close();
  return longest;
}

globalThis.bench = {
  cases: Object.keys(cases),

  /** Until the credentials are there, nothing can be signed synchronously. */
  ready: () => aws.credentials(),

  /** Milliseconds that one signature takes, by contender: the median of one round. Every other round goes backwards. */
  async round(label, number) {
    const { request, signatures, iterations, time, ownOnly } = cases[label];
    const given = request();
    const bench = new Bench({ iterations, time, warmup: number === 0, warmupIterations: 3, warmupTime: time });
    const chosen = Object.entries(contenders).slice(0, ownOnly ? 2 : undefined);
    for (const [name, sign] of number % 2 ? chosen.toReversed() : chosen) {
      bench.add(name, async () => {
        for (let count = 0; count < signatures; count += 1) await sign(given);
      });
    }
    await bench.run();
    return Object.fromEntries(
      bench.tasks.map(({ name, result }) => {
        if (result.error) throw result.error;
        return [name, result.latency.p50 / signatures];
      }),
    );
  },

  async block(label) {
    const given = cases[label].request();
    return longestBlock(() => contenders.signHeaders(given));
  },

  /** What the machine itself makes a page wait. */
  idleBlock: () => longestBlock(() => new Promise((resolve) => setTimeout(resolve, 50))),
};
