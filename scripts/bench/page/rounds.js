// Times contenders side by side: in every round all of them, in a new order, so that what slows the machine down
// slows all down alike.

const BATCH_MS = 12;

/** Milliseconds that one signature takes, over `count` batches of `atOnce` side by side. */
async function time(sign, request, atOnce, count) {
  const start = performance.now();
  for (let batch = 0; batch < count; batch += 1) {
    if (atOnce === 1) await sign(request);
    else await Promise.all(Array.from({ length: atOnce }, () => sign(request)));
  }
  return (performance.now() - start) / (count * atOnce);
}

/**
 * Gives each contender's milliseconds per signature, one number for each round.
 *
 * @param {{ name: string, sign: Function }[]} contenders
 * @param {{ request: object, atOnce: number, rounds: number }} task
 * @returns {Promise<Record<string, number[]>>}
 */
export async function inRounds(contenders, { request, atOnce, rounds }) {
  const batches = {};
  for (const { name, sign } of contenders) batches[name] = await batchSize(sign, request, atOnce);
  const samples = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, sign } of shuffled(contenders)) {
      samples[name].push(await time(sign, request, atOnce, batches[name]));
    }
  }
  return samples;
}

/**
 * How many batches make a sample. Finding out is the warm-up. The best of three counts: one that another program
 * interrupted would make samples of a single signature.
 */
async function batchSize(sign, request, atOnce) {
  for (let count = 1; ; count *= 2) {
    let best = Infinity;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      best = Math.min(best, (await time(sign, request, atOnce, count)) * atOnce);
    }
    if (best * count >= BATCH_MS) return Math.max(1, Math.round(BATCH_MS / best));
  }
}

export function shuffled(all) {
  const order = [...all];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}
