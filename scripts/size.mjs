import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { strong } from "./lib/report.mjs";
import { Verdict } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";
import { signer, whole } from "./build/wasm.mjs";
import { downloads, forms, total } from "./size/bundle.mjs";
import { downloadTable, isCurrent, readTable, writeTable } from "./size/readme.mjs";
import { bytesByRoom, namedParts } from "./size/rooms.mjs";

const budgetFile = inRoot("scripts", "size-budget.json");

/**
 * Prints what a page downloads and what takes the room, down to that many of the largest functions, and throws where
 * it is more than the budget allows, or not what the README says; `write` makes the README say it.
 */
export async function size({ functions: listed = 0, write = false } = {}) {
  await build();
  const measured = await downloads();
  console.log(`${strong("What a page downloads")} (bytes)`);
  print("", forms);
  for (const [entry, files] of Object.entries(measured)) {
    for (const [kind, sizes] of Object.entries(files)) print(`  ${entry}, ${kind}`, numbers(sizes));
    if (Object.keys(files).length > 1) print(`  ${entry}, total`, numbers(total(Object.values(files))));
  }
  await printRooms("the small module", signer, listed);
  await printRooms("the whole module", whole, listed);
  const over = excess(measured, JSON.parse(readFileSync(budgetFile, "utf8")));
  if (over.length > 0) throw new Verdict(`over the budget of scripts/size-budget.json:\n  ${over.join("\n  ")}`);
  console.log(`\nWithin the budget of scripts/size-budget.json`);
  const place = ["size", "npm run size -- --write"];
  if (write) writeTable(...place, downloadTable(measured));
  if (!isCurrent(readTable(...place), downloadTable(measured))) {
    throw new Verdict("the README gives other sizes: `npm run size -- --write` corrects it");
  }
}

async function printRooms(module, how, listed) {
  console.log(`\n${strong(`What takes the room in ${module}`)} (bytes before compression)`);
  const named = await namedParts(how);
  for (const [room, bytes] of bytesByRoom(named)) print(`  ${room}`, [bytes.toLocaleString("en")]);
  for (const { name, bytes } of named.functions.toSorted((a, b) => b.bytes - a.bytes).slice(0, listed)) {
    console.log(`${String(bytes).padStart(8)}  ${name.replaceAll(/\[[0-9a-f]+\]/g, "")}`);
  }
}

/** Where the totals exceed the budget, in words; every entry has to have a budget. */
export function excess(measured, budget) {
  return Object.entries(measured).flatMap(([entry, files]) => {
    const sizes = total(Object.values(files));
    return Object.entries(budget[entry] ?? { gzip: 0 })
      .filter(([form, limit]) => sizes[form] > limit)
      .map(([form, limit]) => `${entry}: ${sizes[form]} bytes ${form}, the limit is ${limit}`);
  });
}

const numbers = (sizes) => forms.map((form) => sizes[form].toLocaleString("en"));

const print = (label, columns) => console.log(label.padEnd(28) + columns.map((text) => text.padStart(10)).join(""));

await main(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { functions: { type: "string", default: "0" }, write: { type: "boolean" } },
  });
  await setUp("build");
  await size({ functions: Number(values.functions), write: values.write });
});
