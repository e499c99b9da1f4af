// What the project promises of its own speed, as ratios to the reference floor, in milliseconds and in bodies.

const SIGNER = "sigfetch, signHeaders";

/** By case: the ratio with a worker, and without one. */
const RATIOS = {
  "GET, 3 query params": [0.4],
  "POST 300 B": [0.4],
  "POST 16 KiB": [0.9],
  "POST 1 MiB": [1.3],
  "POST 32 MiB": [1.5, 3],
};

const PAUSE_MS = { "POST 32 MiB": 16 };

/** Bytes: one copy of the body. */
const MEMORY = { "POST 32 MiB": 2 ** 25 };

/** Each promise that was measured, with its limit. `results` are those of `measure.mjs`. */
export function verdicts(results) {
  const found = [];
  const add = (what, value, limit, best) => {
    if (value !== undefined && limit !== undefined) found.push({ what, value, best, limit, held: value <= limit });
  };
  results.forEach(({ title, ratios, pauses, memory }, place) => {
    for (const [label, limits] of Object.entries(RATIOS)) {
      const { median, best } = ratios[label]?.[SIGNER] ?? {};
      add(`${label}, ${title}: × the floor`, median, limits[place], best);
      add(`${label}, ${title}: longest pause, ms`, pauses[label]?.[SIGNER]?.median, PAUSE_MS[label]);
      add(`${label}, ${title}: memory, bytes`, memory[label]?.[SIGNER], MEMORY[label]);
    }
  });
  return found;
}
