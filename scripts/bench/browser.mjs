import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../setup/browser.mjs";

export const startChromium = () => chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });

/** Serves what `answer(request, response)` gives on a free port of this machine. */
export async function serve(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://localhost:${server.address().port}`, stop };
}

/** The middle one of the sorted numbers. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Three digits that count, with thousands separated. */
export const figure = (number) =>
  number >= 100 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(3)));
