import { findProgram } from "../lib/environment.mjs";
import * as apt from "./apt.mjs";
import { cargoTool } from "./cargo-tools.mjs";
import { SetupError } from "./step.mjs";
import { geckodriver as geckodriverVersion } from "./versions.mjs";

/** Programs that Debian's packages bring and that nothing else is known to bring. */
function fromDebian({ name, neededFor, programs, packages, byHand }) {
  return {
    name,
    neededFor,
    byHand,

    async check() {
      return programs().find(({ path }) => !path)?.name;
    },

    async install(job) {
      if (!(await apt.canInstall())) throw new SetupError("Debian's packages cannot be installed here");
      await apt.install(job, packages);
    },
  };
}

/** Firefox, the extended support release where Debian has both. */
export const firefoxPath = () => process.env.FIREFOX_PATH ?? findProgram("firefox-esr", "firefox");

/** What drives it. */
export const geckodriverPath = () => findProgram("geckodriver");

/** What drives the WebKit of GTK; Debian keeps it on the PATH. */
export const webkitDriver = () => findProgram("WebKitWebDriver");

export const firefox = fromDebian({
  name: "Firefox",
  neededFor: ["firefox"],
  programs: () => [{ name: "firefox-esr", path: firefoxPath() }],
  packages: ["firefox-esr"],
  byHand: () => "  Debian:  apt-get install firefox-esr\nA Firefox elsewhere is used when FIREFOX_PATH names it.",
});

export const geckodriver = cargoTool({
  name: "geckodriver",
  program: "geckodriver",
  crate: "geckodriver",
  version: () => geckodriverVersion,
  fits: (found) => found === geckodriverVersion,
  neededFor: ["firefox"],
});

export const webkit = fromDebian({
  name: "WebKitGTK and its driver",
  neededFor: ["webkit"],
  // Without a display its driver hangs, so it gets one that nobody sees.
  programs: () => [
    { name: "WebKitWebDriver", path: webkitDriver() },
    ...["Xvfb", "xvfb-run", "xauth"].map((name) => ({ name, path: findProgram(name) })),
  ],
  packages: ["webkit2gtk-driver", "xvfb", "xauth"],
  byHand: () => "  Debian:  apt-get install webkit2gtk-driver xvfb xauth",
});
