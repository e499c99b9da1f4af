// What the job "an identity pool's credentials and a signed fetch" adds to a page, by bundler, beside others.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { bundle } from "../bench/bundle.mjs";
import { build } from "../build.mjs";
import { main } from "../lib/main.mjs";
import { inRoot } from "../lib/paths.mjs";
import { kB, writeTable } from "../lib/readme.mjs";
import { strong, table } from "../lib/report.mjs";
import { installPacked } from "../lib/tarball.mjs";
import { setUp } from "../setup.mjs";

const benchFolder = inRoot("scripts", "bench");
const fromBench = (name, file) => inRoot("scripts", "bench", "node_modules", name, file);
const version = (path) => JSON.parse(readFileSync(path, "utf8")).version;

/** What is built here. The others' figures are in `peers.json`: nothing else would use their packages. */
const contenders = [
  { name: "`sigfetch`", page: "sigfetch" },
  { name: "`sigfetch/lean`, its WebAssembly included", page: "sigfetch-lean" },
  { name: "aws4fetch, and Cognito by hand", page: "aws4fetch", packages: ["aws4fetch"] },
  { name: "Amplify, only the identity pool part and its signer", page: "amplify", packages: ["aws-amplify"] },
];

/** All files that a bundler makes of a page's script. */
const bundlers = {
  async esbuild(page) {
    const script = await bundle("cold", "pages", `${page}.js`);
    // esbuild leaves the address of the module as it is, and the file where it is.
    const isLean = script.includes("sigfetch_bg.wasm");
    return isLean ? [script, readFileSync(fromBench("sigfetch", "wasm/sigfetch_bg.wasm"))] : [script];
  },

  async vite(page) {
    const vite = await import(fromBench("vite", "dist/node/index.js"));
    const { output } = await vite.build({
      root: inRoot("scripts", "bench", "cold", "pages"),
      configFile: false,
      logLevel: "error",
      build: {
        write: false,
        minify: true,
        target: "es2022",
        modulePreload: false,
        rollupOptions: { input: inRoot("scripts", "bench", "cold", "pages", `${page}.js`) },
      },
    });
    return output.map(({ code, source }) => Buffer.from(code ?? source));
  },
};

async function measure({ name, page, packages = [] }) {
  const row = { name, versions: {} };
  for (const name of packages) row.versions[name] = version(fromBench(name, "package.json"));
  for (const [bundler, filesOf] of Object.entries(bundlers)) {
    const bytes = (await filesOf(page)).map((content) => brotliCompressSync(content).length);
    row[bundler] = bytes.reduce((sum, one) => sum + one, 0);
  }
  return row;
}

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { write: { type: "boolean" } } });
  await setUp("build", "bench");
  await build();
  await installPacked(benchFolder);
  console.log(strong("The job, built by bundlers"));
  const { rows } = JSON.parse(readFileSync(inRoot("scripts", "size", "peers.json"), "utf8"));
  const peers = rows.map((row) => ({ ...row, esbuild: row.esbuild * 1_000, vite: row.vite * 1_000 }));
  const own = [];
  for (const contender of contenders) own.push(await measure(contender));
  const all = [...own, ...peers];
  const esbuild = `esbuild ${version(inRoot("node_modules", "esbuild", "package.json"))}`;
  const vite = `vite ${version(fromBench("vite", "package.json"))}`;
  const versions = new Set(all.flatMap(({ versions }) => Object.entries(versions).map((one) => one.join(" "))));
  const figures = all.map(({ name, esbuild, vite }) => [name, kB(esbuild), kB(vite)]);
  const found = [
    table(["kB brotli, minified, target es2022", esbuild, vite], figures),
    `${[...versions].join(", ")}.`,
  ].join("\n\n");
  console.log(found);
  if (values.write) writeTable("job", "npm run size:job -- --write", found);
});
