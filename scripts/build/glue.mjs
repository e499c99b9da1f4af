import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { inflateRawSync } from "node:zlib";
import { Verdict } from "../lib/run.mjs";

/**
 * What no engine that has WebAssembly with SIMD needs, nor the edge, which starts the module with
 * `initSync({ module })`.
 */
const unneeded = [
  [/^if \(Symbol\.dispose\).*$/m, ""],
  [/^ {4}if \(realloc === undefined\) \{.*?^ {4}\}$/ms, ""],
  [/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}$/ms, ""],
  [/(^function initSync.*?)^ {4}if \(module !== undefined\) \{.*?^ {4}\}$/ms, "$1    ({ module } = module);"],
  [/^ {4}if \(!\(module instanceof WebAssembly\.Module\)\) \{.*?^ {4}\}$/ms, ""],
];

/**
 * How a text gets into the module's memory. The glue's own way takes plain characters one by one, which for a signature
 * is two microseconds; this way the platform takes what fits at once, and most texts are plain and fit.
 */
const passing = [
  /^ {4}let offset = 0;\n.*?(?=^ {4}WASM_VECTOR_LEN = offset;$)/ms,
  `
    let { read, written: offset } = cachedTextEncoder.encodeInto(arg, mem.subarray(ptr, ptr + len));
    if (read !== len) {
        arg = arg.slice(read);
        ptr = realloc(ptr, len, (len = offset + arg.length * 3), 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        offset += cachedTextEncoder.encodeInto(arg, view).written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }
`,
];

/** Leaves out of the glue what is not needed, and passes texts faster. Another wasm-bindgen may write another glue: that has to be noticed. */
function fit(file) {
  const replaceOnce = (text, [pattern, replacement]) => {
    const fitted = text.replace(pattern, replacement);
    if (fitted === text) throw new Verdict(`the glue has no ${pattern}`);
    return fitted;
  };
  writeFileSync(file, [...unneeded, passing].reduce(replaceOnce, readFileSync(file, "utf8")));
}

/**
 * Shortens the glue in place, with the short names that `wasm-opt` gave to the imports and exports of the module.
 * esbuild renames them as properties in the syntax tree, so no other text can be hit.
 */
export async function minify(file, names) {
  const esbuild = await import("esbuild");
  fit(file);
  const renamed = shortNames(names);
  const whole = Object.keys(renamed).map((name) => name.replaceAll(/[^\w]/g, "\\$&"));
  const { outputFiles, mangleCache, warnings } = await esbuild.build({
    // Through an entry that leaves out what the facade never calls, so that it falls away.
    stdin: {
      contents: `export { ${await usedExports(esbuild, file)} } from "./${basename(file)}";`,
      resolveDir: dirname(file),
    },
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
  if (warnings.length > 0) throw new Verdict(`esbuild warns about the glue: ${warnings[0].text}`);
  for (const [name, short] of Object.entries(renamed)) {
    if (mangleCache[name] !== short) throw new Verdict(`the glue calls ${name} something else than the module`);
  }
  writeFileSync(file, outputFiles[0].text);
}

/** All that the glue exports but the start that fetches and compiles: the edge does that itself. */
async function usedExports(esbuild, file) {
  const { metafile } = await esbuild.build({ entryPoints: [file], format: "esm", write: false, metafile: true });
  const [output] = Object.values(metafile.outputs);
  return output.exports.filter((name) => name !== "default").join(", ");
}

/** From `{ imports: [[module, name, short]], exports: [[name, short]] }` to one table, the modules' names included. */
function shortNames({ imports, exports }) {
  // wasm-opt folds all import modules into one of this name.
  const modules = imports.map(([module]) => [module, "a"]);
  return Object.fromEntries([...modules, ...imports.map(([, name, short]) => [name, short]), ...exports]);
}

/** Writes the module as text into a JavaScript file, deflated, for the entry that fetches nothing else. */
export async function inline(file, script) {
  const { default: zopfli } = await import("@gfx/zopfli");
  const module = readFileSync(file);
  // What every browser inflates, found with more patience than zlib has: 6 % of the download.
  const deflated = await zopfli.deflateAsync(module, { numiterations: 15 });
  if (!inflateRawSync(deflated).equals(module)) throw new Verdict("the deflated module does not inflate to itself");
  writeFileSync(script, `export default "${Buffer.from(deflated).toString("base64")}";\n`);
}
