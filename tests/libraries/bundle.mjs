// Bundles the apps as their developers would, and serves them, a page for each.
import { createServer } from "node:http";
import { basename } from "node:path";
import { build } from "esbuild";
import { filesUnder } from "../../scripts/lib/files.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";

const apps = inRoot("tests", "libraries", "apps");

/** What apps have in common. */
const SHARED = ["app.js", "live.js"];

/** Map libraries bring a worker of their own, which is a file of its own. */
const WORKERS = { "maplibre-worker": inRoot("tests/libraries/node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs") };

/** Bundles and serves everything. `page(name)` is the address of an app's page. */
export async function serveApps() {
  const sources = filesUnder(apps).filter((file) => !SHARED.includes(basename(file)));
  const entryPoints = { ...WORKERS, ...Object.fromEntries(sources.map((file) => [basename(file, ".js"), file])) };
  const { outputFiles } = await build({
    entryPoints,
    outdir: apps,
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
  const server = createServer(({ url }, response) => {
    const script = files.get(url);
    if (script) return response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    const page = `<!doctype html><meta charset="utf-8"><script type="module" src="${url}.js"></script>`;
    return response.writeHead(200, { "content-type": "text/html" }).end(page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    page: (name) => `http://localhost:${server.address().port}/${name}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
