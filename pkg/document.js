// @ts-check
// GraphQL documents as text: a string as it is, the source that a parsed document still has, or the document printed.

/**
 * The text of a document; nothing if it is none.
 *
 * @param {any} document
 * @returns {string | undefined}
 */
export function documentText(document) {
  // The documents of graphql-codegen's string mode are `String` objects.
  if (typeof document === "string" || document instanceof String) return String(document);
  if (document?.kind !== "Document") return undefined;
  const source = document.loc?.source?.body;
  return typeof source === "string" ? source : print(document);
}

/**
 * The text of a syntax tree of executable definitions: not pretty, but with the same tokens.
 *
 * @param {any} node
 * @returns {string}
 */
function print(node) {
  if (!node) return "";
  const { kind, name, value, alias, type, values, fields, operation, typeCondition, defaultValue } = node;
  const { variableDefinitions, directives, selectionSet } = node;
  const list = (/** @type {any[] | undefined} */ nodes, start = "", end = "") =>
    nodes?.length ? start + nodes.map(print).join(" ") + end : "";
  const head = () => print(name) + list(variableDefinitions, "(", ")") + on() + tail();
  const on = () => (typeCondition ? ` on ${print(typeCondition)}` : "");
  const tail = () => list(directives, " ") + print(selectionSet);
  switch (kind) {
    case "Document":
      return list(node.definitions);
    case "OperationDefinition":
      return `${operation} ${head()}`;
    case "FragmentDefinition":
      return `fragment ${head()}`;
    case "FragmentSpread":
      return `...${head()}`;
    case "InlineFragment":
      return `...${on()}${tail()}`;
    case "SelectionSet":
      return list(node.selections, "{", "}");
    case "Field":
      return (alias ? `${print(alias)}:` : "") + print(name) + list(node.arguments, "(", ")") + tail();
    case "Directive":
      return `@${print(name)}${list(node.arguments, "(", ")")}`;
    case "VariableDefinition":
      return `${print(node.variable)}:${print(type)}${defaultValue ? `=${print(defaultValue)}` : ""}${tail()}`;
    case "Argument":
    case "ObjectField":
      return `${print(name)}:${print(value)}`;
    case "Variable":
      return `$${print(name)}`;
    case "NamedType":
      return print(name);
    case "ListType":
      return `[${print(type)}]`;
    case "NonNullType":
      return `${print(type)}!`;
    case "ListValue":
      return `[${list(values)}]`;
    case "ObjectValue":
      return `{${list(fields)}}`;
    case "StringValue":
      return JSON.stringify(value);
    case "NullValue":
      return "null";
    default:
      // A name, a number, a boolean or an enum value.
      return String(value);
  }
}
