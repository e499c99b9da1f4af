import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "./paths.mjs";

/** An error whose message says everything a person needs: scripts print it without a stack. */
export class ReportedError extends Error {
  name = "ReportedError";
}

/** A program that could not be started, failed or took too long. */
export class CommandError extends ReportedError {
  name = "CommandError";

  constructor(command, reason, log) {
    super(`\`${command.length > 160 ? `${command.slice(0, 160)} …` : command}\` ${reason}`);
    this.log = log;
  }
}

const ending = new AbortController();
setMaxListeners(0, ending.signal);

/** Ends every program that still runs, so that a script that stops early leaves nothing behind. */
export const endAll = () => ending.abort();

/** Runs a program with its output on the terminal. */
export const run = (program, args, options = {}) => start(program, args, { stdio: "inherit", ...options });

/** Runs a program with its output appended to the file `log`. */
export async function runLogged(program, args, { log, ...options }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, "a");
  try {
    writeSync(file, `$ ${[program, ...args].join(" ")}\n`);
    await start(program, args, { ...options, log, stdio: ["ignore", file, file] });
  } finally {
    closeSync(file);
  }
}

/** What a program prints; its error output goes to the terminal. */
export async function capture(program, args, options = {}) {
  let text = "";
  const onStart = (child) => child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  await start(program, args, { stdio: ["ignore", "pipe", "inherit"], ...options, onStart });
  return text.trim();
}

/** What a program prints, or undefined when it cannot be started or fails: for asking about versions. */
export async function read(program, args) {
  try {
    return await capture(program, args, { timeoutMs: 20_000, stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** The last lines of a log, for showing why something failed. */
export function tail(log, lines = 25) {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

/**
 * Starts a program and waits for its end. `statuses` are those that are no failure; after `timeoutMs` it is ended, with
 * what it started itself. The other options are those of `spawn`.
 */
function start(program, args, { env, log, onStart, timeoutMs, statuses = [0], ...options }) {
  return new Promise((resolve, reject) => {
    const fail = (reason) => reject(new CommandError([program, ...args].join(" "), reason, log));
    // A process group, unless the program is to hear a Ctrl-C on the terminal.
    const detached = options.stdio !== "inherit";
    const child = spawn(program, args, { cwd: root, detached, ...options, env: { ...process.env, ...env } });
    const end = () => child.exitCode === null && child.pid && process.kill(detached ? -child.pid : child.pid);
    const timer = timeoutMs && setTimeout(end, timeoutMs);
    ending.signal.addEventListener("abort", end);
    onStart?.(child);
    child.on("error", (error) => fail(`could not be started (${error.code ?? error.message})`));
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      ending.signal.removeEventListener("abort", end);
      if (statuses.includes(status)) resolve();
      else fail(signal ? `was ended by ${signal}` : `ended with status ${status}`);
    });
  });
}
