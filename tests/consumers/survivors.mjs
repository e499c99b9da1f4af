// Clients that come and go with components and with edits, and what is left of them.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";

/** What React may still hold of a component's last client, and of the one that StrictMode made beside it. */
const FEW = 2;

/** Holds it against what is left of the clients of each kind of component. */
export function assertFewSurvive(kinds) {
  assert.equal(Object.keys(kinds).length, 4);
  for (const [kind, { identities, ...counts }] of Object.entries(kinds)) {
    assert.ok(identities >= 10, `${kind}: ${identities} clients learnt their identity`);
    assertFew(counts, { made: 20, opened: kind.includes("shared") ? 1 : 0, left: FEW }, kind);
  }
}

const EDITS = 5;

/** Edits the module of the page's components, again and again, and has the page count what is left. */
export const editing = (project) => async (page) => {
  const shown = (generation, timeout) =>
    page.waitForFunction((generation) => globalThis.shown >= generation, generation, { timeout });
  await shown(1, 30_000);
  for (let edit = 1; edit <= EDITS; edit += 1) {
    do appendFileSync(project.at("src", "panel.jsx"), "// edited\n");
    while (
      // An edit that comes before the page listens for them is lost.
      !(await shown(edit + 1, 3_000).catch(() => false))
    );
  }
  await page.evaluate(() => (globalThis.result = globalThis.survivors()));
};

/** Holds it against what is left of the clients of two components, which are still there. */
export const assertFewSurviveEdits = (counts) => assertFew(counts, { made: 2 * EDITS, opened: EDITS, left: 2 * FEW });

function assertFew({ made, opened, ...left }, least, kind = "after edits") {
  const of = `${kind}, of ${made} clients and ${opened} channels`;
  assert.ok(made >= least.made && opened >= least.opened, of);
  for (const [what, count] of Object.entries(left)) assert.ok(count <= least.left, `${of}: ${count} ${what} are left`);
}
