// A page in a real browser that has the npm package at hand, for the tests beside this file.
import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../../scripts/setup/browser.mjs";

/**
 * Opens a page of the site and gives `run(function, argument)`, which calls the function in it with the package's
 * exports first. What the console says is kept, for the tests of secrecy.
 */
export async function openBrowser(pageUrl) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`uncaught: ${error}`));
  await page.goto(new URL("local-aws.json", pageUrl).href);
  const run = (work, argument) =>
    page.evaluate(
      async ([source, value]) => {
        const sigfetch = await import("/pkg/index.js");
        return new Function(`return (${source})`)()(sigfetch, value);
      },
      [String(work), argument],
    );
  return { page, context, said, run, close: () => browser.close() };
}
