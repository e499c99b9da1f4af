import { Verdict } from "./run.mjs";

/** Those of `all` with these names, or all where none is named. */
export function chosenFrom(all, names) {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Verdict(`no ${unknown.join(", ")}; there are: ${known.join(", ")}`);
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}
