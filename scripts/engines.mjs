import { build } from "./build.mjs";
import { attemptAll, conclude } from "./lib/attempts.mjs";
import { chosenFrom } from "./lib/chosen.mjs";
import { main } from "./lib/main.mjs";
import { strong } from "./lib/report.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

/** Runs the crate's browser tests and the main job in every chosen engine. */
async function tryEngines(names) {
  // What the choice is made from needs what the set-up brings.
  await setUp("build");
  const { engines } = await import("../tests/engines/engines.mjs");
  const chosen = chosenFrom(engines, names);
  await setUp(...new Set(chosen.flatMap(({ purposes }) => purposes)));
  await build();
  await compileLocalAws();
  const results = [];
  for (const engine of chosen) results.push(...(await tryEngine(engine)));
  return results;
}

async function tryEngine({ name, wasmTests, start }) {
  const { checks, startStage } = await import("../tests/engines/checks.mjs");
  console.log(strong(name));
  let session;
  const [tested, started] = await attemptAll([
    { name: "the tests of the crate", run: wasmTests },
    { name: "a session with its driver", run: async () => (session = await start()) },
  ]);
  if (!started) return [tested, started];
  console.log(strong(`${name} ${session.version}`));
  const stage = await startStage(session);
  try {
    const attempts = Object.entries(checks).map(([what, check]) => ({
      name: what,
      async run() {
        await stage.aws.reset();
        await check(stage);
      },
    }));
    return [tested, started, ...(await attemptAll(attempts))];
  } finally {
    await session.close();
    await stage.stop();
  }
}

await main(import.meta.url, async () => conclude(await tryEngines(process.argv.slice(2))));
