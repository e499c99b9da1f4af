// @ts-check
// What a page loads later: all that is not needed for a plain first call.
import { initSync } from "../../pkg/wasm/sigfetch.js";
import { makeCore } from "./core.js";
import { Session } from "./session.js";

export * as op from "./operation.js";
export { presign, presignNow } from "./presign.js";
export { send } from "./send.js";
export { sign, signHeaders, signHeadersAtOnce, signHeadersNow } from "./sign.js";

/** @import { ClientOptions } from "./api.js" */
/** @import { Emit } from "./events.js" */
/** @import { HeadStart } from "./head-start.js" */

/** @param {WebAssembly.Module} module */
export const start = (module) => {
  initSync({ module });
};

/**
 * Core and session of a client.
 *
 * @param {ClientOptions} options
 * @param {Emit} emit
 * @param {boolean} isNewcomer Somebody has signed out already.
 * @param {HeadStart} [head]
 */
export function open(options, emit, isNewcomer, head) {
  const core = makeCore(options);
  return { core, session: new Session(core, options, emit, isNewcomer, head) };
}
