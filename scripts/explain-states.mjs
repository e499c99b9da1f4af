import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

// Every state of the local AWS: whether its cause is named, and whether what is printed repairs it, as a table.
await main(import.meta.url, async () => {
  await setUp("test");
  await build();
  await compileLocalAws();
  await run(process.execPath, ["--test", "--test-reporter=dot", inRoot("tests", "e2e", "explain", "states.test.mjs")]);
});
