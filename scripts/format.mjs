import { main } from "./lib/main.mjs";
import { inRoot } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { setUp } from "./setup.mjs";

/** What people write; data and generated files keep the form they have. */
const written = ["*.json", ".size-limit.mjs", "{scripts,pkg,src,tests,www}/**/*.{js,mjs,ts,html,css}"];

/** Brings all code into its form, or with `check` complains about what is not. */
export async function format({ check = false } = {}) {
  await run("cargo", ["fmt", "--all", ...(check ? ["--check"] : [])]);
  const prettier = inRoot("node_modules", "prettier", "bin", "prettier.cjs");
  await run(process.execPath, [prettier, check ? "--check" : "--write", "--log-level", "warn", ...written]);
}

await main(import.meta.url, async () => {
  await setUp("build");
  await format();
});
