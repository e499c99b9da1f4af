import { existsSync, statSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";

// npm writes this file last, so it also tells of an installation that was broken off.
const installed = inRoot("node_modules", ".package-lock.json");
const lock = inRoot("package-lock.json");

export const nodeModules = {
  name: "Node modules",
  neededFor: ["start", "build", "test"],

  async check() {
    if (!existsSync(installed)) return "node_modules";
    return statSync(installed).mtimeMs < statSync(lock).mtimeMs
      ? "node_modules older than package-lock.json"
      : undefined;
  },

  async install(job) {
    job.say("npm ci");
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await job.run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
  },

  byHand: () => "  npm ci --ignore-scripts",
};
