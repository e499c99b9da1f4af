import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { cache } from "../lib/paths.mjs";

/** Where `cargo install` puts programs. */
const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

/** For programs of which the developer has another version. */
export const ownTools = join(cache, "tools");

/** Lets scripts find what the set-up installed: our own versions first, Cargo's folder last. */
export function extendPath() {
  const shell = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  process.env.PATH = [...new Set([join(ownTools, "bin"), ...shell, cargoBin])].join(delimiter);
}

/** The full path of the first of `names` that PATH holds. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
