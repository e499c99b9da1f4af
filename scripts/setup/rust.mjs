import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cache, inRoot, root } from "../lib/paths.mjs";
import { CommandError, read } from "../lib/run.mjs";
import { aptInstall, asRoot } from "./apt.mjs";
import { findProgram } from "./programs.mjs";

const target = "wasm32-unknown-unknown";

/** The oldest Rust that compiles the project. */
const minimalRust = /^rust-version = "([^"]+)"/m.exec(readFileSync(inRoot("Cargo.toml"), "utf8"))[1];

/** Debian's Rust that keeps up with browsers: recent enough, and with the source of the standard library. */
const debianPackages = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web"];

// Without limits, a network that swallows packets holds rustup up for many minutes.
const withLimits = { timeoutMs: 180_000, env: { RUSTUP_MAX_RETRIES: "1" } };

/** The toolchain that `cargo` uses in this checkout; undefined where none works. */
async function activeToolchain() {
  const [sysroot, compiler] = await Promise.all([read("rustc", ["--print", "sysroot"]), read("rustc", ["-vV"])]);
  if (!sysroot || !compiler || !(await read("cargo", ["--version"]))) return undefined;
  const rustlib = join(sysroot, "lib", "rustlib");
  return {
    version: /^release: (.+)$/m.exec(compiler)[1],
    // Compiled libraries fit only the very compiler that made them.
    compiler,
    programs: join(sysroot, "bin"),
    librarySource: join(rustlib, "src", "rust", "library", "std"),
    targetLibraries: join(rustlib, target, "lib"),
  };
}

async function missingRust() {
  const toolchain = await activeToolchain();
  if (!toolchain) return "no working Rust (rustc and cargo)";
  if (!atLeast(toolchain.version, minimalRust)) return `Rust is ${toolchain.version}, needed is ${minimalRust}`;
  if (!existsSync(toolchain.librarySource)) return "the source of Rust's standard library (rust-src)";
  return ["cargo-clippy", "cargo-fmt"].find((tool) => !existsSync(join(toolchain.programs, tool)));
}

async function installRust(job) {
  if (findProgram("rustup")) {
    try {
      await withRustup(job);
      return;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      job.say(`rustup cannot get it: ${error.message}`);
    }
  }
  await aptInstall(job, debianPackages);
  const linker = missingLinker();
  if (linker) await aptInstall(job, [linker]);
  if (!findProgram("rustup")) return;
  job.say("telling rustup to use Debian's Rust in this checkout");
  await job.run("rustup", ["toolchain", "link", "sigfetch-wasm", "/usr"]);
  await job.run("rustup", ["override", "set", "sigfetch-wasm", "--path", root]);
}

async function withRustup({ run, say }) {
  say("asking rustup");
  const version = (await activeToolchain())?.version;
  if (version && atLeast(version, minimalRust)) {
    return run("rustup", ["component", "add", "rust-src", "clippy", "rustfmt"], withLimits);
  }
  // Another toolchain for this checkout alone: the developer's own stays as it is elsewhere.
  await run("rustup", ["toolchain", "install", minimalRust, "--component", "rust-src"], withLimits);
  await run("rustup", ["override", "set", minimalRust, "--path", root]);
}

/** The package that Debian's `rust-lld` leads to, which nothing installs by itself: a link such as `lld-22`. */
function missingLinker() {
  const link = "/usr/bin/rust-lld";
  try {
    const leadsTo = readlinkSync(link);
    return existsSync(join(dirname(link), leadsTo)) ? undefined : leadsTo;
  } catch {
    return undefined;
  }
}

/** Lies beside a standard library that was compiled here and tells by which compiler. */
const noteOf = ({ targetLibraries }) => join(targetLibraries, "built-by-sigfetch");

async function missingTarget() {
  const toolchain = await activeToolchain();
  const isThere = toolchain && existsSync(toolchain.targetLibraries);
  if (!isThere || !readdirSync(toolchain.targetLibraries).some((file) => /^libstd-.*\.rlib$/.test(file))) {
    return `Rust's standard library for ${target}`;
  }
  const note = noteOf(toolchain);
  const isOurs = existsSync(note);
  return isOurs && readFileSync(note, "utf8") !== toolchain.compiler ? "it was compiled by another rustc" : undefined;
}

async function installTarget(job) {
  if (findProgram("rustup")) {
    try {
      await job.run("rustup", ["target", "add", target], withLimits);
      return;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  job.say("rustup cannot get it, so it is compiled here (about a minute)");
  await compileTarget(job);
}

/** What rustup would download, compiled from the source of the standard library and put in the same place. */
async function compileTarget({ run }) {
  // An empty library crate; with `test`, as test builds link it.
  const folder = join(cache, "rust-std");
  mkdirSync(join(folder, "src"), { recursive: true });
  const manifest = '[package]\nname = "empty"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib"]\n[workspace]\n';
  writeFileSync(join(folder, "Cargo.toml"), manifest);
  writeFileSync(join(folder, "src", "lib.rs"), "");
  const args = ["build", "--release", "--target", target, "--target-dir", "target"];
  await run("cargo", [...args, "-Zbuild-std=std,panic_abort,test"], {
    cwd: folder,
    env: { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "" },
  });
  const toolchain = await activeToolchain();
  const note = join(folder, "note");
  writeFileSync(note, toolchain.compiler);

  const compiled = join(folder, "target", target, "release", "deps");
  const libraries = readdirSync(compiled).filter((file) => file.endsWith(".rlib"));
  const place = toolchain.targetLibraries;
  // Debian's sysroot belongs to root, rustup's to the developer.
  const [program, ...prefix] = [...(place.startsWith("/usr/") ? ((await asRoot()) ?? ["sudo"]) : []), "env"];
  await run(program, [...prefix, "rm", "-rf", place]);
  await run(program, [...prefix, "mkdir", "-p", place]);
  await run(program, [...prefix, "cp", ...libraries.map((file) => join(compiled, file)), place]);
  await run(program, [...prefix, "cp", note, noteOf(toolchain)]);
  rmSync(folder, { recursive: true });
}

/** Whether version `a` is `b` or newer. */
export const atLeast = (a, b) => a.localeCompare(b, "en", { numeric: true }) >= 0;

export const rust = {
  name: "Rust",
  neededFor: ["start", "build", "test", "fleet"],
  missing: missingRust,
  install: installRust,
  byHand: `  Rust ${minimalRust} or newer from https://rustup.rs, then:
  rustup component add rust-src clippy rustfmt
  On Debian 12 or newer, as root, this does as well:
  apt-get install ${debianPackages.join(" ")} lld-22`,
};

export const rustTarget = {
  name: "Rust's standard library for wasm32",
  neededFor: ["start", "build", "test"],
  after: ["C compiler", rust.name],
  missing: missingTarget,
  install: installTarget,
  byHand: `  rustup target add ${target}`,
};
