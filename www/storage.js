// Values that are stored in the browser between visits: ids, URLs and requests that were typed in. No secrets.

const key = "sigfetch";

/** The stored values: `{ environment, account, requests }`, each of which may be missing. */
export function recall() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    // Storage is blocked, or contains a value of another program. The page works without it.
    return {};
  }
}

/** Stores `changes` in addition to the stored values. */
export function keep(changes) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // Storage is blocked or full. The next visit then starts without stored values.
  }
}
