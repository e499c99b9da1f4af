import { inRoot } from "../lib/paths.mjs";

/** A page's script with all that it imports, but for what is below `/pkg/`, minified. `path` is below this folder. */
export async function bundle(...path) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [inRoot("scripts", "bench", ...path)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["/pkg/*"],
  });
  return Buffer.from(outputFiles[0].contents);
}
