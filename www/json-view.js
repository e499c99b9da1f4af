// JSON, indented and coloured. Everything becomes text nodes, so no answer of an API can inject markup.
import { element } from "./dom.js";

/** Characters after which an answer is cut off. */
const longest = 20_000;
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The nodes that show `value`: a string is shown unchanged, any other value as JSON. */
export function jsonNodes(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const shown = text.slice(0, longest);
  const nodes = typeof value === "string" ? [shown] : coloured(shown);
  return text.length > longest ? [...nodes, `\n… and ${text.length - longest} more characters`] : nodes;
}

function coloured(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const [whole, quoted, colon] = match;
    const className = colon ? "name" : quoted ? "text" : "value";
    nodes.push(text.slice(end, match.index), element("span", { className, textContent: quoted ?? whole }), colon ?? "");
    end = match.index + whole.length;
  }
  return [...nodes, text.slice(end)];
}
