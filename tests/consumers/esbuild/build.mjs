import { build } from "esbuild";

const { warnings } = await build({
  entryPoints: ["src/index.js"],
  outfile: "dist/main.js",
  bundle: true,
  minify: true,
  format: "esm",
  loader: { ".wasm": "file" },
});
if (warnings.length > 0) process.exitCode = 1;
