import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Verdict } from "../lib/run.mjs";

/** Makes one file of a part of the edge that shares nothing with others. */
export async function bundlePart(entry, file) {
  await bundle(entry, file);
}

/**
 * Makes two files of the edge's JavaScript half and the glue: what a page loads first, which the package's entries
 * share, and what it loads later. What both need is in the first, and the later one imports it from there. `lazy` stays
 * out of both: what is imported from there when it is needed.
 */
export async function bundleEdge(first, later, lazy) {
  const { inputs, exports } = await bundle(first.entry, first.file);
  const shared = new Set(inputs);
  const fromFirst = {
    name: "from-first",
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, importer }) =>
        importer && shared.has(resolve(dirname(importer), path)) ? { path: later.shared, external: true } : undefined,
      );
    },
  };
  const { text } = await bundle(later.entry, later.file, { external: lazy, plugins: [fromFirst] });
  for (const [, names] of text.matchAll(/import\{([^}]*)\}from"([^"]*)"/g)) {
    const missing = names.split(",").filter((name) => !exports.includes(name.split(" as ")[0]));
    if (missing.length > 0) throw new Verdict(`${first.entry} does not export ${missing.join(", ")}`);
  }
}

async function bundle(entry, file, more = {}) {
  const esbuild = await import("esbuild");
  const { warnings, metafile, outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    ...more,
  });
  if (warnings.length > 0) throw new Verdict(`esbuild warns about the edge: ${warnings[0].text}`);
  const [{ contents, text }] = outputFiles;
  writeFileSync(file, contents);
  const [{ exports }] = Object.values(metafile.outputs);
  return { inputs: Object.keys(metafile.inputs).map((input) => resolve(input)), exports, text };
}
