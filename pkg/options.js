// @ts-check
// Own copies of the objects that a page passes in. Each member is read once, so that what is checked is what is used,
// and nothing that pollutes `Object.prototype` becomes an option.
import { invalidOption } from "./errors.js";

/** @import { ClientOptions } from "./api.js" */

/**
 * A copy without prototype. Inherited members count, as they do for `fetch` (a `Request` may be its init), except those
 * of the object that ends the prototype chain: the `Object.prototype` of whatever realm the value comes from.
 *
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function ownCopy(value) {
  if (value === null || typeof value !== "object") return value;
  const copy = Object.create(null);
  for (const name in value) if (!isOnlyAtRoot(value, name)) copy[name] = value[name];
  return copy;
}

/**
 * @param {object} object
 * @param {string} name
 */
function isOnlyAtRoot(object, name) {
  /** @type {object | null} */
  let at = object;
  while (at && !Object.hasOwn(at, name)) at = Object.getPrototypeOf(at);
  return at !== object && (at === null || Object.getPrototypeOf(at) === null);
}

/**
 * The options of a client. What is changed in the caller's objects later does not change the client.
 *
 * @param {ClientOptions} options
 */
export function copyOptions(options) {
  const copy = ownCopy(options);
  if (copy === null || typeof copy !== "object") return copy;
  copy.logins = copyLogins(copy.logins);
  copy.classicFlow = ownCopy(copy.classicFlow);
  copy.retry = ownCopy(copy.retry);
  if (Array.isArray(copy.endpoints)) copy.endpoints = Array.from(copy.endpoints, (entry) => ownCopy(entry));
  if (Array.isArray(copy.allow)) copy.allow = Array.from(copy.allow);
  // An instance of a class is left as it is: it may keep its members behind accessors, which are not enumerable.
  const parent = copy.credentials && Object.getPrototypeOf(copy.credentials);
  if (parent && Object.getPrototypeOf(parent) === null) copy.credentials = ownCopy(copy.credentials);
  return copy;
}

/**
 * @template T
 * @param {T} logins
 * @returns {T}
 */
export const copyLogins = (logins) => (Array.isArray(logins) ? logins : ownCopy(logins));

/**
 * Checks the shape of `logins`. It is the one option that is checked here, because `setLogins` throws at once, even
 * before the WebAssembly is loaded.
 *
 * @param {unknown} logins
 */
export function checkLogins(logins) {
  if (logins === undefined || logins === null || typeof logins === "function") return;
  if (typeof logins !== "object" || Array.isArray(logins)) {
    throw invalidOption("options.logins", "must map names to tokens or functions, or be a function");
  }
  for (const [provider, login] of Object.entries(logins)) {
    if (typeof login !== "function" && (typeof login !== "string" || !login)) {
      throw invalidOption(`options.logins["${provider}"]`, "must be a non-empty string");
    }
  }
}
