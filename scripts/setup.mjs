import { parseArgs } from "node:util";
import { extendPath } from "./lib/environment.mjs";
import { main } from "./lib/main.mjs";
import { endAll } from "./lib/run.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { explainFailure, runSteps } from "./setup/run.mjs";
import { SetupError } from "./setup/step.mjs";
import { steps } from "./setup/steps.mjs";

/** What a set-up can be for. Unless it is told, it is for `npm start`, `npm run build` and `npm test`. */
const purposes = ["start", "build", "test", "bench", "fleet", "consumers", "firefox", "webkit"];

/**
 * Makes sure that this machine has all that these purposes need and installs what is missing. Throws an explanation
 * where that cannot be done. Uses nothing but Node itself, because it is what fetches everything else.
 */
export async function setUp(...wanted) {
  extendPath();
  const elapsed = stopwatch();
  console.log(strong(`Set-up for ${wanted.join(", ")}`));
  try {
    const installed = await runSteps(steps.filter(({ neededFor }) => neededFor.some((name) => wanted.includes(name))));
    const what = installed === 0 ? "everything is here" : `installed what was missing (${installed})`;
    console.log(`  ${good("✓")} ${what} ${faint(`(${elapsed()})`)}`);
  } catch (error) {
    if (!error.step) throw error;
    endAll();
    throw new SetupError(explainFailure(error), { cause: error });
  }
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { for: { type: "string", multiple: true, default: ["start", "build", "test"] } },
  });
  if (!values.for.every((name) => purposes.includes(name))) {
    console.error(`--for takes one of: ${purposes.join(", ")}`);
    process.exit(2);
  }
  await setUp(...values.for);
});
