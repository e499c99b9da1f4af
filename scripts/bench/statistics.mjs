/** The value below which a share of the sorted numbers lies, between two of them in proportion. */
function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (above - sorted[below]) * (place - below);
}

/** Median and quartiles. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), p25: quantile(sorted, 0.25), p75: quantile(sorted, 0.75) };
}

/**
 * How many times `reference` it is, compared within each round, which is what a drifting machine leaves alone; and
 * `best` against best, which other programs that take turns on the processor leave alone.
 */
export const ratios = (samples, reference) => ({
  ...spread(samples.map((sample, round) => sample / reference[round])),
  best: Math.min(...samples) / Math.min(...reference),
});
