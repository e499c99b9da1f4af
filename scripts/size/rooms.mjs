import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bind, compile, shrinkWithNames } from "../build/wasm.mjs";
import { cache } from "../lib/paths.mjs";
import { dataSection, parts } from "./module.mjs";

/** Groups of crates that nobody looks at one by one. What is no crate at all, such as `str`, belongs to the first. */
const groups = {
  "Rust's standard library": ["core", "alloc", "std", "dlmalloc", "compiler_builtins", "hashbrown", "__rustc"],
  "JavaScript bindings": [
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "serde_wasm_bindgen",
    "serde_core",
  ],
  "hash and key": ["sha2", "hmac", "digest", "block_buffer", "crypto_common", "hybrid_array"],
};

/** Whose code a function is: a room of ours (`src/…`), a group of crates or a crate. */
export function owner(name = "") {
  // Others' generic code that works on a type of ours is there because of us.
  const room = /\bsigfetch(?:\[[0-9a-f]+\])?::(\w+)/.exec(name);
  if (room) return `src/${room[1]}`;
  if (!name.includes("::")) return "exports, with what is inlined";
  const crate = /(\w+)(?:\[[0-9a-f]+\])::/.exec(name)?.[1] ?? "core";
  return Object.keys(groups).find((group) => groups[group].includes(crate)) ?? crate;
}

/** The functions and sections of a shipped module, as it is compiled, from a twin of it that keeps the names. */
export async function namedParts(how) {
  const folder = join(cache, "size");
  mkdirSync(folder, { recursive: true });
  await bind(await compile(how, { quiet: true }), folder, "named");
  const module = join(folder, "named_bg.wasm");
  await shrinkWithNames(module);
  return parts(readFileSync(module));
}

/** The bytes of the module by whose they are, largest first. */
export function bytesByRoom({ functions, sections }) {
  const rooms = new Map();
  const add = (name, bytes) => rooms.set(name, (rooms.get(name) ?? 0) + bytes);
  for (const { name, bytes } of functions) add(owner(name), bytes);
  for (const { id, bytes } of sections) add(id === dataSection ? "texts and tables" : "types, imports, exports", bytes);
  return [...rooms].sort(([, a], [, b]) => b - a);
}
