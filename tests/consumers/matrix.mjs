// Where the package has to work, and how each place is tried.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { openProject, pinned } from "./project.mjs";
import { INSECURE_HOST, resultOf } from "./page.mjs";
import { assertVisited, buildRust, locked } from "./rust.mjs";
import { serveFolder } from "./server.mjs";
import { assertFewSurvive, assertFewSurviveEdits, editing } from "./survivors.mjs";

/** How many files of WebAssembly a page loads, by the entry that it imports. */
const FILES = { default: 0, lean: 1, static: 0 };

/** The entries for wherever something can be imported later. */
const ENTRIES = ["default", "lean"];

const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://*.localhost:*; img-src data:; require-trusted-types-for 'script'",
};

/** One cell for each entry. */
const each = (how, attempt, entries = ENTRIES) =>
  entries.map((entry) => ({
    name: `${how}, ${entry} entry`,
    async run(project, setting) {
      project.use(entry);
      await setting.judge(() => attempt(project, { ...setting, files: FILES[entry] }));
    },
  }));

/** What came of the page at an address of a server, which is stopped then. */
async function page(site, setting, path = "") {
  try {
    return await resultOf(setting.browser, new URL(path, site.url).href, { ...setting, task: setting.pageTask });
  } finally {
    await site.stop();
  }
}

/** Builds the project and opens what came of it, served with these headers. */
const built = (how, { headers, entries } = {}) =>
  each(
    how,
    async (project, setting) => {
      await project.run("build");
      if (!existsSync(project.at("dist", "index.html")))
        cpSync(project.at("bundled.html"), project.at("dist", "index.html"));
      return page(await serveFolder(project.at("dist"), headers), setting);
    },
    entries,
  );

/** Opens a page of the project's own folder, as it is. */
const plain = (how, file, { origin = (url) => url, entries } = {}) =>
  each(
    how,
    async (project, setting) => {
      const site = await serveFolder(project.at());
      return page({ ...site, url: origin(site.url) }, setting, file);
    },
    entries,
  );

/** Runs the project's code where there is no page. */
const run = (env = () => ({})) => each("run", (project, setting) => start(project, setting, env(setting)));

const start = (project, { task }, env) => project.answer("start", { TASK: JSON.stringify(task), ...env });

/** Runs the project's unit tests by one of its scripts. They leave in a file what came of the call. */
const unitTests = (how, script, entries) =>
  each(
    how,
    async (project, { task }) => {
      await project.run(script, { TASK: JSON.stringify(task), NODE_OPTIONS: "--import=./localhost.mjs" });
      return JSON.parse(readFileSync(project.at("dist", "result.json"), "utf8"));
    },
    entries,
  );

