import { findProgram } from "../lib/environment.mjs";
import * as apt from "./apt.mjs";
import { SetupError } from "./step.mjs";

/** Rust links native programs through it, and some crates bring C code. */
export const cCompiler = {
  name: "C compiler",
  neededFor: ["start", "build", "test", "fleet"],

  async check() {
    return findProgram("cc") ? undefined : "cc";
  },

  async install(job) {
    if (!(await apt.canInstall())) throw new SetupError("Debian's packages cannot be installed here");
    await apt.install(job, ["gcc", "libc6-dev"]);
  },

  byHand: () => "  Debian:  apt-get install gcc libc6-dev\n  macOS:   xcode-select --install",
};
