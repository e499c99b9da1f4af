import { main } from "./lib/main.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

// The explanations of real failures, judged, as a table by family. `--fuzz N` explains N made-up answers instead, and the
// name of a file judges the cases in it.
await main(import.meta.url, async () => {
  await setUp("fleet"); // Rust, natively, as this
  await run("cargo", ["run", "--quiet", "--release", "--example", "explain-cases", "--", ...process.argv.slice(2)]);
});
