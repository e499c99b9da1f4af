import { bad, faint, good, stopwatch, strong } from "./lib/report.mjs";
import { Verdict } from "./lib/run.mjs";
import { main } from "./lib/main.mjs";
import { stages } from "./test/stages.mjs";

/** Runs the stages one after the other, up to the first that fails, and gives each one's result. */
export async function runStages(stages) {
  const results = [];
  for (const stage of stages) {
    console.log(`\n${strong(`── ${stage.name}`)} ${faint(stage.about)}`);
    const elapsed = stopwatch();
    let problem;
    try {
      await stage.run();
    } catch (error) {
      problem = error instanceof Verdict ? error.message : error.stack;
      console.error(`${bad("✗")} ${problem}`);
    }
    results.push({ name: stage.name, problem, time: elapsed() });
    if (problem) break;
  }
  return results;
}

/** The table at the end, with the stages that were not reached, and the line that counts them. */
export function summary(stages, results) {
  const width = Math.max(...stages.map(({ name }) => name.length));
  const lines = stages.map(({ name }, place) => {
    const result = results[place];
    if (!result) return faint(`  - ${name.padEnd(width)}  not run`);
    return `  ${result.problem ? bad("✗") : good("✓")} ${name.padEnd(width)}  ${faint(result.time)}`;
  });
  const failed = results.filter(({ problem }) => problem).length;
  return [strong("Summary"), ...lines, "", `${results.length - failed} passed, ${failed} failed`].join("\n");
}

await main(import.meta.url, async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    throw new Verdict(`no stage ${unknown.join(", ")}; there are: ${stages.map(({ name }) => name).join(", ")}`);
  }
  // Without set-up the others would fail for reasons that are not theirs.
  const chosen = stages.filter(({ name }) => wanted.length === 0 || name === "set-up" || wanted.includes(name));
  const results = await runStages(chosen);
  console.log(`\n${summary(chosen, results)}`);
  if (results.some(({ problem }) => problem)) process.exitCode = 1;
});
