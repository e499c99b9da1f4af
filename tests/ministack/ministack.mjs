// ministack as a judge: started with signature checks on, furnished, and gone again when the tests are.

import { execFile, spawn } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const python = join(here, "..", "..", ".cache", "ministack-venv", "bin", "python");
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 5_000;
const START_ATTEMPTS = 3;

/**
 * Starts ministack on a free loopback port and furnishes it.
 *
 * @returns {Promise<{ endpoint: string, config: object, stop: () => Promise<void> }>} `config` names what `provision/` made:
 * pool ids, URLs, the user; `stop` resolves when the process and its files are gone.
 */
export async function startMinistack() {
  for (let attempt = 1; ; attempt++) {
    const server = serve(await freePort());
    try {
      await server.ready();
      return {
        endpoint: server.endpoint,
        config: await provision(server.endpoint),
        stop: server.stop,
      };
    } catch (error) {
      await server.stop();
      const message = `${error.message}\n--- the end of ministack's log ---\n${server.logTail()}`;
      // Between finding the port and binding it, another process may have taken it.
      const portTaken = /address already in use|is already in use/.test(message);
      if (!portTaken || attempt === START_ATTEMPTS) throw new Error(message, { cause: error });
    }
  }
}

function serve(port) {
  const endpoint = `http://127.0.0.1:${port}`;
  // The environment is made from nothing: a developer's own AWS_* variables would become ministack's root credentials.
  const env = {
    // ministack runs the echo function and the GraphQL resolver on Node.
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    AUTH: "true",
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: "123456789012",
    TMPDIR: tmpdir(),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const child = spawn(python, [join(here, "serve.py")], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const log = [];
  const keep = (chunk) => {
    log.push(chunk);
    if (log.length > 200) log.shift();
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  child.stdin.on("error", () => {}); // The pipe breaks when ministack ends first; `exited` tells of that.
  const exited = new Promise((resolve) => {
    child.once("error", (error) =>
      resolve(`could not be started (${error.message}; the set-up for tests installs it)`),
    );
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });

  return {
    endpoint,
    logTail: () => log.join("").split("\n").slice(-40).join("\n"),
    ready: () => waitUntilReady(endpoint, exited),
    async stop() {
      child.stdin.end(); // serve.py takes the end of its input as the order to end.
      const late = setTimeout(() => process.kill(-child.pid, "SIGKILL"), STOP_WITHIN_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

async function waitUntilReady(endpoint, exited) {
  let end;
  void exited.then((how) => (end = how));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (end !== undefined) throw new Error(`ministack ${end} before it was ready`);
    const answer = await fetch(`${endpoint}/_ministack/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`ministack was not ready within ${READY_WITHIN_MS / 1000} seconds`);
}

async function provision(endpoint) {
  const { stdout } = await promisify(execFile)(python, ["-B", join(here, "provision"), endpoint], {
    timeout: READY_WITHIN_MS,
  });
  return JSON.parse(stdout);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
