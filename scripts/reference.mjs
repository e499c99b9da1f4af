import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesUnder, fingerprint } from "./lib/files.mjs";
import { main } from "./lib/main.mjs";
import { cache, inRoot } from "./lib/paths.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

const folder = inRoot("scripts", "reference");
const typedoc = join(folder, "node_modules", "typedoc", "bin", "typedoc");
const made = inRoot("www", "reference");
const note = join(cache, "reference.txt");

/** Makes the API reference of the site from `api.d.ts`, if that changed. A gap or a broken link is an error. */
export async function reference() {
  const elapsed = stopwatch();
  console.log(strong("API reference"));
  const inputs = fingerprint([
    inRoot("pkg", "api.d.ts"),
    ...filesUnder(folder).filter((file) => !file.includes("node_modules")),
  ]);
  if (existsSync(note) && existsSync(join(made, "index.html")) && readFileSync(note, "utf8") === inputs) {
    console.log(`  ${good("✓")} www/reference/ is up to date ${faint(`(${elapsed()})`)}`);
    return;
  }
  rmSync(note, { force: true });
  await run(process.execPath, [typedoc, "--options", join(folder, "typedoc.json"), "--logLevel", "Warn"]);
  writeFileSync(note, inputs);
  console.log(`  ${good("✓")} www/reference/ made ${faint(`(${elapsed()})`)}`);
}

await main(import.meta.url, async () => {
  await setUp("start");
  await reference();
});
