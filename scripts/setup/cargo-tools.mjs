import { dirname, join } from "node:path";
import { cargoBin, isOnShellPath, privateTools } from "../lib/environment.mjs";
import { CommandError, read } from "../lib/run.mjs";
import { cache } from "../lib/paths.mjs";
import { cCompiler } from "./c-compiler.mjs";
import { compilesNatively, rust } from "./rust.mjs";
import { atLeast, locked, wasmPack } from "./versions.mjs";

// One folder for all of them: most of what they are made of is the same, and is compiled once.
const targetFolder = join(cache, "cargo-tools");

/**
 * Compiled for a quick set-up, not for quick tools: unoptimised they still handle our module in a second or two, and
 * compiling them takes half as long.
 */
const quickly = {
  CARGO_TARGET_DIR: targetFolder,
  CARGO_PROFILE_DEV_DEBUG: "0",
  CARGO_PROFILE_DEV_STRIP: "symbols",
  CARGO_INCREMENTAL: "0",
  RUSTFLAGS: "",
};

async function installedVersion(program) {
  return /\d+\.\d+\.\d+/.exec((await read(program, ["--version"])) ?? "")?.[0];
}

/** Beside the other Cargo programs, unless that would replace a version the developer has for something else. */
async function installRoot(program) {
  if (await installedVersion(program)) return privateTools;
  const root = process.getuid?.() === 0;
  return root && !isOnShellPath(cargoBin) && isOnShellPath("/usr/local/bin") ? "/usr/local" : dirname(cargoBin);
}

async function compile(job, crate, version, program) {
  const root = await installRoot(program);
  const install = ["install", crate, "--version", version, "--profile", "dev", "--root", root];
  job.say(`compiling ${crate} ${version} (a few minutes on two cores)`);
  try {
    await job.run("cargo", [...install, "--locked"], { env: quickly });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // A version locked by the crate may have been taken back since; newer ones of the same line do.
    job.say("not with the crate's own lock file, so with newer parts");
    await job.run("cargo", install, { env: quickly });
  }
  const folder = join(root, "bin");
  if (!isOnShellPath(folder)) job.say(`is in ${folder}; to call it yourself, have that on your PATH`);
}

/** A step that gets a program by compiling its crate. */
export function cargoTool({ name, program, crate, version, fits, neededFor, after = [] }) {
  return {
    name,
    neededFor,
    // These are no wasm32, so where Rust lacks only that, they need not wait for it.
    after: async () => [cCompiler.name, ...((await compilesNatively()) ? [] : [rust.name]), ...after],

    async check() {
      const found = await installedVersion(program);
      if (found && fits(found)) return undefined;
      return found ? `${program} is ${found}, needed is ${version()}` : program;
    },

    install: (job) => compile(job, crate, version(), program),

    byHand: () => `  cargo install ${crate} --version ${version()}\nand have ${cargoBin} on your PATH.`,
  };
}

const bindgenVersion = () => locked("wasm-bindgen");

export const wasmBindgen = cargoTool({
  name: "wasm-bindgen CLI",
  program: "wasm-bindgen",
  crate: "wasm-bindgen-cli",
  version: bindgenVersion,
  fits: (found) => found === bindgenVersion(),
  neededFor: ["start", "build", "test"],
});

export const wasmPackTool = cargoTool({
  name: "wasm-pack",
  program: "wasm-pack",
  crate: "wasm-pack",
  version: () => wasmPack,
  fits: (found) => atLeast(found, wasmPack),
  neededFor: ["test"],
  // Not beside it: two Cargos would only wait for each other's lock, and the second finds much already compiled.
  after: [wasmBindgen.name],
});
