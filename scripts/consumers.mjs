import { after, before, suite, test } from "node:test";
import { build } from "./build.mjs";
import { chosenFrom, main } from "./lib/main.mjs";
import { strong } from "./lib/report.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

/** Tries the package, as npm would publish it, in every chosen place. */
await main(import.meta.url, async () => {
  await setUp("start", "consumers");
  const { consumers } = await import("../tests/consumers/matrix.mjs");
  const chosen = chosenFrom(consumers, process.argv.slice(2));
  await build();
  await compileLocalAws();
  const { startSetting } = await import("../tests/consumers/setting.mjs");
  const setting = await startSetting();
  console.log(strong(`Consumers, node ${process.version}, ${setting.chromium}`));
  after(() => setting.stop());
  for (const { name, versions, open, cells } of chosen) {
    suite(`${name} (${versions.join(", ")})`, () => {
      let project;
      before(async () => (project = await open(setting)));
      for (const cell of cells) test(cell.name, () => cell.run(project, setting));
    });
  }
});
