// JSON, indented and coloured. Everything is text nodes, whatever an API answers.
import { element } from "./dom.js";

/** Longer answers are cut: a page is no place for a megabyte. */
const longest = 20_000;
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The nodes that show `value`, which is text as it came or anything that JSON can hold. */
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
