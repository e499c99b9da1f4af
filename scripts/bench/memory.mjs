import { readFileSync, writeFileSync } from "node:fs";

/** Where the kernel tells the most memory a process ever had, and lets that mark be set back. */
const isMeasurable = process.platform === "linux";

/** The processes that pages live in: that of the one open page, and one that Chromium may hold ready for the next. */
async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

const read = (pid, field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

/**
 * How many bytes the page's process has at most above what it had before, while one contender signs the case once;
 * undefined where the system does not tell. Workers and WebAssembly are in it, the body itself is not.
 */
export async function peakMemory({ browser, open }, path, label, name) {
  if (!isMeasurable) return undefined;
  const { page, call, close } = await open(path);
  try {
    await call("prepare", label, name);
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const held = (await renderers(browser)).map((pid) => {
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
      return { pid, bytes: read(pid, "VmRSS") };
    });
    await page.evaluate(() => globalThis.signOnce());
    return Math.max(...held.map(({ pid, bytes }) => read(pid, "VmHWM") - bytes));
  } finally {
    await close();
  }
}
