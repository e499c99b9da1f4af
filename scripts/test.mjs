import { bad, faint, good, stopwatch, strong } from "./lib/report.mjs";
import { Verdict } from "./lib/run.mjs";
import { main } from "./lib/main.mjs";
import { setUp } from "./setup.mjs";

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
  const setUpStage = { name: "set-up", about: "what the machine needs", run: () => setUp("test") };
  const results = await runStages([setUpStage]);
  // Only now: the stages use Node modules that set-up may just have installed.
  const { stages } = await import("./test/stages.mjs");
  const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    console.error(`No stage ${unknown.join(", ")}. There are: ${stages.map(({ name }) => name).join(", ")}`);
    process.exit(2);
  }
  const chosen = stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  results.push(...(await runStages(chosen)));
  console.log(`\n${summary([setUpStage, ...chosen], results)}`);
  if (results.some(({ problem }) => problem)) process.exitCode = 1;
});
