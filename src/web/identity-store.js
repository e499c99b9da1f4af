// @ts-check
// A guest's identity id over reloads, where the page asks for it. Nothing else is stored, and nothing that storage does
// ends a call.
import { sleep } from "./transport.js";

/** @import { IdentityStore } from "./api.js" */

/** How long storage may take, in milliseconds. */
const PATIENCE = 1_000;

/**
 * Opens the place for an identity pool's guest.
 *
 * @param {true | IdentityStore} where
 * @param {string} identityPoolId
 */
export function openStore(where, identityPoolId) {
  const key = `sigfetch.identityId.${identityPoolId}`;
  /** What is there, as far as is known. */
  let kept = /** @type {unknown} */ (undefined);
  let isAsked = false;
  /** @type {Promise<any>} */
  let last = Promise.resolve();
  // One after the other, as a store may be slow; to reach for `localStorage` alone can throw.
  const use = (/** @type {(store: IdentityStore) => unknown} */ work) =>
    (last = Promise.race([last.then(() => work(where === true ? localStorage : where)), sleep(PATIENCE)]).catch(
      () => {},
    ));
  return {
    /** What is there; nothing after the first time, when the page itself knows better. */
    async read() {
      if (isAsked) return;
      isAsked = true;
      return (kept = await use((store) => store.getItem(key)));
    },
    /**
     * Keeps an id; an empty one is forgotten.
     *
     * @param {string} id
     */
    keep(id) {
      if (id === kept) return;
      kept = id;
      isAsked = true;
      use((store) => (id ? store.setItem(key, id) : store.removeItem(key)));
    },
  };
}
