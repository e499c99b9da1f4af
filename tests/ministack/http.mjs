// One HTTP request as a browser would put it on the wire, but to names that only browsers resolve.

import { request } from "node:http";

/**
 * Sends a request whose path and query stay byte for byte as written (fetch would rewrite them).
 *
 * @param {{ method?: string, url: string, headers?: Record<string, string>, body?: string | Uint8Array }} outgoing
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: Buffer, text: string, json: () => any }>}
 */
export function send({ method = "GET", url, headers = {}, body }) {
  const [, host, path] = /^http:\/\/([^/?]+)(.*)$/.exec(url);
  const { hostname, port } = new URL(`http://${host}`);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      method,
      hostname,
      port,
      path: path || "/",
      headers: { host, ...headers },
      lookup,
      agent: false,
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const received = Buffer.concat(chunks);
        const text = received.toString("utf8");
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: received,
          text,
          json: () => JSON.parse(text),
        });
      });
    });
    outgoing.end(body);
  });
}

/** Browsers take every name below `localhost` for this machine; Node asks a resolver that does not know it. */
function lookup(hostname, options, callback) {
  if (!hostname.endsWith("localhost")) return callback(new Error(`${hostname} is not on this machine`));
  return options.all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4);
}
