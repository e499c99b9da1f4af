// The pages that the engines open. A page takes its task from its address and posts what came of it, so that nothing
// depends on what a driver can do inside a page.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pkg } from "../../scripts/lib/paths.mjs";
import { listening } from "../consumers/server.mjs";

const POLICY = (script) => `default-src 'none'; script-src 'self' ${script}; connect-src 'self' http://*.localhost:*`;

/** Content-Security-Policies by the name of the path that has them. */
const POLICIES = { free: undefined, strict: POLICY("'wasm-unsafe-eval'"), forbidding: POLICY("") };

/** Starts the site. `ask` has a browser run a task and gives its outcome. */
export async function startSite() {
  const { default: sirv } = await import("sirv");
  const packageFiles = sirv(pkg, { dev: true });
  const files = Object.fromEntries(
    Object.entries({ "page.html": "text/html", "page.js": "text/javascript", "tasks.js": "text/javascript" }).map(
      ([name, type]) => [name, { type, body: readFileSync(fileURLToPath(new URL(name, import.meta.url))) }],
    ),
  );
  const waiting = new Map();
  let failed = 0;
  const server = await listening(async (request, response) => {
    const [, first, rest] = /^\/(\w+)\/([^?]*)/.exec(request.url) ?? [];
    // The package again, of which the module cannot be had at first.
    if (first === "failing" && /\.wasm$/.test(rest) && (failed += 1) === 1) return response.writeHead(503).end();
    if (first === "pkg" || first === "failing") {
      request.url = `/${rest}`;
      return packageFiles(request, response, () => response.writeHead(404).end());
    }
    if (request.method === "POST" && waiting.has(rest)) {
      let text = "";
      for await (const piece of request.setEncoding("utf8")) text += piece;
      waiting.get(rest)(JSON.parse(text));
      return response.writeHead(204).end();
    }
    const file = first in POLICIES && files[rest];
    if (!file) return response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    response.setHeader("content-type", file.type);
    if (POLICIES[first]) response.setHeader("content-security-policy", POLICIES[first]);
    response.end(file.body);
  });

  let asked = 0;
  async function ask(session, task, policy = "free") {
    const id = String((asked += 1));
    const query = new URLSearchParams({ id, task: JSON.stringify(task) });
    let late;
    const outcome = new Promise((resolve, reject) => {
      waiting.set(id, resolve);
      late = setTimeout(() => reject(new Error(`the page did not do "${task.name}" in time`)), 60_000);
    });
    try {
      await session.open(`${server.url}${policy}/page.html?${query}`);
      return await outcome;
    } finally {
      clearTimeout(late);
      waiting.delete(id);
    }
  }
  return { ask, stop: server.stop };
}
