import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../setup/browser.mjs";

/**
 * Starts Chromium. `open(path)` gives a new page of the bench in a process of its own, with
 * `call(name, ...arguments)` for what `page/main.js` offers.
 */
export async function startBrowser(url) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
  return {
    browser,
    version: browser.version(),
    close: () => browser.close(),
    async open(path = "") {
      const context = await browser.newContext();
      const page = await context.newPage();
      // A large contender may take minutes over all rounds.
      page.setDefaultTimeout(0);
      await page.goto(new URL(path, url).href);
      await page.waitForFunction(() => globalThis.bench?.ready());
      const call = (name, ...values) =>
        page.evaluate(([name, values]) => globalThis.bench[name](...values), [name, values]);
      return { page, call, close: () => context.close() };
    },
  };
}
