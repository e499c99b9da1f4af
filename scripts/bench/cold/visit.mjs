import { Verdict } from "../../lib/run.mjs";

/** Networks and machines to visit from. `latencyMs` is added to each answer of AWS; the rest is Chromium's emulation. */
export const surroundings = [
  { name: "as it is" },
  { name: "50 ms per answer of AWS", latencyMs: 50 },
  { name: "CPU ÷ 4, 1.6 Mbit/s, 150 ms", cpu: 4, network: { latency: 150, throughput: 1_600_000 / 8 } },
];

/**
 * Opens a page in a profile that has never seen it, and gives milliseconds from the navigation on: until the page's
 * script is there, until each request to Cognito and the signed one leave, and until that is answered.
 */
export async function visit(browser, address, { cognitoIdentity, url }, { cpu, network }, expected) {
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
    if (status !== expected) throw new Verdict(`${address}: the call ended with ${status}`);
    // A request gets its entry when all of its answer is there, and then a moment later.
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, url, { polling: 20 });
    return await page.evaluate(
      ([cognito, url]) => {
        const resources = performance.getEntriesByType("resource");
        const script = resources.find(({ name }) => name.endsWith("/app.js"));
        const call = resources.find(({ name }) => name === url);
        return {
          script: script.responseEnd,
          cognito: resources.filter(({ name }) => name.startsWith(cognito)).map(({ startTime }) => startTime),
          leaves: call.startTime,
          answered: call.responseEnd,
        };
      },
      [cognitoIdentity, url],
    );
  } finally {
    await context.close();
  }
}
