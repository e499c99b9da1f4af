// Every snippet of the README: TypeScript compiles against the packed types, and runs in Chromium against the local AWS;
// commands are there. One that cannot be run says why in the comment `<!-- not run: … -->` in front of it.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { filesUnder } from "../../scripts/lib/files.mjs";
import { cache, inRoot } from "../../scripts/lib/paths.mjs";
import { installPacked } from "../../scripts/lib/tarball.mjs";
import { typeErrors } from "../complaints.mjs";
import { endpoints } from "../e2e/local.mjs";
import { useSetting } from "../e2e/setting.mjs";
import { fences, snippets, withLocalValues } from "./snippets.mjs";

const around = (...path) => inRoot("tests", "readme", "around", ...path);
const markdown = readFileSync(inRoot("README.md"), "utf8");
const all = snippets(markdown);
const programs = all.filter(({ language }) => language === "ts");
const commands = all.filter(({ language }) => language === "");

/** What stands for other packages than ours. */
const OTHERS = { "@aws-sdk/client-dynamodb": "client-dynamodb.ts" };

const at = useSetting({ newPages: true });

test("every code block is a program or a list of commands", () => {
  assert.equal(all.length * 2, fences(markdown));
  assert.ok(programs.length > 0 && commands.length > 0);
  assert.deepEqual(
    all.filter((snippet) => !programs.includes(snippet) && !commands.includes(snippet)),
    [],
  );
});

test("every program compiles", async () => {
  const folder = join(cache, "readme");
  rmSync(folder, { recursive: true, force: true });
  await installPacked(folder);
  for (const file of filesUnder(around())) if (file.endsWith(".ts")) copyFileSync(file, join(folder, basename(file)));
  // Without an import it is a module too, so that programs do not see each other.
  for (const { line, code } of programs) writeFileSync(join(folder, `line-${line}.ts`), `${code}\nexport {};\n`);
  const paths = Object.fromEntries(Object.entries(OTHERS).map(([name, file]) => [name, [`./${file}`]]));
  const project = { extends: inRoot("tests", "types", "tsconfig.json"), compilerOptions: { paths }, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  assert.equal(await typeErrors(folder), "");
});

for (const { line, code } of programs.filter(({ reason }) => !reason)) {
  test(`the program on line ${line} runs`, async () => {
    const refused = await openPage(withLocalValues(code, at.config));
    const works = await at.page.evaluate(async () => {
      await import("/readme/page.js");
      await import("/readme/program.js");
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
  const { config, guest, token, page } = at;
  const site = new URL("/", page.url()).href;
  const files = {
    "sigfetch.js": readFileSync(around("sigfetch.js"), "utf8"),
    "page.js": await script(readFileSync(around("page.ts"), "utf8")),
    "program.js": await script(code),
  };
  for (const [path, body] of Object.entries(files)) {
    await page.route(`${site}readme/${path}`, (route) => route.fulfill({ contentType: "text/javascript", body }));
  }
  await page.route(`${site}my-credentials`, (route) =>
    route.fulfill({ json: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" } }),
  );
  const { identityPoolId } = guest;
  const local = { identityPoolId, url: `${config.endpoints.rest}/items`, idToken: token, endpoints: endpoints(config) };
  await page.addScriptTag({ type: "importmap", content: '{"imports":{"sigfetch":"/readme/sigfetch.js"}}' });
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
    alias: Object.fromEntries(Object.entries(OTHERS).map(([name, file]) => [name, around(file)])),
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
