// Shows outcomes.
import { copyOf, element, slot, write } from "./dom.js";
import { jsonNodes } from "./json-view.js";
import { whyView } from "./why-view.js";

/**
 * Shows an outcome inside `place` and replaces the previous contents. `explain` gives the explanation of what a client can
 * explain; without it, none is offered.
 */
export function showOutcome(place, outcome, request = "", explain) {
  const shown = copyOf("outcome-template");
  showStatus(slot(shown, "status"), outcome);
  write(shown, { duration: inMs(outcome.duration), request });
  const facts = Object.entries(outcome.facts).filter(([, value]) => value);
  slot(shown, "facts").append(
    ...facts.flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value })]),
  );
  if (outcome.body === undefined || outcome.body === "") slot(shown, "body").remove();
  else slot(shown, "body").append(...jsonNodes(outcome.body));
  if (explain && outcome.tone !== "good") shown.append(whyView(() => explain(outcome.explained)));
  place.replaceChildren(shown);
}

/** Shows an outcome's status as a chip. */
export function showStatus(chip, { tone, status }) {
  chip.dataset.tone = tone;
  chip.textContent = status;
}

/** A duration as text, in milliseconds. */
export const inMs = (duration) => `${Math.round(duration)} ms`;
