import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";

const bundle = await rollup({
  input: "src/index.js",
  plugins: [nodeResolve({ browser: true })],
  onwarn: (warning) => {
    throw new Error(warning.message);
  },
});
await bundle.write({ dir: "dist", entryFileNames: "main.js", format: "es" });
mkdirSync("dist/wasm");
copyFileSync(fileURLToPath(import.meta.resolve("sigfetch/sigfetch.wasm")), "dist/wasm/sigfetch_bg.wasm");
