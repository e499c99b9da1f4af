// What serves the projects' pages, and what lets runtimes reach hosts that only browsers resolve.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createServer, request } from "node:http";
import { tail } from "../../scripts/lib/run.mjs";

/** Serves a folder with these headers on every answer. */
export async function serveFolder(folder, headers = {}) {
  const { default: sirv } = await import("sirv");
  const files = sirv(folder, { dev: true });
  return listening((asked, answer) => {
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
    files(asked, answer, () => answer.writeHead(404, { "content-type": "text/plain" }).end("Not found\n"));
  });
}

/** A forward proxy that takes every host to be on this machine, as browsers take those under `localhost`. */
export const startProxy = () =>
  listening((asked, answer) => {
    const { port, pathname, search } = new URL(asked.url);
    const { method, headers } = asked;
    const going = request({ host: "127.0.0.1", port, method, path: pathname + search, headers }, (came) => {
      answer.writeHead(came.statusCode, came.headers);
      came.pipe(answer);
    });
    asked.pipe(going).on("error", () => answer.destroy());
  });

/** A server on a free port of this machine. */
export async function listening(handler) {
  const server = createServer(handler);
  await new Promise((resolve, reject) => server.on("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    url: `http://localhost:${server.address().port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = await listening(() => {});
  await server.stop();
  return server.port;
}

/** Starts a program that serves on a free port, and waits until it answers. */
export async function serveScript([program, ...first], args, { cwd, log, env }) {
  const port = await freePort();
  const file = openSync(log, "a");
  // A group of its own, because npm starts a shell that starts the server.
  const options = { cwd, stdio: ["ignore", file, file], detached: true, env: { ...process.env, ...env } };
  const child = spawn(program, [...first, ...args(port)], options);
  closeSync(file);
  const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  const stop = async () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  const url = `http://localhost:${port}/`;
  for (const limit = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (await answers(url)) return { url, stop };
    if (child.exitCode !== null || Date.now() > limit) {
      await stop();
      throw new Error(`no server came of ${first.join(" ")}\n${tail(log)}`);
    }
  }
}

const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(20_000) }).then(
    (answer) => answer.text().then(() => true),
    () => false,
  );
