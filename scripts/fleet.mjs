import { main } from "./lib/main.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

// The fleet on paper: what becomes of a million pages after an outage of Cognito, and after a deploy.
await main(import.meta.url, async () => {
  await setUp("fleet");
  await run("cargo", ["run", "--quiet", "--profile", "fleet", "--package", "fleet", "--", ...process.argv.slice(2)]);
});
