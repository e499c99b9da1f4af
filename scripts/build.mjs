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
import { bundleEdge, bundlePart } from "./build/edge.mjs";
import { inline, minify } from "./build/glue.mjs";
import { mark } from "./build/mark.mjs";
import { bind, compile, shrink, signer, whole } from "./build/wasm.mjs";
import { filesUnder, fingerprint } from "./lib/files.mjs";
import { main } from "./lib/main.mjs";
import { cache, inRoot, pkg } from "./lib/paths.mjs";
import { faint, good, stopwatch, strong } from "./lib/report.mjs";
import { activeToolchain } from "./setup/rust.mjs";
import { setUp } from "./setup.mjs";

const wasmFolder = join(pkg, "wasm");
const freshFolder = join(cache, "wasm");
const [first, later, tabs, hasher] = ["client.js", "whole.js", "tabs.js", "hasher.js"].map((file) => join(pkg, file));

/** The modules that are made of the crate: the whole one, and the small one that pages load first. */
const modules = [
  { name: "sigfetch", how: whole, file: "sigfetch_bg.wasm", script: "inline.js", mark: "build" },
  { name: "signer", how: signer, file: "signer.wasm", script: "signer-inline.js", mark: "signerBuild" },
];
const generated = modules
  .flatMap(({ name, file, script }) => [`${name}.js`, `${name}.d.ts`, file, script])
  .concat("build.js")
  .map((file) => join(wasmFolder, file))
  .concat(first, later, tabs, hasher);
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
  // Beside the old one, so that whoever uses the package meanwhile finds it whole.
  rmSync(freshFolder, { recursive: true, force: true });
  mkdirSync(freshFolder, { recursive: true });
  let marks = "";
  for (const module of modules) marks += `export const ${module.mark} = "${await make(module)}";\n`;
  writeFileSync(join(freshFolder, "build.js"), marks);

  // From here to the new note, a build that fails must not look finished.
  rmSync(note, { force: true });
  rmSync(wasmFolder, { recursive: true, force: true });
  renameSync(freshFolder, wasmFolder);
  const entry = (name) => inRoot("src", "web", name);
  await bundleEdge(
    { entry: entry("first.js"), file: first },
    { entry: entry("whole.js"), file: later, shared: "./client.js" },
    ["./tabs.js", "./hasher.js"],
  );
  await bundlePart(entry("tabs.js"), tabs);
  await bundlePart(entry("hasher.js"), hasher);
  writeFileSync(note, JSON.stringify({ inputs: wanted, outputs: fingerprint(generated) }));
  const bytes = modules.map(({ file }) => statSync(join(wasmFolder, file)).size.toLocaleString("en"));
  console.log(`  ${good("✓")} pkg/ built, the modules have ${bytes.join(" and ")} bytes ${faint(`(${elapsed()})`)}`);
}

/** Makes the files of one module, and gives the mark that it carries. */
async function make({ name, how, file, script }) {
  const fresh = (file) => join(freshFolder, file);
  const module = fresh(file);
  await bind(await compile(how), freshFolder, name);
  rmSync(fresh(`${name}_bg.wasm.d.ts`));
  renameSync(fresh(`${name}_bg.wasm`), module);
  await minify(fresh(`${name}.js`), await shrink(module));
  const build = mark(module);
  await inline(module, fresh(script));
  return build;
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
