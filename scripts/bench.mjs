import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startBrowser } from "./bench/browser.mjs";
import { chosenCases, measure } from "./bench/measure.mjs";
import { nativeBench } from "./bench/native.mjs";
import { bundlePage, startPageServer } from "./bench/page-server.mjs";
import { promises, tables } from "./bench/tables.mjs";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { strong } from "./lib/report.mjs";
import { setUp } from "./setup.mjs";

const USAGE = `npm run bench -- [--quick] [--native]

  --quick   fewer rounds, nothing of 32 MiB: half a minute instead of some
  --native  the Rust rooms alone, beside aws-sigv4's own signer, without a browser`;

/** Who was measured, where. */
function surroundings(version) {
  const { devDependencies } = JSON.parse(readFileSync(inRoot("scripts", "bench", "package.json"), "utf8"));
  const packages = Object.entries(devDependencies).map((one) => one.join(" "));
  const [{ model }] = cpus();
  return `${cpus().length} × ${model}, Chromium ${version} headless, node ${process.version}. ${packages.join(", ")}.`;
}

async function inBrowser(quick) {
  const server = await startPageServer(await bundlePage());
  const chromium = await startBrowser(server.url);
  try {
    const chosen = chosenCases(quick);
    const rounds = quick ? 5 : undefined;
    const results = [await measure(chromium, { path: "", title: "workers allowed", chosen, rounds })];
    // A page's rules for workers concern nobody else's signer.
    const names = results[0].contenders.filter(({ ours, reference }) => ours || reference).map(({ name }) => name);
    const task = { path: "no-workers", title: "workers forbidden", chosen, rounds, names };
    results.push(await measure(chromium, task));
    console.log([surroundings(chromium.version), ...results.map(tables), promises(results)].join("\n\n"));
  } finally {
    await chromium.close();
    server.stop();
  }
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({
    options: { quick: { type: "boolean" }, native: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return console.log(USAGE);
  await setUp("build");
  if (values.native) return nativeBench();
  await setUp("bench");
  await build();
  console.log(strong("Bench"));
  await inBrowser(values.quick);
});
