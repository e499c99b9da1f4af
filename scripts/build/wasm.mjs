import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { inRoot } from "../lib/paths.mjs";
import { capture, ReportedError, run } from "../lib/run.mjs";

/**
 * Fills a folder with a WebAssembly module of the crate, the glue that wasm-bindgen writes, and what is made of them.
 * `files` names what is written beside `{name}.js` and `{name}_bg.wasm`.
 */
export async function makeModule(folder, { name, feature, files }) {
  const compiled = inRoot("target", "npm");
  // Not by `wasm-pack build`, which compiles the crate as a library for other crates at the same time. Cargo optimizes
  // nothing across crates then, which is worth a tenth of the download.
  await run(
    "cargo",
    [
      ...["rustc", "--lib", "--crate-type", "cdylib", "--release", "--features", feature],
      ...["--target", "wasm32-unknown-unknown", "--target-dir", compiled],
      ...["--config", inRoot("scripts", "build", "release.toml")],
    ],
    { env: { RUSTC_BOOTSTRAP: "1" } },
  );
  await run("wasm-bindgen", [
    // The only reference to the module is that of the package's own entries, which bundlers understand.
    ...["--target", "web", "--omit-default-module-path", "--out-dir", folder, "--out-name", name],
    join(compiled, "wasm32-unknown-unknown", "release", "sigfetch.wasm"),
  ]);
  rmSync(join(folder, `${name}_bg.wasm.d.ts`));
  const module = join(folder, `${name}_bg.wasm`);
  await fitGlue(join(folder, `${name}.js`), await shrink(module));
  writeFileSync(join(folder, files.build), `export const build = "${mark(module)}";\n`);
  await inline(module, join(folder, files.inline));
}

/**
 * Repeated, because each round finds more; in between, control flow is laid out anew. Functions with one caller stay
 * functions unless they are tiny, which takes more bytes, and fewer once they are compressed. The first kilobyte of
 * memory is the far end of the stack, so no address lies there, and constants may be added within loads and stores.
 *
 * Not used, though smaller: `--traps-never-happen`, which removes bounds checks as well.
 */
const passes = [
  ...["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "-Oz", "--one-caller-inline-max-function-size=30"],
  "--low-memory-unused",
  ...["--minify-imports-and-exports-and-modules"],
  ...["--strip-debug", "--strip-producers", "--strip-target-features"],
];

/** Shrinks the module in place; gives the short names that its imports and exports got, as `wasm-opt` prints them. */
async function shrink(module) {
  const wasmOpt = inRoot("node_modules", "binaryen", "bin", "wasm-opt");
  const names = JSON.parse(await capture(process.execPath, [wasmOpt, ...passes, "-o", module, module]));
  if (!WebAssembly.validate(readFileSync(module))) throw new ReportedError("wasm-opt made an invalid module");
  return names;
}

/**
 * Gives the glue the module's short names, and text codecs that need no platform at import time. The names, with their
 * hashes, are 3.3 of 50 kB after compression. esbuild changes the syntax tree, so no other text can be hit.
 */
async function fitGlue(file, { imports, exports }) {
  const esbuild = await import("esbuild");
  // wasm-opt makes all imports come from one module, "a".
  const modules = imports.map(([module]) => [module, "a"]);
  const renamed = Object.fromEntries([...modules, ...imports.map(([, name, short]) => [name, short]), ...exports]);
  const { outputFiles, mangleCache, warnings } = await esbuild.build({
    entryPoints: [file],
    write: false,
    format: "esm",
    target: "es2022",
    inject: [inRoot("scripts", "build", "text-codecs.js")],
    mangleProps: new RegExp(`^(?:${Object.keys(renamed).map(escaped).join("|")})$`),
    mangleQuoted: true,
    mangleCache: renamed,
  });
  if (warnings.length > 0) throw new ReportedError(`esbuild warns about the glue: ${warnings[0].text}`);
  const differs = Object.keys(renamed).find((name) => mangleCache[name] !== renamed[name]);
  if (differs) throw new ReportedError(`the glue and the module have different names for ${differs}`);
  writeFileSync(file, outputFiles[0].contents);
}

const escaped = (text) => text.replaceAll(/[^\w]/g, "\\$&");

/**
 * Marks the module with a digest of itself, in a custom section, and gives the digest. The loader accepts no other
 * module, because short names do not tell one version from the next.
 */
function mark(module) {
  const bytes = readFileSync(module);
  const build = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const name = "sigfetch";
  // Numbers under 128 are single bytes in a module.
  const content = Buffer.concat([Buffer.from([name.length]), Buffer.from(name + build)]);
  writeFileSync(module, Buffer.concat([bytes, Buffer.from([0, content.length]), content]));
  return build;
}

/** Writes the module as text into a script: deflated, in base64. */
async function inline(module, script) {
  const { default: zopfli } = await import("@gfx/zopfli");
  const bytes = readFileSync(module);
  // The format that every browser inflates, compressed with more patience than zlib has: 6 % of the download.
  const deflated = await zopfli.deflateAsync(bytes, { numiterations: 15 });
  if (!inflateRawSync(deflated).equals(bytes))
    throw new ReportedError("the deflated module does not inflate to itself");
  writeFileSync(script, `export default "${Buffer.from(deflated).toString("base64")}";\n`);
}
