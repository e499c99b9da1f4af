// The fields of what can be edited: name → text.
import { element } from "./dom.js";

const labels = { path: "Path", body: "Body", query: "Operation", variables: "Variables", channel: "Channel" };

/** Names of fields of one line. */
const LINES = ["path", "channel"];

/** Views of the fields of something with this id. */
export const fieldViews = (id, fields) =>
  Object.entries(fields).map(([name, value]) => fieldView(`${id}-${name}`, name, value));

/** What the fields of a form contain. */
export const contents = (form) => Object.fromEntries(new FormData(form));

function fieldView(id, name, value) {
  const isLine = LINES.includes(name);
  const input = element(isLine ? "input" : "textarea", { id, name, value, spellcheck: false });
  input.required = isLine || name === "query";
  if (name === "path") Object.assign(input, { pattern: "/.*", title: "A path begins with a slash" });
  if (!isLine) input.rows = value.split("\n").length;
  return element(
    "div",
    { className: "call-field" },
    element("label", { htmlFor: id, textContent: labels[name] }),
    input,
  );
}
