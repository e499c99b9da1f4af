// The judge leaves nothing behind: no process, no file, however the tests end.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const GONE_WITHIN_MS = 10_000;

/** Runs `code` in a Node of its own whose temporary directory is `directory`, and waits for its first line of output. */
async function runUntilFirstLine(directory, code) {
  const started = new URL("./ministack.mjs", import.meta.url);
  const source = `import { startMinistack } from ${JSON.stringify(started.href)};\n${code}`;
  const env = { ...process.env, TMPDIR: directory };
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", (status, signal) => resolve({ status, signal })));
  const line = new Promise((resolve) => child.stdout.setEncoding("utf8").once("data", (text) => resolve(text.trim())));
  return {
    child,
    ended,
    line: await Promise.race([line, ended.then(() => "")]),
  };
}

async function assertGone(endpoint, directory) {
  const deadline = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    const answers = await fetch(`${endpoint}/_ministack/ready`).then(
      () => true,
      () => false,
    );
    const files = await readdir(directory);
    if (!answers && files.length === 0) return;
    assert.ok(Date.now() < deadline, `after ${GONE_WITHIN_MS} ms: answers ${answers}, files left: ${files}`);
    await sleep(100);
  }
}

async function withDirectory(run) {
  const directory = await mkdtemp(join(tmpdir(), "sigfetch-test-"));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test("stop() ends the process and removes its files", () =>
  withDirectory(async (directory) => {
    const { ended, line } = await runUntilFirstLine(
      directory,
      "const ministack = await startMinistack(); console.log(ministack.endpoint); await ministack.stop();",
    );
    assert.deepEqual(await ended, { status: 0, signal: null });
    await assertGone(line, directory);
  }));

test("a test process that is killed takes ministack with it", () =>
  withDirectory(async (directory) => {
    const { child, ended, line } = await runUntilFirstLine(
      directory,
      "const ministack = await startMinistack(); console.log(ministack.endpoint);",
    );
    assert.notEqual((await readdir(directory)).length, 0);
    child.kill("SIGKILL");
    await ended;
    await assertGone(line, directory);
  }));
