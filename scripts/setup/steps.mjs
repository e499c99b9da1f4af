import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, inRoot } from "../lib/paths.mjs";
import { CommandError, read, ReportedError } from "../lib/run.mjs";
import { aptInstall } from "./apt.mjs";
import { chromedriver, chromium, firefoxPath, webkitDriver } from "./browser.mjs";
import { findProgram, ownTools } from "./programs.mjs";
import { atLeast, rust, rustTarget } from "./rust.mjs";

/** Programs that Debian's packages bring. `programs` gives, by name, the path of each, if it is there. */
const fromDebian = (name, { packages, programs, byHand = "", ...more }) => ({
  name,
  ...more,
  missing: async () => Object.entries(programs()).find(([, path]) => !path)?.[0],
  install: (job) => aptInstall(job, packages),
  byHand: `  apt-get install ${packages.join(" ")}${byHand}`,
});

/** What the `package-lock.json` of a folder holds; apart from each other where not everybody needs them. */
const npmPackages = (name, folder, neededFor) => ({
  name,
  neededFor,
  async missing() {
    // npm writes this file last, so it also tells of an installation that was broken off.
    const installed = inRoot(folder, "node_modules", ".package-lock.json");
    if (!existsSync(installed)) return join(folder, "node_modules");
    const isOlder = statSync(installed).mtimeMs < statSync(inRoot(folder, "package-lock.json")).mtimeMs;
    return isOlder ? `${join(folder, "node_modules")} is older than package-lock.json` : undefined;
  },
  install: ({ run }) => run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: inRoot(folder) }),
  byHand: `  npm ci --ignore-scripts --prefix ./${folder}`,
});

/**
 * A program that is compiled from its crate: for a quick set-up, not for a quick program. Unoptimized, it still handles
 * our module in a second or two, and is compiled in half the time.
 */
const cargoTool = ({ program, crate = program, version, orNewer = false, neededFor, after = [] }) => {
  const installed = async () => /\d+\.\d+\.\d+/.exec((await read(program, ["--version"])) ?? "")?.[0];
  return {
    name: crate,
    neededFor,
    after: ["C compiler", rust.name, ...after],
    async missing() {
      const found = await installed();
      if (found === version || (found && orNewer && atLeast(found, version))) return undefined;
      return found ? `${program} is ${found}, needed is ${version}` : program;
    },
    async install({ run, say }) {
      say(`compiling ${crate} ${version} (a few minutes on two cores)`);
      const place = (await installed()) ? ["--root", ownTools] : [];
      const args = ["install", crate, "--version", version, "--profile", "dev", "--force", ...place];
      const env = {
        // One folder for all: they share most of their crates.
        CARGO_TARGET_DIR: join(cache, "cargo-tools"),
        CARGO_PROFILE_DEV_DEBUG: "0",
        CARGO_INCREMENTAL: "0",
        RUSTFLAGS: "",
      };
      try {
        await run("cargo", [...args, "--locked"], { env });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        say("a version in the crate's lock file may have been yanked; trying without it");
        await run("cargo", args, { env });
      }
    },
    byHand: `  cargo install ${crate} --version ${version}`,
  };
};

/** The version of wasm-bindgen's program has to be that of the library. */
const bindgenVersion = /^name = "wasm-bindgen"\nversion = "([^"]+)"/m.exec(
  readFileSync(inRoot("Cargo.lock"), "utf8"),
)[1];

const requirements = inRoot("tests", "ministack", "requirements.txt");
const environment = join(cache, "ministack-venv");
// Holds what was asked for when the environment was made; written last.
const note = join(environment, "installed-requirements.txt");

const ministack = {
  name: "ministack",
  neededFor: ["test"],
  missing: async () =>
    existsSync(note) && readFileSync(note, "utf8") === readFileSync(requirements, "utf8") ? undefined : "ministack",
  async install(job) {
    const isUsable = ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"];
    if ((await read("python3", isUsable)) === undefined) await aptInstall(job, ["python3", "python3-venv"]);
    rmSync(environment, { recursive: true, force: true });
    // Debian's own, where another one comes first and is too old.
    const python = (await read("python3", isUsable)) === undefined ? "/usr/bin/python3" : "python3";
    await job.run(python, ["-m", "venv", environment]);
    await job.run(join(environment, "bin", "python"), ["-m", "pip", "install", "--requirement", requirements]);
    writeFileSync(note, readFileSync(requirements));
  },
  byHand: "  Python 3.10 or newer with venv (Debian: apt-get install python3-venv)",
};

const browser = fromDebian("Chromium and its driver", {
  neededFor: ["test", "bench", "consumers"],
  packages: ["chromium", "chromium-driver"],
  programs: () => ({ chromium: chromium(), chromedriver: chromedriver() }),
  byHand: `
  macOS: brew install --cask google-chrome chromedriver
  A browser elsewhere is used when CHROME_PATH names it, a driver when CHROMEDRIVER does.`,
});

/** Everything a fresh machine may lack. A step stands behind those that it comes after. */
export const steps = [
  // Rust links native programs through it, and some crates bring C code.
  fromDebian("C compiler", {
    neededFor: ["start", "build", "test", "fleet"],
    packages: ["gcc", "libc6-dev"],
    programs: () => ({ cc: findProgram("cc") }),
    byHand: "\n  macOS: xcode-select --install",
  }),
  rust,
  rustTarget,
  cargoTool({
    program: "wasm-bindgen",
    crate: "wasm-bindgen-cli",
    version: bindgenVersion,
    neededFor: ["start", "build", "test"],
  }),
  cargoTool({
    program: "wasm-pack",
    version: "0.15.1",
    orNewer: true,
    neededFor: ["start", "build", "test"],
    // Side by side, two Cargos would only wait for each other's lock.
    after: ["wasm-bindgen-cli"],
  }),
  npmPackages("Node modules", "", ["start", "build", "test", "bench"]),
  // TypeDoc reads types with another TypeScript than the one that checks them.
  npmPackages("TypeDoc", "scripts/reference", ["start", "test"]),
  npmPackages("Libraries to try it with", "tests/libraries", ["test"]),
  npmPackages("Signers to measure beside", "scripts/bench", ["bench"]),
  browser,
  ministack,
  fromDebian("Firefox", {
    neededFor: ["firefox"],
    packages: ["firefox-esr"],
    programs: () => ({ firefox: firefoxPath() }),
    byHand: "\n  A Firefox elsewhere is used when FIREFOX_PATH names it.",
  }),
  cargoTool({ program: "geckodriver", version: "0.37.1", neededFor: ["firefox"] }),
  // Without a display the driver of WebKit hangs, so it gets one that nobody sees.
  fromDebian("WebKitGTK and its driver", {
    neededFor: ["webkit"],
    packages: ["webkit2gtk-driver", "xvfb", "xauth"],
    programs: () => ({
      WebKitWebDriver: webkitDriver(),
      "xvfb-run": findProgram("xvfb-run"),
      xauth: findProgram("xauth"),
    }),
  }),
];
