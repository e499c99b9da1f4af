// A server on loopback that is no AWS: it notes what arrives, byte for byte, and redirects where it is told to.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach } from "node:test";

/** Sets one up around the tests of the calling file, with nothing `seen` before each of them. */
export function useRecorder() {
  const recorder = {};
  before(async () => Object.assign(recorder, await startRecorder()));
  after(() => recorder.stop?.());
  beforeEach(() => {
    recorder.seen.length = 0;
  });
  return recorder;
}

/** Starts it. `seen` is what arrived, preflights left out; `/to?status=307&url=…` redirects. */
async function startRecorder() {
  const seen = [];
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    // Permanent redirects are kept by browsers, and then nothing would arrive.
    response.setHeader("cache-control", "no-store");
    if (request.method === "OPTIONS") {
      const allowed = request.headers["access-control-request-headers"] ?? "";
      response.writeHead(204, { "access-control-allow-methods": "*", "access-control-allow-headers": allowed }).end();
      return;
    }
    const hash = createHash("sha256");
    for await (const piece of request) hash.update(piece);
    seen.push({ method: request.method, url: request.url, headers: request.headers, bodySha256: hash.digest("hex") });
    const { pathname, searchParams } = new URL(request.url, "http://recorder");
    if (pathname === "/to") response.setHeader("location", searchParams.get("url"));
    response.writeHead(pathname === "/to" ? Number(searchParams.get("status")) : 200).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    seen,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
