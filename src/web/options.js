// @ts-check
// The kinds of a client's options; what they say is checked by the handle.
import { text } from "./check.js";
import { fieldError } from "./error.js";
import { checkWho } from "./identity-options.js";
import { readPolicy } from "./retry.js";

/**
 * Checks what can be checked without the WebAssembly.
 *
 * @param {any} options
 */
export function checkKinds(options) {
  const invalid = (/** @type {string} */ name, /** @type {string} */ what) => {
    throw fieldError("INVALID_OPTION", `options.${name}`, what);
  };
  if (!options || typeof options !== "object") throw fieldError("INVALID_OPTION", "options", "must be an object");
  const { identityPoolId, credentials, region, endpoints, allow, timeoutMs } = options;
  if (identityPoolId === undefined && !credentials) invalid("identityPoolId", "or options.credentials is needed");
  if (identityPoolId !== undefined) text(identityPoolId, "options.identityPoolId");
  if (identityPoolId !== undefined && credentials)
    invalid("credentials", "and options.identityPoolId exclude each other");
  if (credentials && !/object|function/.test(typeof credentials))
    invalid("credentials", "must be an object or a function");
  if (region !== undefined) text(region, "options.region");
  for (const [name, list] of Object.entries({ endpoints, allow })) {
    if (list !== undefined && !Array.isArray(list)) invalid(name, "must be an array");
  }
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs < 2 ** 31))
    invalid("timeoutMs", "must be milliseconds, 1 or more");
  checkWho(options);
  readPolicy(options.retry, "options.retry", fieldError.bind(undefined, "INVALID_OPTION"));
}
