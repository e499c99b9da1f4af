import { main } from "./lib/main.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

// Fleets of clients against Cognito's quotas: outages, throttling, all pages opened together.
await main(import.meta.url, async () => {
  await setUp("fleet");
  await run("cargo", ["run", "--quiet", "--profile", "fleet", "--package", "fleet", "--", ...process.argv.slice(2)]);
});
