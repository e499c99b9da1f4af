// The engines: how each is started, and how wasm-pack is told to use it.
import { join } from "node:path";
import { cache } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { chromedriver, chromium } from "../../scripts/setup/browser.mjs";
import { firefoxPath, geckodriverPath, webkitDriver } from "../../scripts/setup/browser.mjs";
import { startSession } from "./webdriver.mjs";

/** The crate's own tests in a browser; wasm-pack is told which by its arguments. */
const wasmTests = (env, program, ...args) =>
  run(program, [...args, "--test", "sigv4_vectors", "--test", "web"], { env });

const withSession = (name, { command, capabilities }) => ({
  start: () => startSession({ command, capabilities, log: join(cache, "logs", `engine-${name}.log`) }),
});

// Its driver hangs without a display. `-a` takes a free one, so that runs do not meet.
const onDisplay = ["xvfb-run", "-a"];

export const engines = [
  {
    name: "chromium",
    purposes: ["test"],
    wasmTests: () => wasmTests({}, "wasm-pack", "test", "--headless", "--chrome"),
    ...withSession("chromium", {
      command: (port) => [chromedriver(), `--port=${port}`],
      capabilities: {
        browserName: "chrome",
        "goog:chromeOptions": { binary: chromium(), args: ["--headless", "--no-sandbox", "--disable-gpu"] },
      },
    }),
  },
  {
    name: "firefox",
    purposes: ["test", "firefox"],
    wasmTests: () => wasmTests({}, "wasm-pack", "test", "--headless", "--firefox", "--geckodriver", geckodriverPath()),
    ...withSession("firefox", {
      command: (port) => [geckodriverPath(), "--port", String(port), "--websocket-port", "0"],
      capabilities: { browserName: "firefox", "moz:firefoxOptions": { binary: firefoxPath(), args: ["-headless"] } },
    }),
  },
  {
    // The engine family of Safari, which is not Safari.
    name: "webkitgtk",
    purposes: ["test", "webkit"],
    wasmTests: () =>
      wasmTests(
        // See `profile.dev.package.sha2` in Cargo.toml: the rest of the tests' code is not optimized either. The module
        // that ships is, and the checks run it with the engine as it comes.
        { JSC_useConcurrentJIT: "0" },
        ...onDisplay,
        ...["wasm-pack", "test", "--headless", "--safari", "--safaridriver", webkitDriver()],
      ),
    ...withSession("webkitgtk", {
      command: (port) => [...onDisplay, webkitDriver(), `--port=${port}`],
      capabilities: {},
    }),
  },
];
