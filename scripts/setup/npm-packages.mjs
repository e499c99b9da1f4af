import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";

/** A step that installs what the `package-lock.json` of a folder of the checkout holds. */
export function npmPackages({ name, folder, neededFor }) {
  const modules = inRoot(folder, "node_modules");
  // npm writes this file last, so it also tells of an installation that was broken off.
  const installed = join(modules, ".package-lock.json");
  const lock = inRoot(folder, "package-lock.json");
  const shown = join(folder, "node_modules");
  return {
    name,
    neededFor,

    async check() {
      if (!existsSync(installed)) return shown;
      return statSync(installed).mtimeMs < statSync(lock).mtimeMs ? `${shown} older than package-lock.json` : undefined;
    },

    async install(job) {
      job.say("npm ci");
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      await job.run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: inRoot(folder) });
    },

    byHand: () => `  npm ci --ignore-scripts${folder && ` --prefix ${folder}`}`,
  };
}
