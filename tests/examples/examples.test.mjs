// Every snippet of the README and every example of the types: TypeScript compiles against the packed types, and runs in
// Chromium against the local AWS; commands are there. A snippet that cannot be run says why in the comment
// `<!-- not run: … -->` in front of it.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { filesUnder } from "../../scripts/lib/files.mjs";
import { cache, inRoot } from "../../scripts/lib/paths.mjs";
import { installPacked } from "../../scripts/lib/tarball.mjs";
import { typeErrors } from "../complaints.mjs";
import { endpoints } from "../e2e/support/local.mjs";
import { useSetting } from "../e2e/support/setting.mjs";
import { playServers } from "./servers.mjs";
import { codeBlocks, docExamples, fences, withLocalValues, withoutExample } from "./sources.mjs";

const around = (...path) => inRoot("tests", "examples", "around", ...path);
const markdown = readFileSync(inRoot("README.md"), "utf8");
const declarations = readFileSync(inRoot("pkg", "api.d.ts"), "utf8");
const all = codeBlocks(markdown);
const commands = all.filter(({ language }) => language === "");
const programs = [
  ...all.filter(({ language }) => language === "ts").map((one) => ({ ...one, file: "README.md" })),
  ...docExamples(declarations).map((one) => ({ ...one, file: "api.d.ts" })),
];

/** Where the programs are compiled. */
const folder = join(cache, "examples");

/** Where other packages than ours are, or what stands for them. */
const OTHERS = {
  "@aws-sdk/client-dynamodb": join(folder, "client-dynamodb.ts"),
  "@apollo/client": inRoot("tests/libraries/node_modules/@apollo/client"),
  "@urql/core": inRoot("tests/libraries/node_modules/@urql/core"),
};

const at = useSetting({ newPages: true });

test("every code block of the README is a program or a list of commands", () => {
  assert.equal(all.length * 2, fences(markdown));
  assert.ok(commands.length > 0);
  assert.deepEqual(
    all.filter(({ language }) => !["ts", ""].includes(language)),
    [],
  );
});

test("everything public has an example", () => {
  assert.ok(programs.length > all.length);
  assert.deepEqual(withoutExample(declarations, "Client"), []);
});

test("every program compiles", async () => {
  rmSync(folder, { recursive: true, force: true });
  await installPacked(folder);
  for (const file of filesUnder(around())) if (file.endsWith(".ts")) copyFileSync(file, join(folder, basename(file)));
  // Without an import it is a module too, so that programs do not see each other.
  for (const { file, line, code } of programs) {
    writeFileSync(join(folder, `${basename(file, ".ts")}-${line}.ts`), `${code}\nexport {};\n`);
  }
  const paths = Object.fromEntries(Object.entries(OTHERS).map(([name, path]) => [name, [path]]));
  // Whether our own declarations hold is shown by `types`.
  const compilerOptions = { paths, skipLibCheck: true };
  const project = { extends: inRoot("tests", "types", "tsconfig.json"), compilerOptions, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  assert.equal(await typeErrors(folder), "");
});

for (const { file, line, code } of programs.filter(({ reason }) => !reason)) {
  test(`the program on line ${line} of ${file} runs`, async () => {
    const refused = await openPage(withLocalValues(code, at.config));
    const works = await at.page.evaluate(async () => {
      await import("/examples/page.js");
      await import("/examples/program.js");
      // Wrong options would show only when a client is used.
      const { clients } = await import("sigfetch");
      return Promise.all(clients.map(async ({ credentials }) => (await credentials()).accessKeyId));
    });
    assert.ok(works.length > 0 && works.every(Boolean));
    assert.deepEqual((await Promise.all(refused)).filter(Boolean), []);
  });
}

/** Puts a program into the page; gives what the local AWS refuses from now on. */
async function openPage(code) {
  const { config, token, page } = at;
  const site = new URL("/", page.url()).href;
  const files = {
    "sigfetch.js": readFileSync(around("sigfetch.js"), "utf8"),
    "page.js": await script(readFileSync(around("page.ts"), "utf8")),
    "program.js": await script(code),
  };
  for (const [path, body] of Object.entries(files)) {
    await page.route(`${site}examples/${path}`, (route) => route.fulfill({ contentType: "text/javascript", body }));
  }
  await playServers(page, config);
  const { identityPoolId, loginKey, endpoints: api } = config;
  const { graphql, events } = api;
  const addresses = { url: `${api.rest}/items`, graphql, events, endpoints: endpoints(config) };
  const local = { identityPoolId, loginKey, idToken: token, ...addresses };
  await page.addScriptTag({ type: "importmap", content: '{"imports":{"sigfetch":"/examples/sigfetch.js"}}' });
  await page.evaluate((value) => (globalThis.local = value), local);
  const refused = [];
  page.on("response", (response) => {
    if (!response.ok()) refused.push(`${response.status()} ${response.url()}`);
    else if (response.url() === config.endpoints.graphql && response.request().method() === "POST")
      refused.push(response.json().then(({ errors }) => errors));
  });
  return refused;
}

/** A TypeScript program as a script that a page imports. */
async function script(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: "ts", resolveDir: around() },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["sigfetch"],
    alias: OTHERS,
  });
  return outputFiles[0].text;
}

test("every command is there", () => {
  const { scripts } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const { name } = JSON.parse(readFileSync(inRoot("pkg", "package.json"), "utf8"));
  const known = [
    `npm install ${name}`,
    ...Object.keys(scripts).flatMap((script) => [`npm run ${script}`, `npm ${script}`]),
  ];
  const lines = commands
    .filter(({ reason }) => !reason)
    .flatMap(({ code }) => code.trim().split("\n"))
    .map((line) => line.replace(/\s+#.*/, ""));
  assert.deepEqual(
    lines.filter((line) => !known.includes(line)),
    [],
  );
});
