import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { inRoot } from "../../lib/paths.mjs";
import { installPacked } from "../../lib/tarball.mjs";
import { inChunks } from "../../size/bundle.mjs";

/** Where a contender's page is. */
export const pathOf = ({ page, preload }) => `/${page}${preload ? "-preloaded" : ""}/`;

/** Who is visited, and the status that the call ends with. `reference` is the one that ours must not be slower than. */
export const contenders = [
  { name: "floor: one unsigned fetch", page: "floor", status: 403 },
  { name: "sigfetch", page: "sigfetch", status: 200, ours: true },
  { name: "sigfetch/lean", page: "sigfetch-lean", status: 200, ours: true },
  { name: "sigfetch/lean, preloaded", page: "sigfetch-lean", preload: true, status: 200, ours: true },
  { name: "aws4fetch + Cognito by hand", page: "aws4fetch", status: 200 },
  { name: "Amplify, identity pool part only + signRequest", page: "amplify", status: 200, reference: true },
];

/**
 * The files of one contender's page, by path: its script as a bundler makes it, with what it needs at once preloaded as
 * bundlers' pages do, and the modules where they are apart.
 */
async function files(contender, settings, installed) {
  const { page, preload } = contender;
  const path = pathOf(contender);
  const { chunks, atOnce } = await inChunks({
    entryPoints: [inRoot("scripts", "bench", "cold", "pages", `${page}.js`)],
    outdir: inRoot(".cache", "cold"),
  });
  const links = atOnce.slice(1).map((name) => `<link rel=modulepreload href=${name}>`);
  if (preload) links.push("<link rel=preload href=wasm/signer.wasm as=fetch crossorigin>");
  const html = `<!doctype html><meta charset=utf-8><title>cold</title><link rel=icon href="data:,">
<script>settings=${JSON.stringify(settings)};finish=(call)=>{done=call.then((response)=>response.text().then(()=>response.status))}</script>
${links.join("")}<script type=module src=app.js></script>`;
  const found = { [path]: { type: "text/html", content: html } };
  for (const [name, content] of Object.entries(chunks)) {
    found[path + name] = { type: "text/javascript", content, isScript: atOnce.includes(name) };
  }
  for (const name of ["signer.wasm", "sigfetch_bg.wasm"]) {
    // Where the lean entry's own URLs lead when esbuild has moved the script.
    const content = readFileSync(join(installed, "wasm", name));
    found[`${path}wasm/${name}`] = { type: "application/wasm", content };
  }
  return found;
}

/** Serves every contender's page under its name, compressed as a real site is, with nothing kept by the browser. */
export async function startSite(settings) {
  const installed = await installPacked(inRoot("scripts", "bench"));
  const all = new Map();
  for (const contender of contenders) {
    for (const [path, file] of Object.entries(await files(contender, settings, installed))) {
      all.set(path, { ...file, content: brotliCompressSync(file.content) });
    }
  }
  const server = createServer((request, response) => {
    const file = all.get(request.url);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": file.type,
      "content-encoding": "br",
      "content-length": file.content.length,
      "cache-control": "no-store",
    });
    response.end(file.content);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    bytes: (contender) =>
      [...all]
        .filter(([path, { isScript }]) => isScript && path.startsWith(pathOf(contender)))
        .reduce((sum, [, { content }]) => sum + content.length, 0),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
