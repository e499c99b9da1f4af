import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "./paths.mjs";

/** Something a script found to be wrong and says in full: people are shown the message and no stack. */
export class Verdict extends Error {
  name = "Verdict";
}

/** A program that could not be started, ended badly or took too long. */
export class CommandError extends Verdict {
  name = "CommandError";

  constructor(command, reason, log) {
    super(`\`${shortened(command)}\` ${reason}`);
    this.log = log;
  }
}

const shortened = (text, length = 160) => (text.length > length ? `${text.slice(0, length)} …` : text);

const running = new Set();

/** Runs a program with its output on the terminal. */
export const run = (program, args, options = {}) => start(program, args, { ...options, stdio: "inherit" });

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

/** What a program prints, its complaints on the terminal. */
export async function capture(program, args, options = {}) {
  let text = "";
  const collect = (child) => child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  await start(program, args, { stdio: ["ignore", "pipe", "inherit"], ...options, collect });
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

/** Ends whatever is still running, with its children; for leaving early without leaving anything behind. */
export function endAll() {
  for (const child of running) endGroup(child);
}

function start(program, args, { stdio, cwd = root, env = {}, timeoutMs, log, collect }) {
  const command = [program, ...args].join(" ");
  return new Promise((resolve, reject) => {
    // A group of its own, so that a time limit also ends what the program itself started.
    const ownGroup = stdio !== "inherit" && process.platform !== "win32";
    const child = spawn(program, args, { cwd, stdio, detached: ownGroup, env: { ...process.env, ...env } });
    child.ownGroup = ownGroup;
    running.add(child);
    collect?.(child);
    let late = false;
    const limit = timeoutMs && setTimeout(() => ((late = true), endGroup(child)), timeoutMs);
    const finish = (problem) => {
      clearTimeout(limit);
      running.delete(child);
      if (problem) reject(new CommandError(command, problem, log));
      else resolve();
    };
    child.on("error", (error) => finish(`could not be started (${error.code ?? error.message})`));
    child.on("close", (code, signal) => {
      if (late) finish(`was given up after ${timeoutMs / 1000} s`);
      else if (signal) finish(`was ended by ${signal}`);
      else finish(code === 0 ? undefined : `ended with status ${code}`);
    });
  });
}

function endGroup(child) {
  if (child.exitCode !== null || child.pid === undefined) return;
  try {
    process.kill(child.ownGroup ? -child.pid : child.pid, "SIGTERM");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
