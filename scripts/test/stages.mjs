import { build } from "../build.mjs";
import { format } from "../format.mjs";
import { filesUnder } from "../lib/files.mjs";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { reference } from "../reference.mjs";
import { setUp } from "../setup.mjs";
import { size } from "../size.mjs";
import { compileLocalAws } from "../start/local-aws.mjs";

const node = (...args) => run(process.execPath, args);
const cargo = (...args) => run("cargo", args);
const wasm = ["--target", "wasm32-unknown-unknown"];
/** The small module in place of the whole one. */
const signer = ["--features", "signer"];
const noWarnings = ["--", "--deny", "warnings"];

/** What `npm test` does, in this order: quick answers first. A stage throws when it fails. */
export const stages = [
  { name: "set-up", about: "what the machine needs", run: () => setUp("test") },
  {
    name: "format",
    about: "rustfmt and prettier have nothing to change",
    run: () => format({ check: true }),
  },
  {
    name: "clippy",
    about: "no lint complains about the native side",
    run: () => cargo("clippy", "--workspace", "--all-targets", ...noWarnings),
  },
  {
    name: "clippy-wasm",
    about: "no lint complains about the browser side",
    async run() {
      const clippy = ["clippy", "--package", "sigfetch", "--all-targets", ...wasm];
      await cargo(...clippy, ...noWarnings);
      await cargo(...clippy, ...signer, ...noWarnings);
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
      const browser = ["test", "--headless", "--chrome"];
      await run("wasm-pack", browser);
      await run("wasm-pack", [...browser, "--", ...signer, "--test", "web_signer"]);
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
