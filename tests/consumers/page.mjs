// A project's page in Chromium.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../../scripts/setup/browser.mjs";

/** A host that is this machine but not `localhost`, so that plain http from it is no secure context. */
export const INSECURE_HOST = "shop.example";

/** Nothing leaves the machine. */
const RESOLVER = `MAP ${INSECURE_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost`;

export const startChromium = () =>
  chromium.launch({
    executablePath: chromiumPath(),
    // Pages may ask for a garbage collection.
    args: ["--no-sandbox", `--host-resolver-rules=${RESOLVER}`, "--js-flags=--expose-gc"],
  });

/**
 * Opens an address and gives what came of the call that its script makes. The page must not complain, and load so many
 * files of WebAssembly. `act` does something to the page that has loaded; `look` is called while all is there.
 */
export async function resultOf(browser, url, { task, files, act, look }) {
  const context = await browser.newContext();
  try {
    await context.addInitScript((task) => (globalThis.task = task), task);
    const page = await context.newPage();
    const said = [];
    const modules = [];
    page.on("console", (message) => /error|warning/.test(message.type()) && said.push(message.text()));
    page.on("pageerror", (error) => said.push(`uncaught: ${error}`));
    context.on("request", (asked) => /\.wasm\b/.test(asked.url()) && modules.push(asked.url()));
    await page.goto(url);
    await act?.(page);
    const result = await until(() => page.evaluate(() => globalThis.result), said);
    assert.deepEqual(said, [], "the console is silent");
    assert.equal(modules.length, files, `files of WebAssembly: ${modules}`);
    await look?.();
    return result;
  } finally {
    await context.close();
  }
}

/** What the page's call gives: at first there may be none, and it may never end. */
async function until(ask, said) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the page never made its call: ${said.join("\n")}`)), 30_000);
  });
  try {
    for (;;) {
      const answer = await Promise.race([ask(), late]);
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    clearTimeout(timer);
  }
}
