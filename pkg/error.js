// @ts-check
// The one error class of the package. The WebAssembly imports it, and everything else takes it from there: a second
// import of this file would be a second class.

/** @import { SigFetchErrorCode } from "./api.js" */

/**
 * @typedef {object} ErrorFacts
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
   * @param {ErrorFacts} facts
   * @param {unknown} [cause]
   */
  constructor({ message, ...facts }, cause) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { retryable: false }, facts);
  }
}
// On the prototype and not enumerable, as with the platform's own errors.
Object.defineProperty(SigFetchError.prototype, "name", { value: "SigFetchError", configurable: true, writable: true });