/** Asks a server of the project to make the call. */
async function ask(site, path, { task }) {
  try {
    const answer = await fetch(new URL(path, site.url), { method: "POST", body: JSON.stringify(task) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  } finally {
    await site.stop();
  }
}

/** Starts Vite's server of pages that are being worked on. */
const startDev = (project) => project.serve("dev", (port) => ["--port", port, "--strictPort"]);

/** Builds a Worker and asks workerd to serve it. */
const worker = (how) =>
  each(how, async (project, setting) => {
    await project.run("build");
    const outside = `local-aws=127.0.0.1:${setting.localAwsPort}`;
    const args = (port) => ["--socket-addr", `http=127.0.0.1:${port}`, "--external-addr", outside];
    return ask(await project.serve("start", args), "", setting);
  });

/** Starts what was built, with Node's look-up of hosts as browsers have it. */
const startBuilt = (project) =>
  project.serve("start", (port) => ["--port", port], { NODE_OPTIONS: "--import=./localhost.mjs" });

/** What came of a call that the server made while it rendered a page. */
async function rendered(site, { task }) {
  try {
    const answer = await fetch(site.url, { headers: { "x-task": JSON.stringify(task) } });
    const [, result] = /<pre[^>]*>(.*?)<\/pre>/.exec(await answer.text());
    return JSON.parse(result);
  } finally {
    await site.stop();
  }
}

/** Two clients talk through a channel, where there is no page but a WebSocket. */
const chat = () =>
  ENTRIES.map((entry) => ({
    name: `a guest and a user talk through a channel, ${entry} entry`,
    async run(project, { aws, chatTask }) {
      project.use(entry);
      await aws.reset();
      const { version, result } = await project.answer("start", { TASK: JSON.stringify(chatTask) });
      assert.match(version, /^v22\./);
      const messages = [{ text: "kettle ☕ <b>" }, "over the socket", 1, 2, 3, 4, 5, 6];
      const states = ["connecting", "connected", "closed", "connecting", "connected", "idle"];
      for (const heard of result) assert.deepEqual(heard, { messages, gaps: 1, states });
      assert.equal(result.length, 2);
      const { openSockets, calls } = await aws.stats();
      assert.equal(openSockets.eventsRealtime, 0);
      assert.deepEqual(calls.eventsRealtime, { connect: { ok: 4 }, subscribe: { ok: 4 }, publish: { ok: 1 } });
    },
  }));

const insecure = (url) => url.replace("localhost", INSECURE_HOST);
const viaProxy = ({ proxyUrl }) => ({ HTTP_PROXY: proxyUrl });

/** The places. A project is the folder of that name beside this file. */
const npmConsumers = [
  {
    name: "vite",
    cells: [
      ...each("dev server", async (project, setting) => page(await startDev(project), setting)),
      ...built("build"),
      ...built("build under a strict policy", { headers: STRICT }),
    ],
  },
  {
    name: "react",
    cells: [
      {
        name: "few clients are left of components that come and go in StrictMode",
        async run(project, setting) {
          project.use("default");
          assertFewSurvive(await page(await startDev(project), { ...setting, files: FILES.default }));
        },
      },
      {
        name: "few clients are left of hot reloads",
        async run(project, setting) {
          const act = editing(project);
          assertFewSurviveEdits(
            await page(await startDev(project), { ...setting, files: FILES.default, act }, "hot.html"),
          );
        },
      },
    ],
  },
  { name: "webpack", cells: built("build") },
  { name: "rspack", cells: built("build") },
  { name: "rollup", cells: built("build") },
  { name: "esbuild", cells: built("build") },
  { name: "parcel", cells: built("build") },
  {
    name: "next",
    // One build for the page and the route.
    cells: ENTRIES.flatMap((entry) => [
      {
        name: `client component, rendered on the server first, ${entry} entry`,
        async run(project, setting) {
          project.use(entry);
          await project.run("build");
          const site = await startBuilt(project);
          const look = async () => {
            const rendered = await (await fetch(site.url)).text();
            assert.match(rendered, /rendered with (<!-- -->)?function/);
          };
          await setting.judge(() => page(site, { ...setting, files: FILES[entry], look }));
        },
      },
      {
        name: `edge route, ${entry} entry`,
        run: (project, setting) => setting.judge(async () => ask(await startBuilt(project), "edge", setting)),
      },
    ]),
  },
  {
    name: "angular",
    // One build for the server and the browser.
    cells: [
      {
        name: "called while the server renders, default entry",
        async run(project, setting) {
          project.use("default");
          await project.run("build");
          await setting.judge(async () => rendered(await startBuilt(project), setting));
        },
      },
      {
        name: "called by the page, default entry",
        run: (project, setting) =>
          setting.judge(async () => page(await startBuilt(project), { ...setting, files: FILES.default })),
      },
    ],
  },
  {
    name: "plain",
    cells: [
      ...plain("import map", "import-map.html", { entries: [...ENTRIES, "static"] }),
      ...plain("import map on insecure http", "import-map.html", { origin: insecure }),
    ],
  },
  {
    name: "workers",
    cells: [
      ...plain("web worker", "web-worker.html"),
      // The platform imports nothing later there.
      ...plain("service worker", "service-worker.html", { entries: ["static"] }),
    ],
  },
  { name: "one-file", cells: built("one file, copied and imported by its address", { entries: ["static"] }) },
  {
    name: "pwa",
    // A classic script, which has no `import.meta`.
    cells: built("service worker of vite-plugin-pwa", { entries: ["default", "static"] }),
  },
  {
    name: "vitest",
    cells: [...unitTests("unit tests in jsdom", "jsdom"), ...unitTests("unit tests in happy-dom", "happy-dom")],
  },
  {
    name: "jest",
    // Where Babel makes CommonJS of the package, there is no `import.meta`, either.
    cells: [
      ...unitTests("unit tests in jsdom, made CommonJS by Babel", "transform", ["default", "static"]),
      ...unitTests("unit tests in jsdom, as modules", "modules", ["default", "static"]),
    ],
  },
  { name: "node", cells: run() },
  { name: "node-22", cells: chat() },
  {
    name: "typescript",
    cells: [
      {
        name: "compiled with types resolved as node10 does, and run",
        async run(project, setting) {
          await project.run("build");
          await setting.judge(() => start(project, setting));
        },
      },
    ],
  },
  { name: "deno", cells: run(viaProxy) },
  { name: "bun", cells: run(viaProxy) },
  { name: "workerd", cells: worker("serve") },
  { name: "nitro", cells: worker("what Nuxt builds for Cloudflare, served") },
].map((consumer) => ({
  ...consumer,
  versions: pinned(consumer.name),
  open: ({ tarball }) => openProject(consumer.name, tarball),
}));

/** The crate's own front ends. */
const rustConsumers = [
  { name: "rust-plain", crates: ["wasm-bindgen"] },
  { name: "rust-yew", crates: ["wasm-bindgen", "yew"] },
].map(({ name, crates }) => ({
  name,
  versions: locked(name, crates),
  open: () => buildRust(name),
  cells: [
    {
      name: "a guest's calls, and a user's",
      async run(folder, setting) {
        await setting.aws.reset();
        const visits = await page(await serveFolder(folder), { ...setting, pageTask: setting.visitTask, files: 1 });
        assertVisited(visits, (await setting.aws.stats()).calls);
      },
    },
  ],
}));

export const consumers = [...npmConsumers, ...rustConsumers];
