// @ts-check
// URLs that carry their own permission.
import * as op from "./operation.js";
import { values } from "./values.js";

/** @import { Core } from "./core.js" */
/** @import { CapturedPresigned } from "./request.js" */
/** @import { Session } from "./session.js" */

/**
 * Presigns with the credentials that are there. Nothing if there are none, or if they end too soon and new ones would
 * not.
 *
 * @param {Core} core
 * @param {CapturedPresigned} captured
 * @param {string} [renewed] Says that the credentials were fetched for this URL.
 */
export const presignNow = (core, { url, lines, aws, method, expiresSeconds }, renewed) => {
  const settings = values(method, expiresSeconds, renewed);
  return core.call(op.PRESIGN, `${Date.now()}\0${url}\0${lines}\0${aws}\0${settings}`);
};

/**
 * Waits for credentials that last, and presigns.
 *
 * @param {Core} core
 * @param {Session} session
 * @param {CapturedPresigned} captured
 * @param {() => void} check
 */
export async function presign(core, session, captured, check) {
  for (let renewed = ""; ; renewed = "1") {
    check();
    // Before there are credentials, this refuses what cannot be presigned.
    const url = presignNow(core, captured, renewed);
    const ready = session.isReady();
    if (url) return url;
    await (ready ? session.renew() : session.ready());
  }
}
