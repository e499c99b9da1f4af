// @ts-check
// What a page loads first: the client, and what the part that comes later shares with it.
export { clientFactory } from "./client.js";
export { SigFetchError } from "./error.js";

export { ask } from "./ask.js";
export { attempt, end, write } from "./attempt.js";
export { MEDIUM, handled, refuseUnreadable, sizeOf } from "./body.js";
export { text } from "./check.js";
export { clockWatch } from "./clock-watch.js";
export { fieldError, signedOut } from "./error.js";
export { openStore } from "./identity-store.js";
export { checkKinds } from "./options.js";
export { again, invalid } from "./request.js";
export { readPolicy } from "./retry.js";
export { hexOf, sha256 } from "./sha256.js";
export { encodeShort } from "./short-text.js";
export { peek, place, random, reply, sleep } from "./transport.js";
export { turns } from "./turns.js";
export { values } from "./values.js";
export { askWho } from "./who.js";
