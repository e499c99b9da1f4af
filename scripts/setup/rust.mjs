import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cargoBin, findProgram } from "../lib/environment.mjs";
import { CommandError, read } from "../lib/run.mjs";
import { root } from "../lib/paths.mjs";
import * as apt from "./apt.mjs";
import { SetupError } from "./step.mjs";
import { atLeast, minimalRust } from "./versions.mjs";

/** The target the package is compiled for. */
export const wasmTarget = "wasm32-unknown-unknown";

/** Debian's Rust that keeps up with browsers: recent enough, and it brings the source of the standard library. */
const debianPackages = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web"];

/** The name under which rustup knows the toolchain of Debian's packages. */
const linkedToolchain = "sigfetch-wasm";

/** The toolchain that `cargo` uses in this checkout. */
export async function activeToolchain() {
  const [sysroot, compiler] = await Promise.all([read("rustc", ["--print", "sysroot"]), read("rustc", ["-vV"])]);
  if (!sysroot || !compiler) return undefined;
  const rustlib = join(sysroot, "lib", "rustlib");
  return {
    sysroot,
    version: /^release: (.+)$/m.exec(compiler)?.[1],
    // In full, because compiled code fits only the very compiler that made it.
    compiler,
    librarySource: join(rustlib, "src", "rust", "library"),
    targetLibraries: join(rustlib, wasmTarget, "lib"),
  };
}

/** Whether the standard library for wasm32 is there, by whatever road it came. */
export function hasTargetLibraries(toolchain) {
  if (!existsSync(toolchain.targetLibraries)) return false;
  return readdirSync(toolchain.targetLibraries).some((file) => /^libstd-.*\.rlib$/.test(file));
}

function unusable(toolchain, cargo) {
  if (!toolchain || !cargo) return "no working Rust (rustc and cargo)";
  return atLeast(toolchain.version, minimalRust())
    ? undefined
    : `Rust is ${toolchain.version}, needed is ${minimalRust()}`;
}

/** Whether Rust here compiles programs for this machine, whatever it lacks for the browser. */
export async function compilesNatively() {
  return unusable(...(await Promise.all([activeToolchain(), read("cargo", ["--version"])]))) === undefined;
}

async function missing() {
  const [toolchain, cargo] = await Promise.all([activeToolchain(), read("cargo", ["--version"])]);
  const problem = unusable(toolchain, cargo);
  if (problem) return problem;
  if (!existsSync(join(toolchain.librarySource, "std"))) return "the source of Rust's standard library (rust-src)";
  const lacks = ["cargo-clippy", "cargo-fmt"].filter((tool) => !existsSync(join(toolchain.sysroot, "bin", tool)));
  return lacks.length > 0 ? lacks.join(" and ") : undefined;
}

async function withRustup(job) {
  // Without a limit a network that swallows packets holds rustup up for many minutes.
  const rustup = (...args) => job.run("rustup", args, { timeoutMs: 180_000, env: { RUSTUP_MAX_RETRIES: "1" } });
  const version = (await activeToolchain())?.version;
  if (version && atLeast(version, minimalRust())) {
    job.say("asking rustup for what is missing");
    await rustup("component", "add", "rust-src", "clippy", "rustfmt");
    return;
  }
  // The toolchain the developer uses elsewhere stays as it is; only this checkout gets another one.
  job.say(`asking rustup for Rust ${minimalRust()}`);
  await rustup("toolchain", "install", minimalRust(), "--component", "rust-src", "--target", wasmTarget);
  await rustup("override", "set", minimalRust(), "--path", root);
}

async function withDebian(job) {
  await apt.install(job, debianPackages);
  const linker = danglingLinker();
  if (linker) await apt.install(job, [linker]);
  if (!findProgram("rustup")) return;
  job.say("telling rustup to use Debian's Rust in this checkout");
  await job.run("rustup", ["toolchain", "link", linkedToolchain, "/usr"]);
  await job.run("rustup", ["override", "set", linkedToolchain, "--path", root]);
}

/** Debian's `rust-lld` is a link into a package (such as lld-22) that nothing pulls in. */
function danglingLinker() {
  const link = "/usr/bin/rust-lld";
  try {
    const target = readlinkSync(link);
    return existsSync(join(dirname(link), target)) ? undefined : target;
  } catch {
    return undefined;
  }
}

export const rust = {
  name: "Rust",
  neededFor: ["start", "build", "test", "fleet"],
  check: missing,

  async install(job) {
    if (findProgram("rustup")) {
      try {
        await withRustup(job);
        if (!(await missing())) return;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        job.say(`rustup cannot get it: ${error.message}`);
      }
    }
    if (!(await apt.canInstall())) throw new SetupError("neither rustup nor Debian's packages can provide it");
    await apt.refreshLists(job);
    if (!(await apt.offers(debianPackages[0]))) throw new SetupError(`apt offers no ${debianPackages[0]}`);
    await withDebian(job);
  },

  byHand: () =>
    [
      `Install Rust ${minimalRust()} or newer from https://rustup.rs, then:`,
      "  rustup component add rust-src clippy rustfmt",
      `  rustup target add ${wasmTarget}`,
      `Programs that Cargo installs are looked for in ${cargoBin}.`,
      "On Debian 12 or newer, as root, this does as well:",
      `  apt-get install ${debianPackages.join(" ")} lld-22`,
    ].join("\n"),
};
