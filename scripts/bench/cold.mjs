// How long a first visit takes from the navigation until the first signed request leaves, beside others.
import { parseArgs } from "node:util";
import { build } from "../build.mjs";
import { main } from "../lib/main.mjs";
import { kB } from "../lib/readme.mjs";
import { faint, strong, table } from "../lib/report.mjs";
import { ReportedError } from "../lib/run.mjs";
import { setUp } from "../setup.mjs";
import { compileLocalAws, startLocalAws } from "../start/local-aws.mjs";
import { figure, median, startChromium } from "./browser.mjs";
import { contenders, REFERENCE, startSite } from "./cold/site.mjs";

/**
 * Networks and machines to visit from, and how many times the reference may take there. `latencyMs` is added to each
 * answer of AWS; the rest is Chromium's emulation.
 */
const settings = [
  { name: "no delays", limit: 1 },
  { name: "50 ms an answer", limit: 1, latencyMs: 50 },
  { name: "CPU ÷ 4, 1.6 Mbit/s, 150 ms", limit: 1.15, cpu: 4, network: { latency: 150, throughput: 200_000 } },
];

/**
 * Opens a page in a profile that has never seen it, and gives milliseconds from the navigation on: until the page's
 * script is there, until GetId, GetCredentialsForIdentity and the signed request leave, and until that is answered.
 */
async function visit(browser, address, { cognitoIdentity, url }, { cpu, network }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    if (cpu) await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
    if (network) {
      const { latency, throughput } = network;
      const both = { downloadThroughput: throughput, uploadThroughput: throughput };
      await devtools.send("Network.enable");
      await devtools.send("Network.emulateNetworkConditions", { offline: false, latency, ...both });
    }
    await page.goto(address, { waitUntil: "commit" });
    await page.waitForFunction(() => "done" in globalThis, undefined, { polling: 50 });
    const status = await page.evaluate(() => globalThis.done);
    if (status !== 200) throw new ReportedError(`${address}: the call ended with ${status}`);
    // A request gets its entry a moment after all of its answer is there.
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, url, { polling: 20 });
    return await page.evaluate(
      ([cognito, url]) => {
        const resources = performance.getEntriesByType("resource");
        const script = resources.find(({ name }) => name.endsWith("/app.js"));
        const [getId, getCredentials] = resources.filter(({ name }) => name.startsWith(cognito));
        const call = resources.find(({ name }) => name === url);
        return [script.responseEnd, getId.startTime, getCredentials.startTime, call.startTime, call.responseEnd];
      },
      [cognitoIdentity, url],
    );
  } finally {
    await context.close();
  }
}

/** All visits in one setting, by contender: in each round every one of them once, in an order that changes. */
async function measure(browser, site, page, setting, rounds) {
  const visits = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    const at = round % contenders.length;
    for (const contender of [...contenders.slice(at), ...contenders.slice(0, at)]) {
      visits.get(contender).push(await visit(browser, site.addressOf(contender), page, setting));
    }
  }
  return visits;
}

/** When the signed request left, of one visit. */
const leaves = ([, , , time]) => time;

function report(site, setting, visits) {
  const reference = [...visits].find(([{ name }]) => name === REFERENCE)[1];
  const rows = [...visits].map(([contender, own]) => {
    const ratio = median(own.map((one, round) => leaves(one) / leaves(reference[round])));
    const verdict = contender.ours ? [figure(setting.limit), ratio <= setting.limit ? "held" : "missed"] : ["", ""];
    const phases = own[0].map((_, phase) => figure(median(own.map((times) => times[phase])))).join(" → ");
    const bytes = kB(site.bytesOf(contender));
    return [contender.name, bytes, figure(median(own.map(leaves))), figure(ratio), ...verdict, phases];
  });
  const phases = "script → GetId → GetCredentials… → signed request → answer";
  const head = [setting.name, "script, kB br", "ms", "× reference", "at most", "verdict", phases];
  return table(head, rows);
}

async function control(aws, path, body) {
  const init = body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return (await fetch(`${aws.url}/_local/${path}`, init)).json();
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
  await setUp("start", "bench");
  await build();
  await compileLocalAws();
  console.log(strong(`Cold start, × ${REFERENCE}`));
  const aws = await startLocalAws(0);
  const { endpoints: at, identityPoolId, region } = await control(aws, "config");
  const page = {
    identityPoolId,
    region,
    cognitoIdentity: at.cognitoIdentity,
    url: `${at.rest}/items`,
    endpoints: [
      { url: at.cognitoIdentity, service: "cognito-identity" },
      { url: at.rest, service: "execute-api", region },
    ],
  };
  const site = await startSite(page);
  const browser = await startChromium();
  try {
    console.log(`Chromium ${browser.version()}`);
    for (const setting of settings) {
      console.log(faint(`  … ${setting.name}`));
      const latency = setting.latencyMs;
      await control(aws, "faults", { latencyMs: latency ? { cognitoIdentity: latency, rest: latency } : null });
      const visits = await measure(browser, site, page, setting, Number(values.rounds));
      console.log(`\n${report(site, setting, visits)}\n`);
    }
  } finally {
    await browser.close();
    site.stop();
    await aws.stop();
  }
});
