// Front ends that are written in Rust, which take the crate and no npm package.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, inRoot } from "../../scripts/lib/paths.mjs";
import { runLogged, tail } from "../../scripts/lib/run.mjs";

const here = (...path) => inRoot("tests", "consumers", ...path);

const TARGET = "wasm32-unknown-unknown";

/** One folder for all of them, apart from the main build's: they have most of what they compile in common. */
const compiled = inRoot("target", "consumers");

/** The versions that a page's lock file holds of these crates. */
export function locked(name, crates) {
  const lock = readFileSync(here(name, "Cargo.lock"), "utf8");
  return crates.map((crate) => {
    const [, version] = lock.match(new RegExp(`name = "${crate}"\nversion = "(.*)"`));
    return `${crate} ${version}`;
  });
}

/** Compiles the page of that name, and gives the folder to serve. */
export async function buildRust(name) {
  const folder = join(cache, "consumers", name);
  const log = join(cache, "logs", `consumer-${name}.log`);
  rmSync(log, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = async (program, ...args) => {
    try {
      await runLogged(program, args, { cwd: here(name), log, timeoutMs: 900_000 });
    } catch (error) {
      throw new Error(`${error.message}\n${tail(log)}`, { cause: error });
    }
  };
  await run("cargo", "build", "--target", TARGET, "--target-dir", compiled);
  const module = join(compiled, TARGET, "debug", `${name.replace("-", "_")}.wasm`);
  const bindgen = ["--target", "web", "--no-typescript", "--out-dir", folder, "--out-name", "page"];
  await run("wasm-bindgen", ...bindgen, module);
  cpSync(here(name, "index.html"), join(folder, "index.html"));
  return folder;
}

/** Holds it against what came of a guest's visit and of a user's after it. */
export function assertVisited(visits, calls) {
  const done = { get: 200, post: 200, bodyBase64: Buffer.from("kettle ☕").toString("base64") };
  const roles = ["LocalGuest", "LocalUser"];
  const wanted = roles.map((role, at) => ({ identityId: visits[at]?.identityId, role, ...done }));
  assert.deepEqual(visits, wanted);
  for (const { identityId } of visits) assert.match(identityId, /^us-east-1:[-0-9a-f]{36}$/);
  assert.deepEqual(Object.values(calls.rest), [{ ok: 2 }, { ok: 2 }], "every signed call was accepted");
}
