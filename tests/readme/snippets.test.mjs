import assert from "node:assert/strict";
import { test } from "node:test";
import { fences, snippets, withLocalValues } from "./snippets.mjs";

const text = [
  "# A title",
  "```ts",
  "one();",
  "```",
  "Words, and `code` in them.",
  "",
  "<!-- not run: it needs a house -->",
  "",
  "```",
  "npm start",
  "npm test",
  "```",
  "",
].join("\n");

test("blocks are found with their lines, and with the reason why one is not run", () => {
  assert.deepEqual(snippets(text), [
    { line: 2, language: "ts", code: "one();\n", reason: undefined },
    { line: 9, language: "", code: "npm start\nnpm test\n", reason: "it needs a house" },
  ]);
  assert.equal(fences(text), 4);
});

test("the README's values become those of the local AWS", () => {
  const config = {
    identityPoolId: "pool",
    loginKey: "key",
    endpoints: { rest: "http://rest", graphql: "http://graphql" },
  };
  const code = 'get("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items")';
  assert.equal(withLocalValues(code, config), 'get("http://rest/items")');
});
