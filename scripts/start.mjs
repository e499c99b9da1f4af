import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { faint, good, strong } from "./lib/report.mjs";
import { ReportedError } from "./lib/run.mjs";
import { reference } from "./reference.mjs";
import { setUp } from "./setup.mjs";
import { compileLocalAws, startLocalAws } from "./start/local-aws.mjs";
import { isBusy, startPageServer } from "./start/page-server.mjs";

/**
 * Starts the local AWS and the site, of what is already built, and waits until both answer. Port 0 takes any free
 * one. `ended` settles when the local AWS ends by itself.
 */
export async function startAll({ port = 0, localAwsPort = 0 } = {}) {
  const localAws = await startLocalAws(localAwsPort);
  try {
    const page = await startPageServer(port, localAws.url);
    const stop = async () => {
      await Promise.all([page.stop(), localAws.stop()]);
    };
    for (const url of [`${localAws.url}/_local/config`, `${page.url}local-aws.json`]) await answers(url);
    return { pageUrl: page.url, localAwsUrl: localAws.url, ended: localAws.ended, stop };
  } catch (error) {
    await localAws.stop();
    throw error;
  }
}

async function answers(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new ReportedError(`${url} answers ${response.status}`);
}

/** The wanted port, or the next free one, saying so. */
async function freePort(wanted, what) {
  let port = wanted;
  while (await isBusy(port)) port += 1;
  if (port !== wanted) console.log(`  port ${wanted} is taken, so ${what} is on ${port}`);
  return port;
}

await main(import.meta.url, async () => {
  await setUp("start");
  await build();
  await reference();
  console.log(strong("Local AWS"));
  await compileLocalAws();
  const port = await freePort(Number(process.env.PORT ?? 8080), "the page");
  const localAwsPort = await freePort(4599, "the local AWS");
  const { pageUrl, localAwsUrl, ended, stop } = await startAll({ port, localAwsPort });

  const asked = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal).once(signal, resolve);
  });
  console.log(box(`sigfetch is running at  ${pageUrl}`, `the local AWS at        ${localAwsUrl}`, "Ctrl-C ends both."));
  const how = await Promise.race([ended, asked.then(() => undefined)]);
  await stop();
  if (how) throw new ReportedError(`the local AWS ended by itself (${how})`);
  console.log(`${good("✓")} ${faint("ended")}`);
});

function box(...lines) {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = "─".repeat(width + 4);
  return [`┌${edge}┐`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `└${edge}┘`].join("\n");
}
