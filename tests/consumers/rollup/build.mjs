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
for (const [name, file] of [
  ["sigfetch", "sigfetch_bg.wasm"],
  ["signer", "signer.wasm"],
]) {
  copyFileSync(fileURLToPath(import.meta.resolve(`sigfetch/${name}.wasm`)), `dist/wasm/${file}`);
}
