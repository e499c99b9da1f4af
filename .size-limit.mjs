// What a page ever loads, bundled and minified as its own build does it, compressed by brotli; `npm run size` checks it.
const modifyEsbuildConfig = (config) => ({
  ...config,
  format: "esm",
  target: "es2022",
  loader: { ".wasm": "copy" },
});

const script = "pkg/lean.js";
const wasm = "pkg/wasm/sigfetch_bg.wasm";

/** A part that is loaded at its first use: without what the client has loaded before. */
const part = (name, limit) => ({
  name: `\`sigfetch/${name}\`, at its first use`,
  path: `pkg/${name}.js`,
  limit,
  modifyEsbuildConfig: (config) => ({
    ...modifyEsbuildConfig(config),
    external: ["./body.js", "./errors.js", "./load.js", "./inflate.js", "./wasm/sigfetch.js"],
  }),
});

export default [
  { name: "`sigfetch`, one file", path: "pkg/index.js", limit: "91 kB", modifyEsbuildConfig },
  { name: "`sigfetch/lean`, script", path: script, modifyEsbuildConfig },
  { name: "`sigfetch/lean`, WebAssembly", path: wasm, disablePlugins: ["@size-limit/esbuild"] },
  { name: "`sigfetch/lean`, both together", path: [script, wasm], limit: "85 kB", modifyEsbuildConfig },
  part("explain", "150 kB"),
  part("realtime", "28 kB"),
];
