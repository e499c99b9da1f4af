import { build } from "./build.mjs";
import { format } from "./format.mjs";
import { filesUnder } from "./lib/files.mjs";
import { chosenFrom, main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { bad, faint, good, stopwatch, strong } from "./lib/report.mjs";
import { ReportedError, run } from "./lib/run.mjs";
import { reference } from "./reference.mjs";
import { setUp } from "./setup.mjs";
import { size } from "./size.mjs";
import { compileLocalAws } from "./start/local-aws.mjs";

const node = (...args) => run(process.execPath, args);
const cargo = (...args) => run("cargo", args);
const clippy = (...args) => cargo("clippy", ...args, "--", "--deny", "warnings");

/** What `npm test` does, in this order: quick answers first. A stage fails by throwing. */
const stages = [
  { name: "set-up", about: "what the machine needs", run: () => setUp("test") },
  { name: "format", about: "rustfmt and prettier have nothing to change", run: () => format({ check: true }) },
  {
    name: "clippy",
    about: "no lint complains about the native side",
    run: () => clippy("--workspace", "--all-targets"),
  },
  {
    name: "clippy-wasm",
    about: "no lint complains about the browser side",
    async run() {
      const crate = ["--package", "sigfetch", "--target", "wasm32-unknown-unknown"];
      await clippy(...crate, "--all-targets");
      await clippy(...crate, "--all-targets", "--features", "npm");
      // The tests are those of the client, which these modules do not have.
      await clippy(...crate, "--lib", "--features", "npm-explain");
      await clippy(...crate, "--lib", "--features", "npm-realtime");
    },
  },
  {
    name: "native",
    about: "everything that knows no JavaScript, and the local AWS",
    run: () => cargo("test", "--workspace"),
  },
  {
    name: "browser",
    about: "the WebAssembly in headless Chromium",
    async run() {
      const test = (...args) => run("wasm-pack", ["test", "--headless", "--chrome", "--", ...args]);
      await test("--features", "npm");
      await test("--lib", "--features", "npm-realtime");
    },
  },
  { name: "build", about: "the npm package", run: build },
  { name: "reference", about: "everything public is documented, and no link is broken", run: reference },
  { name: "size", about: "the package stays within its budget", run: () => size() },
  {
    name: "types",
    about: "the JavaScript of the package against its types",
    async run() {
      await build();
      await node(inRoot("node_modules", "typescript", "bin", "tsc"), "--project", inRoot("scripts", "test"));
    },
  },
  {
    name: "node",
    about: "the scripts, and the package in Chromium against the local AWS and ministack",
    async run() {
      await build();
      await compileLocalAws();
      const files = filesUnder(inRoot("scripts"), inRoot("tests")).filter((file) => file.endsWith(".test.mjs"));
      await node("--test", "--test-reporter=spec", ...files);
    },
  },
];

/** Runs a stage; whether it passed. */
async function passes({ name, about, run }) {
  console.log(`\n${strong(`── ${name}`)} ${faint(about)}`);
  try {
    await run();
    return true;
  } catch (error) {
    console.error(`${bad("✗")} ${error instanceof ReportedError ? error.message : error.stack}`);
    return false;
  }
}

await main(import.meta.url, async () => {
  const wanted = process.argv.slice(2);
  // Without set-up the others would fail for reasons that are not theirs.
  const chosen = chosenFrom(stages, wanted.length > 0 ? ["set-up", ...wanted] : []);
  const lines = [];
  for (const stage of chosen) {
    const elapsed = stopwatch();
    const passed = await passes(stage);
    lines.push(`  ${passed ? good("✓") : bad("✗")} ${stage.name.padEnd(12)} ${faint(elapsed())}`);
    // The later stages need what the earlier ones make.
    if (passed) continue;
    process.exitCode = 1;
    break;
  }
  const left = chosen.slice(lines.length).map(({ name }) => faint(`  - ${name.padEnd(12)} not run`));
  const failed = process.exitCode ? 1 : 0;
  const counts = `${lines.length - failed} passed, ${failed} failed`;
  console.log(["", strong("Summary"), ...lines, ...left, "", counts].join("\n"));
});
