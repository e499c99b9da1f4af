import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bad } from "./report.mjs";
import { endAll, Verdict } from "./run.mjs";

/**
 * Runs `work` when the module at `url` is what Node was started with, so that a script's functions can also be
 * imported. Nothing it started outlives it, and what it found wrong is told without a stack.
 */
export async function main(url, work) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ]) {
    process.once(signal, () => {
      endAll();
      process.exit(status);
    });
  }
  try {
    await work();
  } catch (error) {
    endAll();
    if (!(error instanceof Verdict)) throw error;
    console.error(`${bad("✗")} ${error.message}`);
    process.exitCode = 1;
  }
}
