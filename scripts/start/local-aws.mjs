import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inRoot } from "../lib/paths.mjs";
import { run, ReportedError } from "../lib/run.mjs";

const program = inRoot("target", "debug", process.platform === "win32" ? "local-aws.exe" : "local-aws");

/** Compiles the local AWS; not for speed, as nobody waits for its answers but for its compilation. */
export const compileLocalAws = () => run("cargo", ["build", "--package", "local-aws"]);

/** Starts the local AWS and waits until it listens. It ends with this process, however that ends. */
export function startLocalAws(port) {
  const child = spawn(program, ["--port", String(port), "--until-stdin-closes"], {
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C is ours to handle: the page should not lose its AWS while we still answer.
    detached: process.platform !== "win32",
  });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? `status ${code}`)));
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    ended.then((how) => reject(new ReportedError(`the local AWS ended with ${how} before it was ready`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /^local AWS ready at (\S+)$/.exec(line)?.[1];
      if (url) resolve({ url, ended, stop });
    });
  });
}
