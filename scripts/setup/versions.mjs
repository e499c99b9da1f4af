import { readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";

/** The wasm-pack this project is tried with; a newer one is fine. */
export const wasmPack = "0.15.1";

/** The driver of Firefox that this project is tried with. */
export const geckodriver = "0.37.1";

/** The oldest Rust that compiles the project. */
export const minimalRust = () => /^rust-version = "([^"]+)"/m.exec(readFileSync(inRoot("Cargo.toml"), "utf8"))[1];

/** The version a crate is locked to: the wasm-bindgen CLI has to be the very same as the library. */
export function locked(crate) {
  const entry = new RegExp(`^name = "${crate}"\\nversion = "([^"]+)"`, "m");
  return entry.exec(readFileSync(inRoot("Cargo.lock"), "utf8"))[1];
}

/** Whether version `a` is `b` or newer. */
export function atLeast(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).slice(0, 3).map(Number));
  const differs = left.findIndex((part, place) => part !== right[place]);
  return differs === -1 || left[differs] > right[differs];
}
