import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { pkg } from "./paths.mjs";
import { capture } from "./run.mjs";

/** Packs what `npm publish` would publish of the built package and gives the path of the tarball in `folder`. */
export async function pack(folder) {
  mkdirSync(folder, { recursive: true });
  const args = ["pack", pkg, "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(await capture("npm", args, { stdio: ["ignore", "pipe", "ignore"] }));
  return join(folder, filename);
}

/** Puts the packed package into `node_modules` of a folder, as an installation would. */
export async function installPacked(folder) {
  const modules = join(folder, "node_modules");
  const installed = join(modules, "sigfetch");
  // One for each process, as tests run side by side.
  const scratch = join(modules, `.sigfetch-${process.pid}`);
  const tarball = await pack(scratch);
  // A relative path, because GNU tar takes what is before a colon for the name of a machine.
  await capture("tar", ["-xf", relative(scratch, tarball)], { cwd: scratch });
  rmSync(installed, { recursive: true, force: true });
  renameSync(join(scratch, "package"), installed);
  rmSync(scratch, { recursive: true });
  return installed;
}
