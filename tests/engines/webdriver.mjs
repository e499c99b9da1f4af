// As much of WebDriver (W3C Recommendation) as opens a page: a driver, a session, an address.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { tail } from "../../scripts/lib/run.mjs";
import { freePort } from "../consumers/server.mjs";

/** Starts a driver and a browser with these capabilities. */
export async function startSession({ command, capabilities, log }) {
  const port = await freePort();
  const [program, ...args] = command(port);
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, "w");
  // A group of its own, with the browser and the display it may bring.
  const child = spawn(program, args, { stdio: ["ignore", file, file], detached: true });
  closeSync(file);
  const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  const end = async () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, "SIGTERM");
    await ended;
  };
  const call = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const init = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(60_000) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
  try {
    await ready(call, child);
    const { sessionId, capabilities: got } = await call("POST", "/session", {
      capabilities: { alwaysMatch: capabilities },
    });
    const session = `/session/${sessionId}`;
    return {
      version: got.browserVersion,
      open: (url) => call("POST", `${session}/url`, { url }),
      async close() {
        await call("DELETE", session);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw new Error(`${error.message}\n${tail(log)}`, { cause: error });
  }
}

async function ready(call, child) {
  for (const limit = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const status = await call("GET", "/status").catch(() => undefined);
    if (status?.ready) return;
    if (child.exitCode !== null || Date.now() > limit) throw new Error("the driver did not get ready");
  }
}
