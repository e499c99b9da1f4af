// The log of requests, the latest first.
import { announce, byId, copyOf, slot, write } from "./dom.js";
import { inMs, showStatus } from "./outcome-view.js";

/** The number of entries that are kept. */
const most = 100;
const entries = byId("log-entries");

/** Adds an outcome and announces it. `href` is the address of the complete outcome. */
export function log(title, who, outcome, href) {
  const entry = copyOf("log-template");
  const time = new Date().toLocaleTimeString(undefined, { hourCycle: "h23" });
  write(entry, { title, detail: `${time} · ${who} · ${inMs(outcome.duration)}` });
  slot(entry, "title").href = href;
  showStatus(slot(entry, "status"), outcome);
  entries.prepend(entry);
  entries.children[most]?.remove();
  showWhetherEmpty();
  announce(`${title}: ${outcome.status}`);
}

byId("clear-log").addEventListener("click", () => {
  entries.replaceChildren();
  showWhetherEmpty();
});

function showWhetherEmpty() {
  byId("log-empty").hidden = entries.children.length > 0;
  byId("clear-log").hidden = entries.children.length === 0;
}
