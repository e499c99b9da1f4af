import { bad, faint, good, stopwatch } from "./report.mjs";

/** Makes attempts one after the other, says of each how it ended, and gives whether it did well. */
export async function attemptAll(attempts) {
  const results = [];
  for (const { name, run } of attempts) {
    const elapsed = stopwatch();
    try {
      await run();
      console.log(`    ${good("✓")} ${name} ${faint(`(${elapsed()})`)}`);
      results.push(true);
    } catch (error) {
      console.log(`    ${bad("✗")} ${name} ${faint(`(${elapsed()})`)}\n${error.stack ?? error}`);
      results.push(false);
    }
  }
  return results;
}

/** The line that counts them, and the status of the process. */
export function conclude(results) {
  const failed = results.filter((well) => !well).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
