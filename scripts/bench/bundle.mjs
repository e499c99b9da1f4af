import { basename } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { chunksAtOnce } from "../size/bundle.mjs";

const common = {
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  platform: "browser",
  target: "es2022",
};

const source = (path) => inRoot("scripts", "bench", ...path);

/** A page's script with all that it imports, but for what is `external`. `path` is below this folder. */
export async function bundle(path, external = []) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({ ...common, entryPoints: [source(path)], external });
  return outputFiles[0].contents;
}

/** A page's script in chunks, `app.js` first and then the others, by name; `atOnce` names those that it needs at once. */
export async function bundleInChunks(path) {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { app: source(path) },
    splitting: true,
    metafile: true,
    outdir: inRoot(".cache", "cold"),
  });
  const output = (name) => Object.entries(metafile.outputs).find(([file]) => basename(file) === name)[1];
  const imports = (name) => output(name).imports.filter(({ kind }) => kind === "import-statement");
  return {
    chunks: Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    atOnce: chunksAtOnce("app.js", (name) => imports(name).map(({ path }) => basename(path))),
  };
}
