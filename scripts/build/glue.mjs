import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

/**
 * Shortens the glue in place, with the short names that `wasm-opt` gave to the imports and exports of the module.
 * esbuild renames them as properties in the syntax tree, so no other text can be hit.
 */
export async function minify(folder, names) {
  const esbuild = await import("esbuild");
  const file = join(folder, "sigfetch.js");
  const renamed = shortNames(names);
  const whole = Object.keys(renamed).map((name) => name.replaceAll(/[^\w]/g, "\\$&"));
  const { outputFiles, mangleCache, warnings } = await esbuild.build({
    // Bundled through an entry that names what the facade uses, so that the rest of the glue falls away.
    stdin: { contents: 'export { default, Handle } from "./sigfetch.js";', resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    mangleProps: new RegExp(`^(?:${whole.join("|")})$`),
    mangleQuoted: true,
    mangleCache: renamed,
  });
  if (warnings.length > 0) throw new Error(`esbuild warns about the glue: ${warnings[0].text}`);
  for (const [name, short] of Object.entries(renamed)) {
    if (mangleCache[name] !== short) throw new Error(`the glue calls ${name} something else than the module`);
  }
  writeFileSync(file, outputFiles[0].text);
}

/** From `{ imports: [[module, name, short]], exports: [[name, short]] }` to one table, the modules' names included. */
function shortNames({ imports, exports }) {
  // wasm-opt folds all import modules into one of this name.
  const modules = imports.map(([module]) => [module, "a"]);
  return Object.fromEntries([...modules, ...imports.map(([, name, short]) => [name, short]), ...exports]);
}

/** Writes `inline.js`: the module as text in a JavaScript file, deflated, for the entry that fetches nothing else. */
export function inline(folder) {
  const deflated = deflateRawSync(readFileSync(join(folder, "sigfetch_bg.wasm")), { level: 9 });
  writeFileSync(join(folder, "inline.js"), `export default "${deflated.toString("base64")}";\n`);
}
