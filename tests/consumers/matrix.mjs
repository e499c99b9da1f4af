// Where the package has to work, and how each place is tried.
import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { openProject, pinned } from "./project.mjs";
import { INSECURE_HOST, resultOf } from "./page.mjs";
import { serveFolder } from "./server.mjs";

/** How many files of WebAssembly a page loads, by the entry that it imports. */
const FILES = { default: 0, lean: 2, static: 0 };

/** The entries for wherever something can be imported later. */
const ENTRIES = ["default", "lean"];

const STRICT = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://*.localhost:*; img-src data:; require-trusted-types-for 'script'",
};

/** One cell for each entry. */
const each = (how, attempt, entries = ENTRIES, files = FILES) =>
  entries.map((entry) => ({
    name: `${how}, ${entry} entry`,
    async run(project, setting) {
      project.use(entry);
      await setting.judge(() => attempt(project, { ...setting, files: files[entry] }));
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
const built = (how, { headers, files } = {}) =>
  each(
    how,
    async (project, setting) => {
      await project.run("build");
      if (!existsSync(project.at("dist", "index.html")))
        cpSync(project.at("bundled.html"), project.at("dist", "index.html"));
      return page(await serveFolder(project.at("dist"), headers), setting);
    },
    ENTRIES,
    files,
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
const run = (env = () => ({})) =>
  each("run", (project, setting) => project.answer("start", { TASK: JSON.stringify(setting.task), ...env(setting) }));

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

/** Starts what was built, with Node's look-up of hosts as browsers have it. */
const startNext = (project) =>
  project.serve("start", (port) => ["--port", port], { NODE_OPTIONS: "--import=./localhost.mjs" });

const insecure = (url) => url.replace("localhost", INSECURE_HOST);
const viaProxy = ({ proxyUrl }) => ({ HTTP_PROXY: proxyUrl });

/** The places. A project is the folder of that name beside this file. */
export const consumers = [
  {
    name: "vite",
    cells: [
      ...each("dev server", async (project, setting) =>
        page(await project.serve("dev", (port) => ["--port", port, "--strictPort"]), setting),
      ),
      ...built("build"),
      ...built("build under a strict policy", { headers: STRICT }),
    ],
  },
  { name: "webpack", cells: built("build") },
  { name: "rspack", cells: built("build") },
  { name: "rollup", cells: built("build") },
  // esbuild's page gives the whole module's address itself, and so takes no other.
  { name: "esbuild", cells: built("build", { files: { ...FILES, lean: 1 } }) },
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
          const site = await startNext(project);
          const look = async () => {
            const rendered = await (await fetch(site.url)).text();
            assert.match(rendered, /rendered with (<!-- -->)?function/);
          };
          await setting.judge(() => page(site, { ...setting, files: FILES[entry], look }));
        },
      },
      {
        name: `edge route, ${entry} entry`,
        run: (project, setting) => setting.judge(async () => ask(await startNext(project), "edge", setting)),
      },
    ]),
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
  { name: "node", cells: run() },
  { name: "deno", cells: run(viaProxy) },
  { name: "bun", cells: run(viaProxy) },
  {
    name: "workerd",
    cells: each("serve", async (project, setting) => {
      await project.run("build");
      const outside = `local-aws=127.0.0.1:${setting.localAwsPort}`;
      const args = (port) => ["--socket-addr", `http=127.0.0.1:${port}`, "--external-addr", outside];
      return ask(await project.serve("start", args), "", setting);
    }),
  },
].map((consumer) => ({
  ...consumer,
  versions: pinned(consumer.name),
  open: ({ tarball }) => openProject(consumer.name, tarball),
}));
