// GraphQL documents as text, against `graphql`'s own parser and printer.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Kind, parse, print, visit } from "graphql";
import "./hooks.mjs";

const { documentText } = await import("../../pkg/document.js");
const { checkSubscription, operationsOf } = await import("../../pkg/operations.js");

const DOCUMENTS = [
  "{ a }",
  "subscription { a }",
  "query Q { a b c }",
  "mutation M($a: Int!, $b: [String!]! = [], $c: In = {x: 1, y: [1.5e3, -2], z: {}}) @d @e(f: $a) { a(b: $b, c: $c) }",
  'query ($a: ID @d(x: true)) { alias: a(b: [[1], [null, ENUM]], c: "") @skip(if: false) { ...F @d ... on T @d { x } ... { y } ... @d { z } } } fragment F on T @d { a }',
  'query { a(s: "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u2028 ☂ 𝄞", t: """\n  block "quoted" \\""" \n    indented\n""") }',
  "query A { a } subscription B { b } fragment F on B { c } mutation C { d }",
  "query on { fragment { query mutation subscription null: a true: b } }",
  'subscription S { on: a(input: {filter: {and: [{owner: {eq: "x"}}]}}) { id } }',
];

/** A document without places, and without the forms of its strings. */
const bare = (document) =>
  JSON.parse(
    JSON.stringify(visit(document, { StringValue: (node) => ({ ...node, block: false }) }), (name, value) =>
      name === "loc" ? undefined : value,
    ),
  );

/** A document that was not parsed, as code generators write it. */
const unparsed = (text) => parse(text, { noLocation: true });

test("a document without its source is printed: the same document, for graphql's own parser", () => {
  for (const text of DOCUMENTS) {
    const printed = documentText(unparsed(text));
    assert.deepEqual(bare(parse(printed)), bare(parse(text)), printed);
    assert.equal(print(bare(parse(printed))), print(bare(parse(print(parse(text))))));
  }
});

test("strings, the documents of a string mode, and the source of a parsed document are taken as they are", () => {
  for (const text of [...DOCUMENTS, "", "no GraphQL at all"]) {
    assert.equal(documentText(text), text);
    assert.equal(documentText(new String(text)), text);
    assert.equal(documentText(new (class extends String {})(text)), text);
  }
  for (const text of DOCUMENTS) assert.equal(documentText(parse(`# as it is\n${text}`)), `# as it is\n${text}`);
});

test("what is no document is none", () => {
  for (const value of [undefined, null, 7, true, {}, [], { kind: "Field" }, Symbol("a"), () => {}]) {
    assert.equal(documentText(value), undefined);
  }
});

const name = fc.stringMatching(/^[_a-zA-Z][_a-zA-Z0-9]{0,8}$/).map((value) => ({ kind: Kind.NAME, value }));
const notOn = name.filter(({ value }) => value !== "on");
const variable = name.map((name) => ({ kind: Kind.VARIABLE, name }));
const enumValue = name
  .map(({ value }) => ({ kind: Kind.ENUM, value }))
  .filter(({ value }) => !["true", "false", "null"].includes(value));
const optional = (arbitrary) => fc.option(arbitrary, { nil: undefined });

