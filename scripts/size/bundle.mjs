import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { cache, pkg } from "../lib/paths.mjs";

/**
 * What a page downloads that imports the client, by the entry it takes; the lean one leaves the module outside. What is
 * loaded only when an option or a large body asks for it stands apart.
 */
export async function downloads() {
  const module = readFileSync(join(pkg, "wasm", "sigfetch_bg.wasm"));
  return {
    default: { js: weigh(await bundle("sigfetch")) },
    lean: { js: weigh(await bundle("sigfetch/lean")), wasm: weigh(module) },
    "on demand": {
      tabs: weigh(readFileSync(join(pkg, "tabs.js"))),
      hasher: weigh(readFileSync(join(pkg, "hasher.js"))),
    },
  };
}

/** The page's script as a bundler makes it, resolved through the package's own exports map. */
async function bundle(specifier) {
  const { build } = await import("esbuild");
  const page = join(cache, "size");
  const installed = join(page, "node_modules", "sigfetch");
  // Anew each time: the checkout may have been moved or copied, and the old link would still lead to a package.
  rmSync(installed, { force: true });
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(pkg, installed, "junction");
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createClient } from "${specifier}"; globalThis.createClient = createClient;`,
      resolveDir: page,
    },
    bundle: true,
    splitting: true,
    outdir: page,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  const [entry] = outputFiles.filter(({ path }) => path.endsWith("stdin.js"));
  return entry.contents;
}

/** Sizes as a server would send it: as it is, or compressed as far as the formats go. */
export function weigh(bytes) {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: quality }).length,
  };
}
