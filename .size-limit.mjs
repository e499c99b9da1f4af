// What a page ever loads, bundled and minified as its own build does it, compressed by brotli; `npm run size` checks it.
const modifyEsbuildConfig = (config) => ({
  ...config,
  format: "esm",
  target: "es2022",
  loader: { ".wasm": "copy" },
});

const script = "pkg/lean.js";
const wasm = "pkg/wasm/sigfetch_bg.wasm";

export default [
  { name: "`sigfetch`, one file", path: "pkg/index.js", limit: "89 kB", modifyEsbuildConfig },
  { name: "`sigfetch/lean`, script", path: script, modifyEsbuildConfig },
  { name: "`sigfetch/lean`, WebAssembly", path: wasm, disablePlugins: ["@size-limit/esbuild"] },
  { name: "`sigfetch/lean`, both together", path: [script, wasm], limit: "83 kB", modifyEsbuildConfig },
];
