// What a signature costs, beside WebCrypto's own part of it and other signers, in one page of Chromium.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { figure, median, serve, startChromium } from "./bench/browser.mjs";
import { bundle } from "./bench/bundle.mjs";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { pkg } from "./lib/paths.mjs";
import { faint, strong, table } from "./lib/report.mjs";
import { setUp } from "./setup.mjs";

const OWN = "signHeaders";
const FLOOR = "WebCrypto alone";

/** How many times the floor `signHeaders` may take. */
const LIMITS = {
  "GET, 3 query params": 0.45,
  "POST 300 B": 0.45,
  "POST 16 KiB": 0.9,
  "POST 1 MiB": 1.3,
  "POST 32 MiB": { workers: 1.5, "no workers": 3 },
};

/** The longest time in milliseconds that the page may stand still, with the largest body. */
const BLOCK = { label: "POST 32 MiB", limit: 16 };

/** Clocks that count in 5 instead of 100 microseconds are for isolated pages only. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** What a strict site allows: the module, but no worker. */
const NO_WORKERS = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";

const pages = { workers: "/", "no workers": "/no-workers" };

/** The bench's page, and the package as it is published. */
async function startSite() {
  const { default: sirv } = await import("sirv");
  const files = sirv(pkg, { dev: true });
  const script = await bundle("page.js");
  return serve((request, response) => {
    for (const [name, value] of Object.entries(ISOLATED)) response.setHeader(name, value);
    const send = (type, content) => response.writeHead(200, { "content-type": type }).end(content);
    if (request.url === "/page.js") return send("text/javascript", script);
    if (request.url.startsWith("/pkg/")) {
      request.url = request.url.slice("/pkg".length);
      return files(request, response, () => response.writeHead(404).end());
    }
    if (request.url === pages["no workers"]) response.setHeader("content-security-policy", NO_WORKERS);
    send(
      "text/html",
      "<!doctype html><meta charset=utf-8><title>bench</title><script type=module src=/page.js></script>",
    );
  });
}

/** Medians over the rounds: milliseconds and times the floor, by case and contender, and the longest block. */
async function measure(browser, url, rounds) {
  const page = await browser.newPage();
  // A large body may take minutes over all rounds.
  page.setDefaultTimeout(0);
  await page.goto(url);
  await page.waitForFunction(() => globalThis.bench?.ready());
  const call = (name, ...values) =>
    page.evaluate(([name, values]) => globalThis.bench[name](...values), [name, values]);
  const cases = [];
  for (const label of await page.evaluate(() => globalThis.bench.cases)) {
    console.log(faint(`  … ${label}`));
    const found = [];
    for (let round = 0; round < rounds; round += 1) found.push(await call("round", label, round));
    const contenders = Object.keys(found[0]).map((name) => ({
      name,
      ms: median(found.map((round) => round[name])),
      // Within each round, so that a machine that gets slower changes no ratio.
      ratio: median(found.map((round) => round[name] / round[FLOOR])),
    }));
    cases.push({ label, contenders });
  }
  const block = [];
  const idle = [];
  for (let round = 0; round < rounds; round += 1) {
    block.push(await call("block", BLOCK.label));
    idle.push(await call("idleBlock"));
  }
  await page.close();
  return { cases, block: median(block), idle: median(idle) };
}

const held = (value, limit) => (value <= limit ? "held" : "missed");

function report(title, { cases, block, idle }) {
  const others = cases[0].contenders.map(({ name }) => name).filter((name) => name !== OWN && name !== FLOOR);
  const rows = cases.map(({ label, contenders }) => {
    const of = (wanted) => contenders.find(({ name }) => name === wanted);
    const limit = LIMITS[label][title] ?? LIMITS[label];
    return [
      label,
      ...[FLOOR, OWN].map((name) => figure(of(name).ms * 1_000)),
      ...[figure(of(OWN).ratio), figure(limit), held(of(OWN).ratio, limit)],
      ...others.map((name) => (of(name) ? figure(of(name).ratio) : "–")),
    ];
  });
  const head = [FLOOR, OWN].map((name) => `${name}: µs`).concat("× floor", "at most", "verdict");
  const blocks = `Longest block, ${BLOCK.label}: ${figure(block)} ms, at most ${BLOCK.limit}: ${held(block, BLOCK.limit)}`;
  return [
    table([title, ...head, ...others.map((name) => `${name}: × floor`)], rows),
    `${blocks}. An idle page: ${figure(idle)} ms.`,
  ].join("\n\n");
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "9" } } });
  await setUp("build", "bench");
  await build();
  console.log(strong("Bench"));
  const site = await startSite();
  const browser = await startChromium();
  try {
    const [{ model }] = cpus();
    console.log(`${cpus().length} × ${model}, Chromium ${browser.version()}, node ${process.version}`);
    for (const [title, path] of Object.entries(pages)) {
      console.log(`\n${report(title, await measure(browser, site.url + path, Number(values.rounds)))}`);
    }
  } finally {
    await browser.close();
    site.stop();
  }
});
