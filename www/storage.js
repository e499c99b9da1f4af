// What the browser keeps between visits: ids, URLs and requests that somebody typed in. Nothing else may come here.

const key = "sigfetch";

/** What is kept: `{ environment, account, requests }`, each of them possibly missing. */
export function recall() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    // Storage is forbidden here, or holds something that is not ours: the page works without.
    return {};
  }
}

/** Keeps `changes` beside what is kept already. */
export function keep(changes) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...recall(), ...changes }));
  } catch {
    // Storage is forbidden or full. Then the next visit starts anew.
  }
}
