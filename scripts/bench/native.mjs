import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";

/** The Rust rooms without a browser. Compiled beside all else, so that what is the same is not compiled twice. */
export const nativeBench = () =>
  run("cargo", ["bench", "--manifest-path", inRoot("scripts", "bench", "native", "Cargo.toml")], {
    env: { CARGO_TARGET_DIR: inRoot("target", "bench") },
  });
