// What the job "an identity pool's credentials and a signed fetch" adds to a page, by bundler, beside others.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "../build.mjs";
import { main } from "../lib/main.mjs";
import { inRoot } from "../lib/paths.mjs";
import { strong } from "../lib/report.mjs";
import { table } from "../lib/table.mjs";
import { installPacked } from "../lib/tarball.mjs";
import { setUp } from "../setup.mjs";
import { chunksAtOnce, loadedAtOnce, weigh } from "./bundle.mjs";
import { kB, writeTable } from "./readme.mjs";

const modules = inRoot("scripts", "bench", "node_modules");
const page = (name) => inRoot("scripts", "bench", "cold", "pages", `${name}.js`);

/** What is built here. The others' figures are in `peers.json`: nothing else would use their packages. */
const contenders = [
  { name: "`sigfetch`", page: "sigfetch" },
  { name: "`sigfetch/lean`, its WebAssembly included", page: "sigfetch-lean", wasm: true },
  { name: "aws4fetch, and Cognito by hand", page: "aws4fetch", packages: ["aws4fetch"] },
  { name: "Amplify, only the identity pool part and its signer", page: "amplify", packages: ["aws-amplify"] },
];

const fromBench = (name, file = "package.json") => `${modules}/${name}/${file}`;
const version = (name) => JSON.parse(readFileSync(fromBench(name), "utf8")).version;

/** The files that the page loads at once; what is imported only when it is needed is left out. */
const bundlers = {
  async esbuild({ page: name, wasm }) {
    const scripts = await loadedAtOnce({ entryPoints: [page(name)], outdir: inRoot(".cache", "job") });
    // esbuild leaves the address of the module as it is, and the file where it is.
    return [...scripts, ...(wasm ? [wasmFile()] : [])];
  },

  async vite({ page: name, wasm }) {
    const { build } = await import(fromBench("vite", "dist/node/index.js"));
    const { output } = await build({
      root: inRoot("scripts", "bench", "cold", "pages"),
      configFile: false,
      logLevel: "error",
      build: {
        write: false,
        minify: true,
        target: "es2022",
        modulePreload: false,
        rollupOptions: { input: page(name) },
      },
    });
    const chunk = (name) => output.find(({ fileName }) => fileName === name);
    const atOnce = chunksAtOnce(output.find(({ isEntry }) => isEntry).fileName, (name) => chunk(name).imports);
    return output
      .filter(({ fileName, name }) => atOnce.includes(fileName) || (wasm && name?.startsWith("signer")))
      .map(({ code, source }) => Buffer.from(code ?? source));
  },
};

const wasmFile = () => readFileSync(fromBench("sigfetch", "wasm/signer.wasm"));

async function measure() {
  const own = [];
  for (const contender of contenders) {
    const sizes = {};
    for (const [bundler, files] of Object.entries(bundlers)) {
      const weights = (await files(contender)).map((content) => weigh(content).brotli);
      sizes[bundler] = weights.reduce((sum, bytes) => sum + bytes, 0) / 1_000;
    }
    const versions = Object.fromEntries((contender.packages ?? []).map((name) => [name, version(name)]));
    own.push({ name: contender.name, versions, ...sizes });
  }
  const { rows } = JSON.parse(readFileSync(inRoot("scripts", "size", "peers.json"), "utf8"));
  return [...own, ...rows];
}

const jobTable = (rows, esbuild) => {
  const figures = rows.map(({ name, esbuild, vite }) => [name, kB(esbuild * 1_000), kB(vite * 1_000)]);
  const versions = new Set(rows.flatMap(({ versions }) => Object.entries(versions).map((one) => one.join(" "))));
  return [
    table("kB brotli, minified, target es2022", [`esbuild ${esbuild}`, `vite ${version("vite")}`], figures),
    `${[...versions].join(", ")}.`,
  ].join("\n\n");
};

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { write: { type: "boolean" } } });
  await setUp("build", "bench");
  await build();
  console.log(strong("The job, built by bundlers"));
  await installPacked(inRoot("scripts", "bench"));
  const { version: esbuild } = await import("esbuild");
  const found = jobTable(await measure(), esbuild);
  console.log(found);
  if (values.write) writeTable("job", "npm run size:job -- --write", found);
});
