import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../lib/environment.mjs";
import { read } from "../lib/run.mjs";
import { cache, inRoot } from "../lib/paths.mjs";
import * as apt from "./apt.mjs";
import { SetupError } from "./step.mjs";

const requirements = inRoot("tests", "ministack", "requirements.txt");
const environment = join(cache, "ministack-venv");
// Holds what was asked for when the environment was made; written last.
const note = join(environment, "installed-requirements.txt");

/** Python 3.10 or newer that can make virtual environments with pip in them. */
async function usablePython() {
  const names = ["python3", "/usr/bin/python3", "python3.13", "python3.12", "python3.11", "python3.10"];
  const question = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  for (const name of names) {
    if ((await read(name, ["-c", question])) !== undefined) return name;
  }
  return undefined;
}

export const ministack = {
  name: "ministack",
  neededFor: ["test"],

  async check() {
    const wanted = readFileSync(requirements, "utf8");
    if (!existsSync(note) || !existsSync(join(environment, "bin", "python"))) return "ministack's Python environment";
    return readFileSync(note, "utf8") === wanted ? undefined : "ministack in the wanted version";
  },

  async install(job) {
    let python = await usablePython();
    if (!python && (await apt.canInstall())) {
      await apt.install(job, ["python3", "python3-venv"]);
      python = await usablePython();
    }
    if (!python) throw new SetupError("it needs Python 3.10 or newer with venv");
    job.say("installing into a virtual environment");
    rmSync(environment, { recursive: true, force: true });
    await job.run(python, ["-m", "venv", environment]);
    await job.run(join(environment, "bin", "python"), ["-m", "pip", "install", "--requirement", requirements]);
    writeFileSync(note, readFileSync(requirements));
  },

  byHand: () =>
    [
      "Install Python 3.10 or newer with venv (Debian: apt-get install python3-venv), then run the set-up again.",
      "Only `npm test` uses it: ministack is an AWS emulator that checks signatures.",
    ].join("\n"),
};
