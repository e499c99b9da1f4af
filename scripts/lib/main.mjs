import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bad } from "./report.mjs";
import { endAll, ReportedError } from "./run.mjs";

/**
 * Runs `work` when the module at `url` is what Node was started with, so that other scripts can import its functions.
 * Ends the programs it started when it fails or is interrupted.
 */
export async function main(url, work) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  const statusOf = { SIGINT: 130, SIGTERM: 143 };
  for (const [signal, status] of Object.entries(statusOf)) {
    process.once(signal, () => {
      endAll();
      process.exit(status);
    });
  }
  try {
    await work();
  } catch (error) {
    endAll();
    if (!(error instanceof ReportedError)) throw error;
    console.error(`${bad("✗")} ${error.message}`);
    process.exitCode = 1;
  }
}

/** Those of `all` whose names were given on the command line; all of them if none was. */
export function chosenFrom(all, names) {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new ReportedError(`no ${unknown.join(", ")}; there are: ${known.join(", ")}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
