// @ts-check
// The errors that JavaScript raises itself. Those about AWS come from the WebAssembly.
import { SigFetchError as ErrorClass } from "./wasm/sigfetch.js";

/** @import * as Typed from "./error.js" */

/** wasm-bindgen passes the class on without its type. */
export const SigFetchError = /** @type {typeof Typed.SigFetchError} */ (ErrorClass);

/**
 * An error about an option or argument. The value is never shown: it may be secret.
 *
 * @param {"INVALID_OPTION" | "INVALID_REQUEST"} code
 * @param {string} field
 * @param {string} what
 * @param {unknown} [cause]
 */
const fieldError = (code, field, what, cause) =>
  new SigFetchError({ code, message: `${field} ${what}`, advice: "Correct the named field.", field }, cause);

export const invalidOption = fieldError.bind(undefined, "INVALID_OPTION");
export const invalidRequest = fieldError.bind(undefined, "INVALID_REQUEST");

/**
 * @param {string} message
 * @param {string} advice
 * @param {unknown} [cause]
 */
export const loadError = (message, advice, cause, retryable = true) =>
  new SigFetchError({ code: "WASM_LOAD", message, advice, retryable }, cause);
