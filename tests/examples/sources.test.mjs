import assert from "node:assert/strict";
import { test } from "node:test";
import { codeBlocks, docExamples, fences, withLocalValues, withoutExample } from "./sources.mjs";

const markdown = [
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

const declarations = `
/** A name. */
export type Name = string;

/**
 * What it does.
 *
 * @example
 * one();
 *
 * two();
 * @throws never
 */
export interface Thing {
  /**
   * Runs.
   *
   * @example
   * thing.run();
   */
  run<T>(with: T): void;
  run(): void;
  /** Its size. */
  readonly size: number;
}
`;

test("blocks are found with their lines, and with the reason why one is not run", () => {
  assert.deepEqual(codeBlocks(markdown), [
    { line: 2, language: "ts", code: "one();\n", reason: undefined },
    { line: 9, language: "", code: "npm start\nnpm test\n", reason: "it needs a house" },
  ]);
  assert.equal(fences(markdown), 4);
});

test("examples are found in comments, up to the next tag", () => {
  assert.deepEqual(docExamples(declarations), [
    { line: 8, language: "ts", code: "one();\n\ntwo();\n" },
    { line: 18, language: "ts", code: "thing.run();\n" },
  ]);
});

test("what has no example is named, overloads once", () => {
  assert.deepEqual(withoutExample(declarations, "Thing"), ["Name", "size"]);
});

test("the README's values become those of the local AWS", () => {
  const endpoints = { rest: "http://rest", graphql: "http://graphql" };
  const code = 'get("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items")';
  assert.equal(
    withLocalValues(code, { identityPoolId: "pool", loginKey: "key", endpoints }),
    'get("http://rest/items")',
  );
});