/** Documents of every form that executable definitions have. */
const { document } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    variable,
    enumValue,
    fc.integer().map((value) => ({ kind: Kind.INT, value: String(value) })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => ({ kind: Kind.FLOAT, value: value.toExponential() })),
    fc.record({ kind: fc.constant(Kind.STRING), value: fc.string({ unit: "grapheme" }), block: fc.boolean() }),
    fc.boolean().map((value) => ({ kind: Kind.BOOLEAN, value })),
    fc.constant({ kind: Kind.NULL }),
    fc.array(tie("value"), { maxLength: 3 }).map((values) => ({ kind: Kind.LIST, values })),
    fc
      .array(fc.record({ kind: fc.constant(Kind.OBJECT_FIELD), name, value: tie("value") }), { maxLength: 3 })
      .map((fields) => ({ kind: Kind.OBJECT, fields })),
  ),
  arguments: fc.array(fc.record({ kind: fc.constant(Kind.ARGUMENT), name, value: tie("value") }), { maxLength: 3 }),
  directives: fc.array(fc.record({ kind: fc.constant(Kind.DIRECTIVE), name, arguments: tie("arguments") }), {
    maxLength: 2,
  }),
  namedType: name.map((name) => ({ kind: Kind.NAMED_TYPE, name })),
  nullable: fc.oneof(
    { maxDepth: 2 },
    tie("namedType"),
    tie("type").map((type) => ({ kind: Kind.LIST_TYPE, type })),
  ),
  type: fc.oneof(
    tie("nullable"),
    tie("nullable").map((type) => ({ kind: Kind.NON_NULL_TYPE, type })),
  ),
  selection: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant(Kind.FIELD),
      alias: optional(name),
      name,
      arguments: tie("arguments"),
      directives: tie("directives"),
      selectionSet: optional(tie("selectionSet")),
    }),
    fc.record({ kind: fc.constant(Kind.FRAGMENT_SPREAD), name: notOn, directives: tie("directives") }),
    fc.record({
      kind: fc.constant(Kind.INLINE_FRAGMENT),
      typeCondition: optional(tie("namedType")),
      directives: tie("directives"),
      selectionSet: tie("selectionSet"),
    }),
  ),
  selectionSet: fc
    .array(tie("selection"), { minLength: 1, maxLength: 3 })
    .map((selections) => ({ kind: Kind.SELECTION_SET, selections })),
  variableDefinition: fc.record({
    kind: fc.constant(Kind.VARIABLE_DEFINITION),
    variable,
    type: tie("type"),
    defaultValue: optional(tie("value")),
    directives: tie("directives"),
  }),
  operation: fc.record({
    kind: fc.constant(Kind.OPERATION_DEFINITION),
    operation: fc.constantFrom("query", "mutation", "subscription"),
    name: optional(name),
    variableDefinitions: fc.array(tie("variableDefinition"), { maxLength: 2 }),
    directives: tie("directives"),
    selectionSet: tie("selectionSet"),
  }),
  fragment: fc.record({
    kind: fc.constant(Kind.FRAGMENT_DEFINITION),
    name: notOn,
    typeCondition: tie("namedType"),
    directives: tie("directives"),
    selectionSet: tie("selectionSet"),
  }),
  document: fc
    .array(fc.oneof(tie("operation"), tie("fragment")), { minLength: 1, maxLength: 4 })
    .map((definitions) => ({ kind: Kind.DOCUMENT, definitions })),
}));

test("every document is printed as graphql reads it, and its operations are found", () => {
  fc.assert(
    fc.property(document, (document) => {
      // What graphql's own printer and parser make of it: default values have no variables, for one.
      let expected;
      try {
        expected = bare(parse(print(document)));
      } catch {
        fc.pre(false);
      }
      const printed = documentText(document);
      assert.deepEqual(bare(parse(printed)), expected, printed);
      const operations = expected.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      for (const text of [printed, print(document)]) {
        assert.deepEqual(
          operationsOf(text).map(({ kind, name }) => [kind, name]),
          operations.map(({ operation, name }) => [operation, name?.value]),
          text,
        );
      }
    }),
    { numRuns: 500 },
  );
});

test("subscriptions are found in every document", () => {
  for (const text of [
    "subscription { a }",
    'subscription S($a: Int = 1, $b: In = {x: "}"}) @d(x: {y: 1}) { a }',
    "# query {\n subscription { a }",
    "fragment F on query { b } subscription { ...F }",
    '"""query \\""" { """ subscription{a(x:"{\\"")}',
    "\ufeff, subscription subscription { query }",
  ]) {
    checkSubscription(text);
  }
  checkSubscription("query A { a } subscription B { b }", "B");
});

test("what is no subscription is refused by field", () => {
  for (const [text, operationName, field] of [
    ["", undefined, "request.query"],
    ["{ a }", undefined, "request.query"],
    ["query { subscription }", undefined, "request.query"],
    ["mutation subscription { a }", undefined, "request.query"],
    ["# subscription { a }", undefined, "request.query"],
    ["fragment subscription on T { a }", undefined, "request.query"],
    ["query A { a } subscription B { b }", "A", "request.query"],
    ["query A { a } subscription B { b }", "C", "request.operationName"],
    ["query A { a } subscription B { b }", undefined, "request.operationName"],
    ["{ a } subscription B { b }", undefined, "request.operationName"],
  ]) {
    assert.throws(
      () => checkSubscription(text, operationName),
      (error) => error.code === "INVALID_REQUEST" && error.field === field,
      text,
    );
  }
});

test("any text is read, in time that grows with its length", () => {
  const bits = ["subscription", "query", " ", "{", "}", "(", ")", '"', '"""', "\\", "#", "\n", "é", "a"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 60 }), (bits) => void operationsOf(bits.join(""))),
  );
  for (const bit of bits) operationsOf(bit.repeat(100_000));
});
