import { bad, duration, faint, good, indent, stopwatch } from "../lib/report.mjs";
import { tail } from "../lib/run.mjs";
import { Job } from "./step.mjs";

// Long silences look like a hang.
const signOfLifeMs = 30_000;

/**
 * Installs whatever of `steps` is missing, independent ones side by side, and tells how many that were. A step has to
 * stand behind those it comes after. Throws the first failure.
 */
export async function runSteps(steps) {
  const findings = await Promise.all(
    steps.map(async (step) => ({ step, missing: await step.check(), after: (await step.after?.()) ?? [] })),
  );
  const todo = findings.filter((finding) => finding.missing);
  for (const { step, missing } of todo) console.log(`  ${bad("✗")} ${step.name}: ${missing}`);

  const names = new Set(todo.map(({ step }) => step.name));
  const done = new Map();
  for (const { step, after } of todo) {
    const before = after.filter((name) => names.has(name)).map((name) => done.get(name));
    const performed = Promise.all(before).then(() => perform(step));
    done.set(step.name, performed);
  }
  await Promise.all(done.values());
  return todo.length;
}

async function perform(step) {
  const elapsed = stopwatch();
  const say = (text) => console.log(`  ${faint("…")} ${step.name}: ${text}`);
  const job = new Job(step, say);
  const begun = performance.now();
  const life = setInterval(() => {
    const line = tail(job.log, 1).trim() || "waiting for another step";
    say(`${duration(performance.now() - begun)}, ${faint(line.slice(0, 90))}`);
  }, signOfLifeMs);
  try {
    // A sibling may have brought it along meanwhile.
    if (await step.check()) await step.install(job);
    const missing = await step.check();
    if (missing) throw new Error(`installed, and yet missing: ${missing}`);
  } catch (error) {
    error.step = step;
    error.log ??= job.log;
    throw error;
  } finally {
    clearInterval(life);
  }
  console.log(`  ${good("✓")} ${step.name} ${faint(`(${elapsed()})`)}`);
}

/** What to tell a person when a step failed: what is missing, why, and how to get it by hand. */
export function explainFailure(error) {
  const { step, log } = error;
  const output = log && tail(log);
  return [
    `${step.name}: ${error.message}`,
    ...(output ? [faint(`  the end of ${log}:`), indent(faint(output))] : []),
    `  How to get it by hand:`,
    indent(step.byHand()),
  ].join("\n");
}
