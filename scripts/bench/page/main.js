// What the bench calls in the page.
import { longestPause } from "./block.js";
import { cases, request } from "./cases.js";
import { contenders, ready } from "./contenders.js";
import { inRounds, shuffled } from "./rounds.js";

const byLabel = (label) => cases.find((one) => one.label === label);
const named = (names) => (names ? contenders.filter(({ name }) => names.includes(name)) : contenders);

/** What the machine itself makes the page wait for. */
const IDLE = { name: "nothing, for 50 ms", sign: () => new Promise((resolve) => setTimeout(resolve, 50)) };

globalThis.bench = {
  idle: IDLE.name,
  ready,
  contenders: contenders.map(({ name, ours, reference, checked }) => ({ name, ours, reference, checked })),

  /** Every contender's headers for one case. */
  async signed(label) {
    const given = request(byLabel(label));
    const results = [];
    for (const { name, sign, checked } of contenders) {
      if (checked === false) continue;
      const added = new Headers(await sign(given));
      results.push({ name, headers: [...new Headers({ ...given.headers, ...Object.fromEntries(added) })] });
    }
    return results;
  },

  speed(label, rounds, names) {
    const one = byLabel(label);
    return inRounds(named(names), { request: request(one), atOnce: one.atOnce, rounds: rounds ?? one.rounds });
  },

  /** Longest pauses in milliseconds, by contender, for each round. */
  async pauses(label, rounds, names) {
    const given = request(byLabel(label));
    const measured = [...named(names), IDLE];
    const samples = Object.fromEntries(measured.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, sign } of shuffled(measured)) {
        const pause = await longestPause(() => sign(given));
        // The first round is the warm-up.
        if (round > 0) samples[name].push(pause);
      }
    }
    return samples;
  },

  /** Makes the request of a case and signs a small one, so that what comes after costs nothing but the signing. */
  async prepare(label, name) {
    const { sign } = contenders.find((one) => one.name === name);
    const large = request(byLabel(label));
    await sign({ ...large, body: "{}" });
    globalThis.signOnce = async () => void (await sign(large));
  },
};
