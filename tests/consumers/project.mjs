// A throw-away project that has installed the package from its tarball, as a user's would.
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, inRoot, pkg } from "../../scripts/lib/paths.mjs";
import { capture, runLogged, tail } from "../../scripts/lib/run.mjs";
import { serveScript } from "./server.mjs";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const here = (...path) => inRoot("tests", "consumers", ...path);

/** Nothing that one entry's build leaves behind may help the next one's. */
const MADE = ["dist", ".next", ".output", ".parcel-cache", "node_modules/.vite"];

/** The versions that a project pins of what it works with. */
export function pinned(name) {
  const { devDependencies, optionalDependencies } = JSON.parse(readFileSync(here(name, "package.json"), "utf8"));
  return Object.entries({ ...devDependencies, ...optionalDependencies }).map((tool) => tool.join(" "));
}

/** What `npm publish` would send, packed anew. */
export async function pack() {
  const folder = join(cache, "consumers");
  mkdirSync(folder, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(await capture(npm, args, { cwd: pkg, stdio: ["ignore", "pipe", "ignore"] }));
  return join(folder, filename);
}

/**
 * Makes the project out of what all have in common and what lies in the folder of that name, and installs its own
 * packages by its own lock file, and the tarball. What npm installed stays for the next time.
 */
export async function openProject(name, tarball) {
  const folder = join(cache, "consumers", name);
  const log = join(cache, "logs", `consumer-${name}.log`);
  const at = (...path) => join(folder, ...path);
  const remove = (...made) => made.forEach((file) => rmSync(at(file), { recursive: true, force: true }));
  const run = async (args, options) => {
    try {
      await runLogged(npm, args, { cwd: folder, log, timeoutMs: 300_000, ...options });
    } catch (error) {
      throw new Error(`${error.message}\n${tail(log)}`, { cause: error });
    }
  };
  rmSync(log, { force: true });
  remove("src", "app", "node_modules/sigfetch", ...MADE);
  mkdirSync(folder, { recursive: true });
  for (const source of [here("app"), here(name)]) cpSync(source, folder, { recursive: true });
  // Not `npm ci`: that wants the optional packages of every platform, which not every registry has.
  await run(["install", "--prefer-offline", "--no-audit", "--no-fund", tarball]);

  return {
    at,

    /** From now on it imports this entry. */
    use(entry) {
      remove(...MADE);
      cpSync(at("src", `entry.${entry}.js`), at("src", "entry.js"));
    },

    /** Runs a script of its `package.json`. */
    run: (script, env) => run(["run", script], { env: { NEXT_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...env } }),

    /** The last line that a script prints, which is JSON. */
    async answer(script, env) {
      const text = await capture(npm, ["run", "--silent", script], { cwd: folder, env, timeoutMs: 60_000 });
      return JSON.parse(text.slice(text.lastIndexOf("\n") + 1));
    },

    /** Starts a script that serves; `args` gives the arguments that make it do so on a port. */
    serve: (script, args, env) => serveScript([npm, "run", script, "--"], args, { cwd: folder, log, env }),
  };
}
