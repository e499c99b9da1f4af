import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { isCurrent, kB, readTable, writeTable } from "./lib/readme.mjs";
import { strong, table } from "./lib/report.mjs";
import { capture, ReportedError } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

const command = "npm run size -- --write";

/**
 * Prints what a page loads, by size-limit. Throws where that is over the budget of `.size-limit.mjs` or not what the
 * README says; `write` makes the README say it.
 */
export async function size({ write = false } = {}) {
  await build();
  console.log(strong("Everything a page ever loads"));
  const sizes = await measure();
  const found = table(
    ["kB (1,000 bytes), minified by esbuild, brotli", "size", "limit"],
    sizes.map(({ name, size, sizeLimit }) => [name, kB(size), sizeLimit ? kB(sizeLimit) : "–"]),
  );
  console.log(found);
  const over = sizes.filter(({ passed }) => passed === false).map(({ name }) => name);
  if (over.length > 0) throw new ReportedError(`over the limit of .size-limit.mjs: ${over.join("; ")}`);
  if (write) writeTable("size", command, found);
  if (!isCurrent(readTable("size", command), found)) {
    throw new ReportedError(`the README gives other sizes: \`${command}\` corrects it`);
  }
}

/** size-limit's own findings; it ends with status 1 where something is over its limit. */
async function measure() {
  const program = inRoot("node_modules", "size-limit", "bin.js");
  return JSON.parse(await capture(process.execPath, [program, "--json"], { statuses: [0, 1] }));
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { write: { type: "boolean" } } });
  await setUp("build");
  await size(values);
});
