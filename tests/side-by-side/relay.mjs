// Stands where the page sends to: notes what arrives, byte for byte, and hands what is signed on to the local AWS,
// which judges it. Every origin, method and header is allowed, as no API of AWS does.
import { createServer, request as send } from "node:http";

/** Starts it. `seen` is what arrived, preflights left out; `judge` is the URL of an API of the local AWS. */
export async function startRelay(judge) {
  const { hostname, port } = new URL(judge);
  const seen = [];

  const forward = ({ method, url, rawHeaders }, body, response) =>
    new Promise((resolve, reject) => {
      const headers = [];
      for (let at = 0; at < rawHeaders.length; at += 2) {
        const isHost = rawHeaders[at].toLowerCase() === "host";
        headers.push(rawHeaders[at], isHost ? `${hostname}:${port}` : rawHeaders[at + 1]);
      }
      // Told who to connect to, because Node resolves no `*.localhost`.
      send({ host: "127.0.0.1", port, method, path: url, headers, setHost: false }, (answer) => {
        response.writeHead(answer.statusCode);
        answer.pipe(response).on("finish", resolve);
      })
        .on("error", reject)
        .end(body);
    });

  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    response.setHeader("access-control-allow-origin", headers.origin ?? "*");
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("cache-control", "no-store");
    if (headers["access-control-request-method"]) {
      response.setHeader("access-control-allow-methods", headers["access-control-request-method"]);
      response.setHeader("access-control-allow-headers", headers["access-control-request-headers"] ?? "");
      response.writeHead(204).end();
      return;
    }
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    // Whether a host answers at all is found out without credentials, at its root.
    if (method === "HEAD" && url === "/" && !headers.authorization) return response.writeHead(200).end();
    seen.push({ method, url, headers, body });
    if (headers.authorization) await forward(request, body, response);
    else response.writeHead(200).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    host: `${hostname}:${port}`,
    seen,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
