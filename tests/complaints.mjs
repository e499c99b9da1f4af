import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inRoot } from "../scripts/lib/paths.mjs";

const typescript = inRoot("node_modules", "typescript", "bin", "tsc");

/** What one of Node's tools says when it finds fault; nothing if all is well. */
export async function complaints(tool, ...args) {
  try {
    await promisify(execFile)(process.execPath, [tool, ...args], { env: { ...process.env, NO_COLOR: "1" } });
    return "";
  } catch (error) {
    return error.stdout || String(error);
  }
}

/** What TypeScript finds wrong in a project. */
export const typeErrors = (project, ...options) =>
  complaints(typescript, "--project", project, "--pretty", "false", ...options);
