import { Verdict } from "../lib/run.mjs";

/**
 * Makes one file of the edge's JavaScript half and the glue: what the package's entries share. `lazy` stays out: what is
 * imported from there when it is needed.
 */
export async function bundleEdge(entry, file, lazy = []) {
  const esbuild = await import("esbuild");
  const { warnings } = await esbuild.build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    external: lazy,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
  });
  if (warnings.length > 0) throw new Verdict(`esbuild warns about the edge: ${warnings[0].text}`);
}
