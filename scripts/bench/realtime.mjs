// Messages of one AppSync subscription: how many a second a page takes, and what they leave in its memory, beside
// Amplify's client, from the same local AWS in one run.
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { build } from "../build.mjs";
import { main } from "../lib/main.mjs";
import { inRoot } from "../lib/paths.mjs";
import { kB } from "../lib/readme.mjs";
import { faint, strong, table } from "../lib/report.mjs";
import { ReportedError } from "../lib/run.mjs";
import { installPacked } from "../lib/tarball.mjs";
import { setUp } from "../setup.mjs";
import { compileLocalAws, startLocalAws } from "../start/local-aws.mjs";
import { figure, median, serve, startChromium } from "./browser.mjs";
import { bundle } from "./bundle.mjs";

const contenders = ["platform", "sigfetch", "amplify"];

/** The API's own domain: the one form of its address that Amplify recognizes without TLS and AWS's names. */
const ENDPOINT = "graphqlDomain";

/** `$n` is the message's number. */
const MESSAGE = { field: "noteAdded", payload: { data: { noteAdded: { id: "$n", text: "lorem ipsum ".repeat(10) } } } };

/** Memory is measured for isolated pages only. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

async function control(aws, path, body) {
  const init = body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return (await fetch(`${aws.url}/_local/${path}`, init)).json();
}

/** What both pages count, before their own script runs. */
const counter = `
  count = 0;
  received = ({ noteAdded: { id } }) => {
    if (count > 0 && id === 0) count = 0;
    if (id !== count) throw new Error(\`message \${id} after \${count} others\`);
    count += 1;
    if (count === 1) first = performance.now();
    last = performance.now();
  };`;

async function startSite(settings) {
  const scripts = new Map();
  for (const name of contenders) scripts.set(`/${name}.js`, await bundle("realtime", "pages", `${name}.js`));
  const { url, stop } = await serve((request, response) => {
    for (const [name, value] of Object.entries(ISOLATED)) response.setHeader(name, value);
    const script = scripts.get(request.url);
    if (script) return response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    response.writeHead(200, { "content-type": "text/html" }).end(
      `<!doctype html><meta charset=utf-8><title>realtime</title><link rel=icon href="data:,">
<script>settings=${JSON.stringify(settings)};${counter}</script><script type=module src="${request.url}.js"></script>`,
    );
  });
  const bytesOf = (name) => brotliCompressSync(scripts.get(`/${name}.js`)).length;
  return { url, stop, bytesOf };
}

/** Opens a contender's page and waits until its subscription delivers. */
async function open(browser, site, aws, name) {
  const page = await (await browser.newContext()).newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  page.on("console", (message) => errors.push(message.text()));
  await page.goto(`${site.url}/${name}`);
  for (let tries = 0; (await page.evaluate("count")) === 0; tries += 1) {
    if (tries > 100) throw new ReportedError(`${name}: no message arrives; ${errors.join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await control(aws, "publish", MESSAGE);
  }
  return page;
}

/** Has so many messages delivered to the page; gives how many it took a second. */
async function deliver(page, aws, messages) {
  await control(aws, "publish", { ...MESSAGE, count: messages });
  await page.waitForFunction((messages) => globalThis.count === messages, messages, { timeout: 600_000 });
  return page.evaluate(`${messages} / (last - first) * 1_000`);
}

/** Bytes that the page uses, by the browser's own measure, after a garbage collection. */
async function memoryOf(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  return page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "5" }, messages: { type: "string", default: "1000000" } },
  });
  const messages = Number(values.messages);
  await setUp("start", "bench");
  await build();
  await compileLocalAws();
  await installPacked(inRoot("scripts", "bench"));
  console.log(strong("Messages of one subscription"));
  const aws = await startLocalAws(0);
  const { endpoints: at, identityPoolId, region } = await control(aws, "config");
  const graphql = at[ENDPOINT];
  const endpoints = [
    { url: at.cognitoIdentity, service: "cognito-identity" },
    { url: graphql, service: "appsync", region },
  ];
  const query = "subscription { noteAdded { id text } }";
  const site = await startSite({
    identityPoolId,
    region,
    cognitoIdentity: at.cognitoIdentity,
    graphql,
    endpoints,
    query,
  });
  const browser = await startChromium();
  try {
    console.log(`Chromium ${browser.version()}`);
    const rates = new Map(contenders.map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const name of contenders) {
        console.log(faint(`  … round ${round + 1}: ${name}`));
        const page = await open(browser, site, aws, name);
        // Once for the compilers.
        await deliver(page, aws, messages / 100);
        rates.get(name).push(await deliver(page, aws, messages / 10));
        await page.context().close();
      }
    }
    const rows = [];
    for (const name of contenders) {
      console.log(faint(`  … memory: ${name}`));
      const page = await open(browser, site, aws, name);
      const before = await memoryOf(page);
      await deliver(page, aws, messages);
      const after = await memoryOf(page);
      await page.context().close();
      rows.push([
        name,
        kB(site.bytesOf(name)),
        figure(median(rates.get(name))),
        figure(median(rates.get(name).map((rate, round) => rate / rates.get("amplify")[round]))),
        figure(before / 2 ** 20),
        figure(after / 2 ** 20),
      ]);
    }
    const head = ["", "script, kB br", "messages a second", "× Amplify", "MiB before", `MiB after ${figure(messages)}`];
    console.log(`\n${table(head, rows)}`);
  } finally {
    await browser.close();
    site.stop();
    await aws.stop();
  }
});
