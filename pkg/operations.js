// @ts-check
// The operations of a GraphQL document, as far as their heads go: no more is needed to tell a subscription.
import { invalidRequest } from "./errors.js";

/** Strings, comments, names, directives and variables, and brackets (GraphQL specification, section 2.1). */
const TOKENS = /"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n\r])*"?|#.*|[$@]?\w+|[{}()[\]]/g;

/**
 * Kinds and names of the operations, in their order. What is not GraphQL is left to the server, which reports it better.
 *
 * @param {string} document
 */
export function operationsOf(document) {
  /** @type {{ kind: string, name?: string }[]} */
  const operations = [];
  let depth = 0;
  // Whether a definition has begun, and whether a name would be that of the last operation.
  let [isInDefinition, isNameNext] = [false, false];
  for (const [token] of document.matchAll(TOKENS)) {
    if (/^["#]/.test(token)) continue;
    if (/^[{([]/.test(token)) {
      // A selection set that begins a definition is a query.
      if (token === "{" && depth === 0 && !isInDefinition) operations.push({ kind: "query" });
      depth += 1;
    } else if (/^[})\]]/.test(token)) {
      depth = Math.max(0, depth - 1);
      if (token === "}" && depth === 0) isInDefinition = false;
    } else if (depth === 0 && isNameNext && /^\w/.test(token)) {
      operations[operations.length - 1].name = token;
    } else if (depth === 0 && !isInDefinition) {
      isInDefinition = true;
      isNameNext = /^(query|mutation|subscription)$/.test(token);
      if (isNameNext) operations.push({ kind: token });
      continue;
    }
    isNameNext = false;
  }
  return operations;
}

/**
 * Refuses a document whose operation of that name, or whose only one, is no subscription.
 *
 * @param {string} document
 * @param {string} [operationName]
 */
export function checkSubscription(document, operationName) {
  const operations = operationsOf(document);
  const chosen = operationName === undefined ? operations : operations.filter(({ name }) => name === operationName);
  if (chosen.length > 1)
    throw invalidRequest("request.operationName", "is needed: the document has several operations");
  if (chosen.length === 0 && operationName !== undefined) {
    throw invalidRequest("request.operationName", "is not the name of an operation in the document");
  }
  if (chosen[0]?.kind !== "subscription") throw invalidRequest("request.query", "is not a subscription");
}
