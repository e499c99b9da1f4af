import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { inRoot } from "../../lib/paths.mjs";
import { installPacked } from "../../lib/tarball.mjs";
import { serve } from "../browser.mjs";
import { bundle } from "../bundle.mjs";

/** The contender that ours are compared with. */
export const REFERENCE = "Amplify, identity pool part only + signRequest";

export const contenders = [
  { name: "sigfetch", page: "sigfetch", ours: true },
  { name: "sigfetch/lean", page: "sigfetch-lean", ours: true },
  { name: "sigfetch/lean, its WebAssembly preloaded", page: "sigfetch-lean", preload: true, ours: true },
  { name: "aws4fetch + Cognito by hand", page: "aws4fetch" },
  { name: REFERENCE, page: "amplify" },
];

const pathOf = ({ page, preload }) => `/${page}${preload ? "-preloaded" : ""}/`;

function html({ preload }, settings) {
  const link = preload ? "<link rel=preload href=wasm/sigfetch_bg.wasm as=fetch crossorigin>" : "";
  return `<!doctype html><meta charset=utf-8><title>cold</title><link rel=icon href="data:,">${link}
<script>settings=${JSON.stringify(settings)};finish=(call)=>{done=call.then((response)=>response.text().then(()=>response.status))}</script>
<script type=module src=app.js></script>`;
}

/** Serves every contender's page, compressed as a real site is, with nothing kept by the browser. */
export async function startSite(settings) {
  const installed = await installPacked(inRoot("scripts", "bench"));
  const files = new Map();
  const add = (path, type, content) => files.set(path, { type, content: brotliCompressSync(content) });
  for (const contender of contenders) {
    const path = pathOf(contender);
    add(path, "text/html", html(contender, settings));
    add(`${path}app.js`, "text/javascript", await bundle("cold", "pages", `${contender.page}.js`));
    // Where the lean entry's own URL leads when esbuild has moved the script.
    const module = join(installed, "wasm", "sigfetch_bg.wasm");
    if (contender.ours) add(`${path}wasm/sigfetch_bg.wasm`, "application/wasm", readFileSync(module));
  }
  const { url, stop } = await serve((request, response) => {
    const file = files.get(request.url);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": file.type,
      "content-encoding": "br",
      "content-length": file.content.length,
      "cache-control": "no-store",
    });
    response.end(file.content);
  });
  return {
    addressOf: (contender) => url + pathOf(contender),
    bytesOf: (contender) => files.get(`${pathOf(contender)}app.js`).content.length,
    stop,
  };
}
