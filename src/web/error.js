// @ts-check
/** @import { SigFetchErrorCode } from "./api.js" */

/**
 * @typedef {object} Report
 * @property {SigFetchErrorCode} code
 * @property {string} message
 * @property {string} advice
 * @property {boolean} [retryable]
 * @property {string} [field]
 * @property {number} [status]
 * @property {string} [serviceError]
 * @property {string} [requestId]
 */

export class SigFetchError extends Error {
  /**
   * @param {Report} report
   * @param {unknown} [cause]
   */
  constructor({ message, ...facts }, cause) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { retryable: false }, facts);
  }
}
// On the prototype and not enumerable, as with the platform's own errors.
Object.defineProperty(SigFetchError.prototype, "name", { value: "SigFetchError", configurable: true, writable: true });

/**
 * An error about an option or argument. The value is never shown: it may be secret.
 *
 * @param {SigFetchErrorCode} code
 * @param {string} field
 * @param {string} what
 * @param {unknown} [cause]
 */
export const fieldError = (code, field, what, cause) =>
  new SigFetchError({ code, message: `${field} ${what}`, advice: "Correct the named field.", field }, cause);

export const signedOut = () =>
  new SigFetchError({
    code: "SIGNED_OUT",
    message: "Signed out while this call waited",
    advice: "Call again for the new identity.",
  });
