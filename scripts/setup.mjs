import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { extendPath } from "./lib/environment.mjs";
import { endAll } from "./lib/run.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { explainFailure, runSteps } from "./setup/run.mjs";
import { steps } from "./setup/steps.mjs";

const purposes = ["start", "build", "test"];

/**
 * Makes sure that this machine has all that `purpose` needs and installs what is missing; without a purpose, all there
 * is. Ends the process with an explanation where that cannot be done. Uses nothing but Node itself, because it is
 * what fetches everything else.
 */
export async function setUp(purpose) {
  extendPath();
  const elapsed = stopwatch();
  console.log(strong(`Set-up${purpose ? ` for ${purpose}` : ""}`));
  try {
    const installed = await runSteps(steps.filter((step) => !purpose || step.neededFor.includes(purpose)));
    const what = installed === 0 ? "everything is here" : `installed what was missing (${installed})`;
    console.log(`  ${good("✓")} ${what} ${faint(`(${elapsed()})`)}`);
  } catch (error) {
    if (!error.step) throw error;
    endAll();
    console.error(explainFailure(error));
    process.exit(1);
  }
}

async function main() {
  const { values } = parseArgs({ options: { for: { type: "string" } } });
  if (values.for && !purposes.includes(values.for)) {
    console.error(`--for takes one of: ${purposes.join(", ")}`);
    process.exit(2);
  }
  process.on("SIGINT", () => (endAll(), process.exit(130)));
  process.on("SIGTERM", () => (endAll(), process.exit(143)));
  await setUp(values.for);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
