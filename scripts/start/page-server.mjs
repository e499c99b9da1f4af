import { createServer } from "node:http";
import { inRoot, pkg } from "../lib/paths.mjs";

/** Serves the site at `/`, the package at `/pkg/`, and where the local AWS is at `/local-aws.json`. */
export async function startPageServer(port, localAwsUrl) {
  const { default: sirv } = await import("sirv");
  // Read from disk at every request, and never kept by the browser: what was just built is what is seen.
  const fromDisk = { dev: true, etag: true };
  const site = sirv(inRoot("www"), fromDisk);
  const packageFiles = sirv(pkg, fromDisk);
  const localAws = JSON.stringify({ url: localAwsUrl });

  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const notFound = () => response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    if (path === "/local-aws.json") {
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(localAws);
    } else if (path.startsWith("/pkg/")) {
      request.url = request.url.slice("/pkg".length);
      packageFiles(request, response, notFound);
    } else {
      site(request, response, notFound);
    }
  });
  await listen(server, port);
  return {
    url: `http://localhost:${server.address().port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Whether somebody listens on that loopback port already. */
export async function isBusy(port) {
  const probe = createServer();
  try {
    await listen(probe, port);
  } catch (error) {
    if (error.code === "EADDRINUSE") return true;
    throw error;
  }
  await new Promise((resolve) => probe.close(resolve));
  return false;
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
