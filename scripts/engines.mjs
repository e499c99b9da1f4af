import { after, before, suite, test } from "node:test";
import { build } from "./build.mjs";
import { chosenFrom, main } from "./lib/main.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

/** Runs the crate's browser tests and the main job in every chosen engine. */
await main(import.meta.url, async () => {
  // The list of engines imports what the set-up brings.
  await setUp("build");
  const { engines } = await import("../tests/engines/engines.mjs");
  const { checks, startStage } = await import("../tests/engines/checks.mjs");
  const chosen = chosenFrom(engines, process.argv.slice(2));
  await setUp(...new Set(chosen.flatMap(({ purposes }) => purposes)));
  await build();
  await compileLocalAws();
  for (const { name, wasmTests, start } of chosen) {
    suite(name, () => {
      test("the tests of the crate", wasmTests);
      suite("the package", () => {
        let session;
        let stage;
        before(async () => {
          session = await start();
          stage = await startStage(session);
          console.log(`${name} ${session.version}`);
        });
        after(async () => {
          await session?.close();
          await stage?.stop();
        });
        for (const [what, check] of Object.entries(checks)) {
          test(what, async () => {
            await stage.aws.reset();
            await check(stage);
          });
        }
      });
    });
  }
});
