import { build } from "./build.mjs";
import { attemptAll, conclude } from "./lib/attempts.mjs";
import { chosenFrom } from "./lib/chosen.mjs";
import { main } from "./lib/main.mjs";
import { faint, strong } from "./lib/report.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

/** Tries the package, as npm would publish it, in every chosen place. */
async function tryConsumers(names) {
  await setUp("start", "consumers");
  const { consumers } = await import("../tests/consumers/matrix.mjs");
  const chosen = chosenFrom(consumers, names);
  await build();
  await compileLocalAws();
  const { startSetting } = await import("../tests/consumers/setting.mjs");
  const setting = await startSetting();
  console.log(`${strong("Consumers")} node ${process.version}, ${setting.chromium}`);
  try {
    const results = [];
    for (const consumer of chosen) results.push(...(await tryConsumer(consumer, setting)));
    return results;
  } finally {
    await setting.stop();
  }
}

async function tryConsumer({ name, versions, open, cells }, setting) {
  console.log(`  ${strong(name)} ${faint(versions.join(", "))}`);
  let project;
  const install = { name: "installed from the tarball", run: async () => (project = await open(setting)) };
  const [installed] = await attemptAll([install]);
  const attempts = cells.map((cell) => ({ name: cell.name, run: () => cell.run(project, setting) }));
  return [installed, ...(installed ? await attemptAll(attempts) : [])];
}

await main(import.meta.url, async () => conclude(await tryConsumers(process.argv.slice(2))));
