import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { capture, run, Verdict } from "../lib/run.mjs";
import { wasmTarget } from "../setup/rust.mjs";

// Apart from the tests' folder: the flags differ, and Cargo would compile everything anew at each change of side.
const targetFolder = inRoot("target", "wasm-release");

const rustFlags = [
  "-Zunstable-options",
  // A panic ends the instance at once: without its texts and its machinery the module is a third smaller.
  "-Cpanic=immediate-abort",
  // What is left of panics would name source files, with the folders of the machine that built them.
  "-Zlocation-detail=none",
  // Small functions are put in place before each crate is compiled for size, which would leave them as calls: 1 kB.
  "-Zinline-mir=yes",
  // JavaScript's values wait in an array of the glue instead of a table of the module: 700 bytes less to download.
  // With SIMD, which every engine has had since spring 2023, SHA-256 takes half the time and 300 bytes more.
  "-Ctarget-feature=-reference-types,-multivalue,+simd128",
];

/**
 * What is small in these is made for being inlined, and gets smaller by it: half a kilobyte less to download, and a
 * tenth of a small signature's time. Not in Cargo.toml, which knows the standard library only when it is compiled along.
 */
const inlined = ["core", "alloc"].flatMap((name) => ["--config", `profile.release.package.${name}.opt-level=3`]);

/** What the two modules are compiled of, and how. */
export const whole = { features: [], isFast: true };
export const signer = { features: ["signer"], isFast: false };

/**
 * For the module that signs thousands of requests and is not loaded first: our own code for speed, and of what could be
 * put in place half as much as usual. A signature takes a fifth less time, for 4 kB; without the limit it would be a
 * quarter, for 7.
 */
const fast = {
  settings: ["--config", "profile.release.package.sigfetch.opt-level=2"],
  flags: ["-Cllvm-args=-inline-threshold=100"],
};

/**
 * Compiles one of the modules, with a standard library compiled along for size, and gives the path of the raw one: the
 * same for both, so it has to be used before the next one is compiled.
 */
export async function compile({ features, isFast }, { quiet = false } = {}) {
  await run(
    "cargo",
    [
      "rustc",
      ...(quiet ? ["--quiet"] : []),
      "--lib",
      "--release",
      ...["--features", features.join()],
      ...["--target", wasmTarget],
      ...["--target-dir", targetFolder],
      ...inlined,
      ...(isFast ? fast.settings : []),
      "-Zbuild-std=std,panic_abort",
      "-Zbuild-std-features=optimize_for_size",
      ...(isFast ? ["--", ...fast.flags] : []),
    ],
    // The -Z flags are closed to the stable compiler without this variable.
    { env: { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: rustFlags.join(" ") } },
  );
  return join(targetFolder, wasmTarget, "release", "sigfetch.wasm");
}

/** Writes the module and its glue, `name_bg.wasm`, `name.js` and its types, into `folder`. */
export async function bind(module, folder, name) {
  // Without a default path the only reference to the module is that of our own entries, which bundlers understand.
  const form = ["--target", "web", "--omit-default-module-path"];
  await run("wasm-bindgen", [...form, "--out-dir", folder, "--out-name", name, module]);
}

/**
 * Shrinks the module in place and gives its imports and exports names of a letter or two. Returns those names for the
 * glue to use too.
 *
 * Not used, though smaller: `--traps-never-happen`, which takes the bounds checks along.
 */
export async function shrink(module) {
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  const names = JSON.parse(await wasmOpt(module, "--minify-imports-and-exports-and-modules", ...strip));
  if (!WebAssembly.validate(readFileSync(module))) throw new Verdict("wasm-opt made a module that Node cannot read");
  return names;
}

/** The same code with the names of its functions left in, for looking at what takes the room. */
export async function shrinkWithNames(module) {
  await wasmOpt(module, "--debuginfo");
}

/**
 * Again and again, because each time still finds something; in between, control flow is laid out anew. Functions with
 * one caller stay functions unless they are tiny: it makes more bytes, and fewer once they are compressed.
 */
const smallest = ["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "-Oz", "--one-caller-inline-max-function-size=30"];

const wasmOpt = (module, ...passes) =>
  capture(process.execPath, [
    inRoot("node_modules", "binaryen", "bin", "wasm-opt"),
    ...smallest,
    ...passes,
    ...["-o", module, module],
  ]);
