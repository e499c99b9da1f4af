import { createServer } from "node:http";
import { pkg } from "../lib/paths.mjs";
import { bundle } from "./bundle.mjs";

/** Clocks that count in 5 instead of 100 microseconds are for isolated pages only. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** What a strict site allows: the module, but no worker. */
const NO_WORKERS = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";

const PAGE = "<!doctype html><meta charset=utf-8><title>bench</title><script type=module src=/page.js></script>";

/** Serves the bench's page at `/`, the same page without workers at `/no-workers`, and the package at `/pkg/`. */
export async function startPageServer(script) {
  const { default: sirv } = await import("sirv");
  const files = sirv(pkg, { dev: true });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(ISOLATED)) response.setHeader(name, value);
    const send = (type, content) => response.writeHead(200, { "content-type": type }).end(content);
    if (request.url === "/page.js") return send("text/javascript", script);
    if (request.url.startsWith("/pkg/")) {
      request.url = request.url.slice("/pkg".length);
      return files(request, response, () => response.writeHead(404).end());
    }
    if (request.url === "/no-workers") response.setHeader("content-security-policy", NO_WORKERS);
    return send("text/html", PAGE);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The page's script with all contenders in it; the package stays outside, as it is published. */
export const bundlePage = () => bundle(["page", "main.js"], ["/pkg/index.js"]);
