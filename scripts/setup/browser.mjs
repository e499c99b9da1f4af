import { existsSync } from "node:fs";
import { findProgram } from "./programs.mjs";

/** The browser that tests drive: the one named by CHROME_PATH, else the first that is installed. */
export function chromium() {
  const named = process.env.CHROME_PATH;
  if (named) return existsSync(named) ? named : undefined;
  const onMac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const found = findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  return found ?? (existsSync(onMac) ? onMac : undefined);
}

/** The driver through which `wasm-pack test` talks to the browser. */
export const chromedriver = () => process.env.CHROMEDRIVER ?? findProgram("chromedriver");

/** Firefox, the extended support release where Debian has both. */
export const firefoxPath = () => process.env.FIREFOX_PATH ?? findProgram("firefox-esr", "firefox");

export const geckodriverPath = () => findProgram("geckodriver");

/** The driver of GTK's WebKit; Debian keeps it on the PATH. */
export const webkitDriver = () => findProgram("WebKitWebDriver");
