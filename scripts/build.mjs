import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bundleEdge } from "./build/edge.mjs";
import { inline, minify } from "./build/glue.mjs";
import { mark } from "./build/mark.mjs";
import { bind, compile, shrink } from "./build/wasm.mjs";
import { filesUnder, fingerprint } from "./lib/files.mjs";
import { main } from "./lib/main.mjs";
import { cache, inRoot, pkg } from "./lib/paths.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { activeToolchain } from "./setup/rust.mjs";
import { setUp } from "./setup.mjs";

const wasmFolder = join(pkg, "wasm");
const freshFolder = join(cache, "wasm");
const edge = join(pkg, "client.js");
const tabs = join(pkg, "tabs.js");
const generated = ["sigfetch.js", "sigfetch.d.ts", "sigfetch_bg.wasm", "build.js", "inline.js"]
  .map((file) => join(wasmFolder, file))
  .concat(edge, tabs);
const note = join(cache, "build.json");

/** What the package shares with the checkout, copied because npm publishes only what lies in the package's folder. */
const copies = [
  [inRoot("src", "web", "api.d.ts"), join(pkg, "api.d.ts")],
  ...["README.md", "LICENSE", "CHANGELOG.md"].map((file) => [inRoot(file), join(pkg, file)]),
];

/** All that decides what the build gives. */
async function inputs() {
  const files = filesUnder(
    ...["src", "Cargo.toml", "Cargo.lock", "package-lock.json"].map((name) => inRoot(name)),
    ...["build.mjs", "build"].map((name) => inRoot("scripts", name)),
  );
  return fingerprint(files, (await activeToolchain()).compiler);
}

/** Builds the npm package into `pkg/`, as far as anything changed since the last time. */
export async function build() {
  const elapsed = stopwatch();
  console.log(strong("Build"));
  for (const [from, to] of copies) if (existsSync(from)) copyFileSync(from, to);
  const wanted = await inputs();
  if (isUpToDate(wanted)) {
    console.log(`  ${good("✓")} pkg/ is up to date ${faint(`(${elapsed()})`)}`);
    return;
  }
  console.log("  compiling for size (the first time takes minutes)");
  const raw = await compile();
  // Beside the old one, so that whoever uses the package meanwhile finds it whole.
  rmSync(freshFolder, { recursive: true, force: true });
  mkdirSync(freshFolder, { recursive: true });
  await bind(raw, freshFolder);
  rmSync(join(freshFolder, "sigfetch_bg.wasm.d.ts"));
  await minify(freshFolder, await shrink(join(freshFolder, "sigfetch_bg.wasm")));
  mark(freshFolder);
  await inline(freshFolder);

  // From here to the new note, a build that fails must not look finished.
  rmSync(note, { force: true });
  rmSync(wasmFolder, { recursive: true, force: true });
  renameSync(freshFolder, wasmFolder);
  await bundleEdge(inRoot("src", "web", "client.js"), edge, ["./tabs.js"]);
  await bundleEdge(inRoot("src", "web", "tabs.js"), tabs);
  writeFileSync(note, JSON.stringify({ inputs: wanted, outputs: fingerprint(generated) }));
  const bytes = statSync(join(wasmFolder, "sigfetch_bg.wasm")).size.toLocaleString("en");
  console.log(`  ${good("✓")} pkg/ built, the module has ${bytes} bytes ${faint(`(${elapsed()})`)}`);
}

function isUpToDate(wanted) {
  if (!existsSync(note) || !generated.every(existsSync)) return false;
  const last = JSON.parse(readFileSync(note, "utf8"));
  return last.inputs === wanted && last.outputs === fingerprint(generated);
}

await main(import.meta.url, async () => {
  await setUp("build");
  await build();
});
