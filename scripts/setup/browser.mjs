import { existsSync } from "node:fs";
import { findProgram } from "../lib/environment.mjs";
import * as apt from "./apt.mjs";
import { SetupError } from "./step.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const onMac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** The browser that tests drive: the one named by CHROME_PATH, else the first that is installed. */
export function chromium() {
  const named = process.env.CHROME_PATH;
  if (named) return existsSync(named) ? named : undefined;
  return findProgram(...names) ?? (existsSync(onMac) ? onMac : undefined);
}

/** The driver through which `wasm-pack test` talks to the browser. */
export const chromedriver = () => process.env.CHROMEDRIVER ?? findProgram("chromedriver");

function wrongPath() {
  const named = process.env.CHROME_PATH;
  return named && !existsSync(named) ? `CHROME_PATH names ${named}, which does not exist` : undefined;
}

export const browser = {
  name: "Chromium and its driver",
  neededFor: ["test", "bench", "consumers"],

  async check() {
    if (!chromium()) return wrongPath() ?? `a browser (${names.join(", ")})`;
    return chromedriver() ? undefined : "chromedriver";
  },

  async install(job) {
    // What a person has named, only a person can correct.
    if (wrongPath()) throw new SetupError(wrongPath());
    if (!(await apt.canInstall())) throw new SetupError("Debian's packages cannot be installed here");
    await apt.install(job, ["chromium", "chromium-driver"]);
  },

  byHand: () =>
    [
      "Install Chromium or Chrome and the chromedriver of the same version:",
      "  Debian:  apt-get install chromium chromium-driver",
      "  macOS:   brew install --cask google-chrome chromedriver",
      "A browser elsewhere is used when CHROME_PATH names it, a driver when CHROMEDRIVER does.",
    ].join("\n"),
};
