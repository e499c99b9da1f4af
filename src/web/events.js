// @ts-check
// What a client tells whoever listens to it.

/** @import { ClientEventMap } from "./api.js" */

/**
 * Tells of an event. What goes in is picked field by field where it happens: never a token, key, signature, header or
 * query.
 *
 * @typedef {<Type extends keyof ClientEventMap>(type: Type, detail: ClientEventMap[Type]["detail"]) => void} Emit
 */

/**
 * Gives the `emit` of a client. Listeners are called at once; one that throws is the platform's to report.
 *
 * @param {EventTarget} client
 * @returns {Emit}
 */
export const emitter = (client) => (type, detail) => {
  const init = { detail: Object.freeze(detail) };
  // Next's edge runtime has no `CustomEvent`.
  client.dispatchEvent(globalThis.CustomEvent ? new CustomEvent(type, init) : Object.assign(new Event(type), init));
};
