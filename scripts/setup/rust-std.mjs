import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../lib/environment.mjs";
import { CommandError } from "../lib/run.mjs";
import { cache } from "../lib/paths.mjs";
import * as apt from "./apt.mjs";
import { cCompiler } from "./c-compiler.mjs";
import { activeToolchain, hasTargetLibraries, rust, wasmTarget } from "./rust.mjs";

/** Stands beside libraries built here and says which compiler they belong to. */
const builtBy = "built-by-sigfetch";

async function missing() {
  const toolchain = await activeToolchain();
  if (!toolchain || !hasTargetLibraries(toolchain)) return `Rust's standard library for ${wasmTarget}`;
  const note = join(toolchain.targetLibraries, builtBy);
  const outdated = existsSync(note) && readFileSync(note, "utf8") !== toolchain.compiler;
  return outdated ? `the standard library for ${wasmTarget} was built by another rustc` : undefined;
}

/** An empty crate that makes Cargo compile the whole library, `test` included, since test builds link it. */
function emptyCrate() {
  const folder = join(cache, "rust-std");
  mkdirSync(join(folder, "src"), { recursive: true });
  const manifest = [
    "[package]",
    'name = "empty"',
    'version = "0.0.0"',
    'edition = "2021"',
    "[lib]",
    'crate-type = ["cdylib"]',
    "[workspace]",
  ];
  writeFileSync(join(folder, "Cargo.toml"), manifest.join("\n"));
  writeFileSync(join(folder, "src", "lib.rs"), "");
  return folder;
}

/** What rustup would download, compiled from the source of the standard library and put in the same place. */
async function buildFromSource(job) {
  job.say("compiling the standard library (about a minute)");
  const folder = emptyCrate();
  const target = join(folder, "target");
  await job.run(
    "cargo",
    ["build", "--release", "--target", wasmTarget, "-Zbuild-std=std,panic_abort,test", "--target-dir", target],
    { cwd: folder, env: { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "" } },
  );
  const compiled = join(target, wasmTarget, "release", "deps");
  const libraries = readdirSync(compiled).filter((file) => file.endsWith(".rlib"));
  const toolchain = await activeToolchain();
  const note = join(folder, builtBy);
  writeFileSync(note, toolchain.compiler);
  await putInSysroot(job, toolchain.targetLibraries, [...libraries.map((file) => join(compiled, file)), note]);
  rmSync(folder, { recursive: true });
}

/** Debian's sysroot belongs to root, rustup's to the developer. */
async function putInSysroot(job, folder, files) {
  const inSystem = folder.startsWith("/usr/");
  const [program, ...prefix] = [...(inSystem ? ((await apt.asRoot()) ?? ["sudo"]) : []), "env"];
  await job.run(program, [...prefix, "rm", "-rf", folder]);
  await job.run(program, [...prefix, "mkdir", "-p", folder]);
  await job.run(program, [...prefix, "cp", ...files, folder]);
}

export const rustStd = {
  name: "Rust's standard library for wasm32",
  neededFor: ["start", "build", "test"],
  after: () => [cCompiler.name, rust.name],
  check: missing,

  async install(job) {
    if (findProgram("rustup")) {
      try {
        job.say("asking rustup for it");
        await job.run("rustup", ["target", "add", wasmTarget], {
          timeoutMs: 180_000,
          env: { RUSTUP_MAX_RETRIES: "1" },
        });
        return;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        job.say("rustup cannot get it, so it is compiled here");
      }
    }
    await buildFromSource(job);
  },

  byHand: () =>
    `  rustup target add ${wasmTarget}\nWithout rustup it is compiled from rust-src, which needs a linker (rust-lld).`,
};
