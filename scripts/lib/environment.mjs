import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { homedir } from "node:os";
import { cache } from "./paths.mjs";

/** Where `cargo install` puts programs unless it is told otherwise. */
export const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

/** Tools that must not replace another version the developer has installed. */
export const privateTools = join(cache, "tools");

/** The PATH of the shell, in which people will look for tools. */
const shellPath = process.env.PATH ?? "";

const pathEntries = () => (process.env.PATH ?? "").split(delimiter).filter(Boolean);

/**
 * Lets every script find the tools that set-up installed, whatever the shell's PATH holds: our own versions first,
 * Cargo's folder last, so that a toolchain the developer prefers stays the preferred one.
 */
export function extendPath() {
  const entries = [join(privateTools, "bin"), ...pathEntries(), cargoBin];
  process.env.PATH = [...new Set(entries)].join(delimiter);
}

/** The full path of the first of `names` that PATH holds. */
export function findProgram(...names) {
  for (const name of names) {
    for (const folder of pathEntries()) {
      const file = join(folder, process.platform === "win32" ? `${name}.exe` : name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** Whether programs in `folder` are found without our help. */
export const isOnShellPath = (folder) => shellPath.split(delimiter).includes(folder);

function isExecutable(file) {
  if (!existsSync(file)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
