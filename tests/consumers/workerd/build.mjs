// As wrangler bundles Workers: its conditions, and modules of WebAssembly kept as modules.
import { build } from "esbuild";

await build({
  entryPoints: ["src/worker.js"],
  outfile: "dist/worker.js",
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  loader: { ".wasm": "copy" },
  assetNames: "[name]",
});
