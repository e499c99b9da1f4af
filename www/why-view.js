// Explains outcomes on request: the likely causes, and what to change.
import { announce, copyOf, element, slot, whileBusy, write } from "./dom.js";

/** A button that asks `explain` for an `Explanation` and shows it in its place. */
export function whyView(explain) {
  const view = copyOf("why-template");
  const ask = slot(view, "ask");
  ask.addEventListener("click", () =>
    whileBusy(ask, async () => {
      const { causes } = await explain();
      slot(view, "causes").append(...causes.map(causeView));
      const found = causes[0]?.title ?? "The answer is not recognised.";
      if (causes.length === 0) slot(view, "causes").append(element("li", { textContent: found }));
      ask.remove();
      announce(found);
    }),
  );
  return view;
}

/** Shows a `Cause`. */
export function causeView({ title, likelihood, why, fix, docs }) {
  const view = copyOf("cause-template");
  write(view, { title, likelihood, why });
  slot(view, "docs").href = docs;
  slot(view, "fixes").append(
    ...fix.map(({ text, paste }) =>
      element("li", { textContent: text }, ...(paste ? [element("pre", { tabIndex: 0, textContent: paste })] : [])),
    ),
  );
  return view;
}
