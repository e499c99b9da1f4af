import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./lib/main.mjs";
import { cache } from "./lib/paths.mjs";
import { bad, faint, good, stopwatch, strong } from "./lib/report.mjs";
import { ReportedError, runLogged, tail } from "./lib/run.mjs";
import { extendPath } from "./setup/programs.mjs";
import { steps } from "./setup/steps.mjs";

/** A long silence looks like a hang. */
const SIGN_OF_LIFE_MS = 30_000;

/**
 * Makes sure that this machine has all that these purposes need and installs what is missing, independent steps side by
 * side. Throws an explanation where that cannot be done. Uses nothing but Node itself, because it fetches all else.
 */
export async function setUp(...purposes) {
  extendPath();
  const elapsed = stopwatch();
  console.log(strong(`Set-up for ${purposes.join(", ")}`));
  const installed = await runSteps(steps.filter(({ neededFor }) => neededFor.some((name) => purposes.includes(name))));
  const what = installed === 0 ? "everything is here" : `installed what was missing (${installed})`;
  console.log(`  ${good("✓")} ${what} ${faint(`(${elapsed()})`)}`);
}

/** Runs the steps that are needed, each as soon as those that it comes `after` are done, and counts them. */
export async function runSteps(steps) {
  const checked = await Promise.all(steps.map(async (step) => ({ step, missing: await step.missing() })));
  const done = new Map();
  for (const { step, missing } of checked.filter(({ missing }) => missing)) {
    console.log(`  ${bad("✗")} ${step.name}: ${missing}`);
    const before = (step.after ?? []).map((name) => done.get(name));
    done.set(
      step.name,
      Promise.all(before).then(() => install(step)),
    );
  }
  await Promise.all(done.values());
  return done.size;
}

async function install(step) {
  const elapsed = stopwatch();
  const say = (text) => console.log(`  ${faint("…")} ${step.name}: ${text}`);
  const log = join(cache, "logs", `${step.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.log`);
  const run = (program, args, options) => runLogged(program, args, { ...options, log });
  const timer = setInterval(() => say(`${elapsed()}, ${faint(tail(log, 1).slice(0, 90))}`), SIGN_OF_LIFE_MS);
  try {
    // Another step may have brought it along.
    if (await step.missing()) await step.install({ run, say });
    const missing = await step.missing();
    if (missing) throw new ReportedError(`still missing after the installation: ${missing}`);
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error;
    const output = error.log ? `\n${faint(`the end of ${log}:\n${tail(log)}`)}` : "";
    throw new ReportedError(`${step.name}: ${error.message}${output}\nHow to get it by hand:\n${step.byHand}`);
  } finally {
    clearInterval(timer);
  }
  console.log(`  ${good("✓")} ${step.name} ${faint(`(${elapsed()})`)}`);
}

await main(import.meta.url, async () => {
  const known = [...new Set(steps.flatMap(({ neededFor }) => neededFor))];
  const { values } = parseArgs({
    options: { for: { type: "string", multiple: true, default: ["start", "build", "test"] } },
  });
  const unknown = values.for.find((name) => !known.includes(name));
  if (unknown) throw new ReportedError(`--for takes one of ${known.join(", ")}, not ${unknown}`);
  await setUp(...values.for);
});
