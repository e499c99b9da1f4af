import { faint } from "../lib/report.mjs";
import { Verdict } from "../lib/run.mjs";
import { problemOf } from "./check.mjs";
import { peakMemory } from "./memory.mjs";
import { cases, credentials, isLarge, request, scope } from "./page/cases.js";
import { ratios, spread } from "./statistics.mjs";

const say = (text) => console.log(faint(`  … ${text}`));
const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** Throws unless all signatures of all contenders are right. */
async function check({ call }, chosen) {
  let count = 0;
  for (const one of chosen) {
    for (const { name, headers } of await call("signed", one.label)) {
      const problem = problemOf({ ...request(one), headers }, credentials, scope);
      if (problem) throw new Verdict(`${name}, ${one.label}: ${problem}`);
      count += 1;
    }
  }
  say(`${count} signatures are right`);
}

/**
 * Measures everything in one page: microseconds and ratios to the reference for each case, the longest pauses in
 * milliseconds for large bodies, and the bytes they take.
 *
 * @param {{ path: string, title: string, chosen: object[], rounds?: number, names?: string[] }} task
 */
export async function measure(chromium, { path, title, chosen, rounds, names }) {
  console.log(`  ${title}`);
  const page = await chromium.open(path);
  const contenders = (await page.page.evaluate(() => globalThis.bench.contenders)).filter(
    ({ name }) => names?.includes(name) ?? true,
  );
  const reference = contenders.find((one) => one.reference).name;
  const idle = await page.page.evaluate(() => globalThis.bench.idle);
  const result = { title, contenders, reference, idle, times: {}, ratios: {}, pauses: {}, memory: {} };
  await check(page, chosen);
  for (const { label } of chosen) {
    say(label);
    const samples = await page.call("speed", label, rounds, names);
    result.times[label] = mapValues(samples, spread);
    result.ratios[label] = mapValues(samples, (own) => ratios(own, samples[reference]));
  }
  for (const { label } of chosen.filter(isLarge)) {
    say(`${label}, pauses and memory`);
    result.pauses[label] = mapValues(await page.call("pauses", label, rounds ?? 9, names), spread);
  }
  await check(page, chosen);
  await page.close();
  for (const { label } of chosen.filter(isLarge)) {
    result.memory[label] = {};
    for (const { name } of contenders) result.memory[label][name] = await peakMemory(chromium, path, label, name);
  }
  return result;
}

/** The cases of a run: a quick one leaves out what takes long with pure JavaScript. */
export const chosenCases = (quick) => cases.filter(({ size }) => !quick || size < 2 ** 25);
