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
import { makeModule } from "./build/wasm.mjs";
import { filesUnder, fingerprint } from "./lib/files.mjs";
import { main } from "./lib/main.mjs";
import { cache, inRoot, pkg } from "./lib/paths.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { read, ReportedError } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

const made = join(pkg, "wasm");
const note = join(cache, "build.json");

/** What npm should publish and publishes only from the package's own folder. */
const copies = ["README.md", "LICENSE", "CHANGELOG.md"];

/** The client, and what is loaded only where it is asked for: what explains its failures, and lasting connections. */
const modules = [
  { name: "sigfetch", feature: "npm", files: { build: "build.js", inline: "inline.js" } },
  { name: "explain", feature: "npm-explain", files: { build: "explain-build.js", inline: "explain-inline.js" } },
  { name: "realtime", feature: "npm-realtime", files: { build: "realtime-build.js", inline: "realtime-inline.js" } },
];

/** The default entry and all that it imports, as one file that can be copied anywhere. */
const oneFile = { entry: join(pkg, "index.js"), file: join(pkg, "static.js") };

/** Builds the npm package into `pkg/`. The WebAssembly is made again only if something changed since the last time. */
export async function build() {
  const elapsed = stopwatch();
  console.log(strong("Build"));
  for (const file of copies) copyFileSync(inRoot(file), join(pkg, file));
  const inputs = await fingerprintOfInputs();
  const isCurrent = isUpToDate(inputs);
  if (!isCurrent) await makeWasm(inputs);
  await bundleOneFile();
  const bytes = statSync(join(made, "sigfetch_bg.wasm")).size.toLocaleString("en");
  const what = isCurrent ? "pkg/ is up to date" : `pkg/ built, the WebAssembly has ${bytes} bytes`;
  console.log(`  ${good("✓")} ${what} ${faint(`(${elapsed()})`)}`);
}

async function makeWasm(inputs) {
  console.log("  compiling for size (the first time takes minutes)");
  // Beside the old files, which stay complete for whoever uses the package meanwhile.
  const fresh = join(cache, "wasm");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const module of modules) await makeModule(fresh, module);
  // From here on until the new note, a build that breaks off must not look complete.
  rmSync(note, { force: true });
  rmSync(made, { recursive: true, force: true });
  renameSync(fresh, made);
  writeFileSync(note, JSON.stringify({ inputs, outputs: fingerprint(filesUnder(made)) }));
}

/** Everything that the WebAssembly and its glue are made of, but for the scripts that wasm-bindgen copies. */
async function fingerprintOfInputs() {
  const files = ["src", "Cargo.toml", "Cargo.lock", "package-lock.json", "scripts/build"].map((name) => inRoot(name));
  return fingerprint(filesUnder(...files), await read("rustc", ["-vV"]), await read("wasm-bindgen", ["--version"]));
}

function isUpToDate(inputs) {
  if (!existsSync(note)) return false;
  const last = JSON.parse(readFileSync(note, "utf8"));
  if (last.inputs !== inputs || last.outputs !== fingerprint(filesUnder(made))) return false;
  return filesUnder(join(made, "snippets")).every(isCopyOfOurs);
}

/** wasm-bindgen copies the scripts that Rust imports to `snippets/<crate>/<path in the checkout>`. */
function isCopyOfOurs(copy) {
  const [, ...path] = copy.slice(join(made, "snippets", "/").length).split(/[\\/]/);
  const original = inRoot(...path);
  return existsSync(original) && readFileSync(original).equals(readFileSync(copy));
}

async function bundleOneFile() {
  const esbuild = await import("esbuild");
  const { warnings, metafile, outputFiles } = await esbuild.build({
    entryPoints: [oneFile.entry],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
  });
  if (warnings.length > 0) throw new ReportedError(`esbuild warns about ${oneFile.file}: ${warnings[0].text}`);
  const [{ imports }] = Object.values(metafile.outputs);
  if (imports.length > 0) throw new ReportedError(`${oneFile.file} would import ${imports[0].path}`);
  writeFileSync(oneFile.file, outputFiles[0].contents);
}

await main(import.meta.url, async () => {
  await setUp("build");
  await build();
});
