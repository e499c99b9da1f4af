// @ts-check
// What several options have in common.
import { fieldError } from "./error.js";

/**
 * Refuses what is no text.
 *
 * @param {unknown} value
 * @param {string} field
 */
export function text(value, field) {
  if (typeof value !== "string" || !value) throw fieldError("INVALID_OPTION", field, "must be a non-empty string");
}
