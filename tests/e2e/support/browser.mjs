// A page in a real browser that has the npm package at hand, for the tests beside this file.
import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../../../scripts/setup/browser.mjs";
import { installOutcome } from "./outcome.mjs";

/** No test leaves the machine, whatever it gets wrong. */
const LOOPBACK_ONLY =
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1";

/** Starts the browser, with further flags if given. `open` gives a page of the site with storage of its own. */
export async function startBrowser(pageUrl, flags = []) {
  const args = ["--no-sandbox", LOOPBACK_ONLY, ...flags];
  const browser = await chromium.launch({ executablePath: chromiumPath(), args });
  return { open: () => openPage(browser, pageUrl), close: () => browser.close() };
}

/** A browser with one page, for tests that need no more. */
export async function openBrowser(pageUrl) {
  const browser = await startBrowser(pageUrl);
  return { ...(await browser.open()), close: browser.close };
}

/**
 * Opens a page and gives `run(function, argument)`, which calls the function in it with the package's exports first.
 * `said` is what the console says.
 */
async function openPage(browser, pageUrl) {
  const context = await browser.newContext();
  await context.addInitScript(installOutcome);
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`uncaught: ${error}`));
  await page.goto(new URL("local-aws.json", pageUrl).href);
  const run = (work, argument) => runIn(page, work, argument);
  return { page, context, said, run, close: () => context.close() };
}

/** Runs a function in a page, with the package and an argument. */
export const runIn = (page, work, argument) =>
  page.evaluate(
    async ([source, value]) => {
      const sigfetch = await import("/pkg/index.js");
      return new Function(`return (${source})`)()(sigfetch, value);
    },
    [String(work), argument],
  );

/** Another tab beside that of a setting, of the same visitor; `prepare` runs in it before anything else. */
export async function openTab({ context, page, said }, prepare = () => {}) {
  const tab = await context.newPage();
  tab.on("pageerror", (error) => said.push(`uncaught: ${error}`));
  await tab.addInitScript(prepare);
  await tab.goto(page.url());
  return tab;
}

/** Cognito Identity of the local AWS, as a pattern for {@link hold}. */
export const COGNITO = "http://cognito-identity.*/**";

/** Holds back what the page asks of addresses of this pattern until the function that it gives is called. */
export async function hold(page, pattern) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const held = [];
  await page.route(pattern, (route) => {
    const going = released.then(() => route.continue());
    held.push(going);
    return going;
  });
  return async () => {
    release();
    await Promise.all(held);
  };
}
