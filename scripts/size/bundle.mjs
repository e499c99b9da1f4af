import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { cache, pkg } from "../lib/paths.mjs";

/**
 * What a page downloads that imports the client, by the entry it takes: at once, and when anything but a plain first call
 * is made. What is loaded only when an option or a large body asks for it stands apart.
 */
export async function downloads() {
  const file = (...path) => weigh(readFileSync(join(pkg, ...path)));
  const part = file("whole.js");
  return {
    default: { js: await bundle("sigfetch") },
    lean: { js: await bundle("sigfetch/lean"), wasm: file("wasm", "signer.wasm") },
    "default, later": { js: part, wasm: file("wasm", "inline.js") },
    "lean, later": { js: part, wasm: file("wasm", "sigfetch_bg.wasm") },
    static: { js: await bundle("sigfetch/static") },
    "on demand": { tabs: file("tabs.js"), hasher: file("hasher.js") },
  };
}

/** The page's script as a bundler makes it, resolved through the package's own exports map. */
async function bundle(specifier) {
  const page = join(cache, "size");
  const installed = join(page, "node_modules", "sigfetch");
  // Anew each time: the checkout may have been moved or copied, and the old link would still lead to a package.
  rmSync(installed, { force: true });
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(pkg, installed, "junction");
  const scripts = await loadedAtOnce({
    stdin: {
      contents: `import { createClient } from "${specifier}"; globalThis.createClient = createClient;`,
      resolveDir: page,
    },
    outdir: page,
  });
  return total(scripts.map(weigh));
}

/** The scripts that a page loads at once, as esbuild makes them; what is imported only when it is needed is left out. */
export async function loadedAtOnce(options) {
  const { chunks, atOnce } = await inChunks(options);
  return atOnce.map((name) => chunks[name]);
}

/** A page's script as esbuild makes it, by name: `app.js` and chunks. `atOnce` names those that it needs at once. */
export async function inChunks(options) {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    ...options,
    entryNames: "app",
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  const imports = Object.fromEntries(
    Object.entries(metafile.outputs).map(([file, { imports }]) => [basename(file), imports]),
  );
  const importsOf = (name) => imports[name].filter(({ kind }) => kind === "import-statement");
  return {
    chunks: Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    atOnce: chunksAtOnce("app.js", (name) => importsOf(name).map(({ path }) => basename(path))),
  };
}

/** A chunk, and all that it imports at once, and they. */
export function chunksAtOnce(first, importsOf) {
  const seen = new Set([first]);
  for (const file of seen) importsOf(file).forEach((next) => seen.add(next));
  return [...seen];
}

/** The sizes of several files together. */
export const total = (files) =>
  Object.fromEntries(forms.map((form) => [form, files.reduce((sum, sizes) => sum + sizes[form], 0)]));

export const forms = ["raw", "gzip", "brotli"];

/** Sizes as a server would send it: as it is, or compressed as far as the formats go. */
export function weigh(bytes) {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: quality }).length,
  };
}
