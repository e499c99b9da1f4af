// For every state of the local AWS: a real call fails, the explanation names the cause, what it prints is applied where
// it prints a document, and the same call succeeds. The tables are printed by `npm run explain:states`.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { useSetting } from "../support/setting.mjs";
import { driver, states } from "./states.mjs";

const setting = useSetting({ newPages: true });

/** States whose answer CORS hides from the page: that this is so is the cause that can be named. */
const hidden = new Set(states.filter(({ answer }) => answer.readable === false).map(({ id }) => id));

const rows = [];
after(() => {
  console.table(rows);
  const count = (is) => rows.filter(is).length;
  console.log(
    `${rows.length} states: ${count(({ place }) => place === 1)} named first, ${count(({ place }) => place > 1)} named ` +
      `among others, ${count(({ place }) => place === 0)} not named (${count((row) => row.place === 0 && row.isHidden)} ` +
      `of them hidden by CORS), 0 called certain wrongly; fixed as printed: ${count(({ fix }) => fix === "as printed")}, ` +
      `and with the owner's values: ${count(({ fix }) => fix.startsWith("as printed,"))}`,
  );
});

for (const state of states) {
  test(state.id, async () => {
    const { enter, attempt, repair } = driver(setting);
    await enter([state.id]);
    const failed = await attempt(state.call);
    assert.equal(failed.isGood, false, "the call fails");
    const { explanation } = failed;
    const ids = explanation.causes.map(({ id }) => id);
    const place = ids.indexOf(state.cause) + 1;
    const isHidden = hidden.has(state.id);
    const told = `${failed.said}: ${ids.join(", ")}`;
    if (explanation.certain) assert.deepEqual(ids, [state.cause], told);
    if (isHidden) assert.ok(place > 0 || ids.includes("cors-hidden"), told);
    else assert.ok(place > 0, told);
    const { how, ...after } = await repair(state, explanation);
    rows.push({ state: state.id, first: ids[0], place, certain: explanation.certain, isHidden, fix: how });
    assert.equal(after.isGood, true, `${after.said}: the fix helps (${how})`);
  });
}

test("200 mixed states: no wrong cause is called certain", async () => {
  const { enter, attempt } = driver(setting);
  let [seed, mixed] = [1, 0];
  const draw = () => states[(seed = (seed * 48_271) % 2_147_483_647) % states.length];
  while (mixed < 200) {
    const [one, other] = [draw(), draw()];
    await enter([one.id, other.id]);
    const failed = await attempt(one.call);
    mixed += 1;
    if (failed.isGood || !failed.explanation.certain) continue;
    const [{ id }] = failed.explanation.causes;
    assert.ok([one.cause, other.cause].includes(id), `${id} for ${one.id} and ${other.id}: ${failed.said}`);
  }
});
