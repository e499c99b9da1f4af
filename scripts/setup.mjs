import { parseArgs } from "node:util";
import { extendPath } from "./lib/environment.mjs";
import { main } from "./lib/main.mjs";
import { endAll } from "./lib/run.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { explainFailure, runSteps } from "./setup/run.mjs";
import { SetupError } from "./setup/step.mjs";
import { steps } from "./setup/steps.mjs";

const purposes = ["start", "build", "test", "bench"];

/**
 * Makes sure that this machine has all that `purpose` needs and installs what is missing; without a purpose, all there
 * is. Throws an explanation where that cannot be done. Uses nothing but Node itself, because it is what fetches
 * everything else.
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
    throw new SetupError(explainFailure(error), { cause: error });
  }
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { for: { type: "string" } } });
  if (values.for && !purposes.includes(values.for)) {
    console.error(`--for takes one of: ${purposes.join(", ")}`);
    process.exit(2);
  }
  await setUp(values.for);
});
