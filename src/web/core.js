// @ts-check
// The handle of one client, made when the WebAssembly is there.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { SigFetchError, fieldError } from "./error.js";
import * as op from "./operation.js";

/** @import { ClientOptions } from "./api.js" */

/** Runs an operation of the handle; its refusals become errors. @typedef {(operation: number, ...values: unknown[]) => any} Core */

/**
 * Makes the core of a client with these options.
 *
 * @param {ClientOptions} options
 * @returns {Core}
 */
export function makeCore(options) {
  const handle = new Handle();
  /** @type {Core} */
  const core = (operation, ...values) => {
    try {
      return handle.run(operation, values);
    } catch (report) {
      throw new SigFetchError(/** @type {any} */ (report));
    }
  };
  checkKinds(options);
  options.endpoints?.forEach(({ url, service, region, signAs }, index) => {
    const field = (/** @type {string} */ name) => `options.endpoints[${index}].${name}`;
    text(service, field("service"));
    if (region !== undefined) text(region, field("region"));
    if (signAs !== undefined) text(signAs, field("signAs"));
    if (!URL.canParse(url)) throw fieldError("INVALID_OPTION", field("url"), "must be an absolute URL");
    core(op.DECLARE, index, new URL(url).href, service, region, signAs);
  });
  core(op.CONFIGURE, options.identityPoolId, options.region);
  return core;
}

/** @param {any} options */
function checkKinds(options) {
  const invalid = (/** @type {string} */ name, /** @type {string} */ what) => {
    throw fieldError("INVALID_OPTION", `options.${name}`, what);
  };
  if (!options || typeof options !== "object") throw fieldError("INVALID_OPTION", "options", "must be an object");
  const { identityPoolId, credentials, logins, region, endpoints, timeoutMs } = options;
  if (identityPoolId === undefined && !credentials) invalid("identityPoolId", "or options.credentials is needed");
  if (identityPoolId !== undefined) text(identityPoolId, "options.identityPoolId");
  if (identityPoolId !== undefined && credentials) invalid("credentials", "and options.identityPoolId exclude each other");
  if (credentials && !/object|function/.test(typeof credentials)) invalid("credentials", "must be an object or a function");
  if (region !== undefined) text(region, "options.region");
  if (endpoints !== undefined && !Array.isArray(endpoints)) invalid("endpoints", "must be an array");
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs < 2 ** 31)) invalid("timeoutMs", "must be milliseconds, 1 or more");
  checkLogins(logins);
  if (logins && credentials) invalid("logins", "goes with identityPoolId, not with credentials");
}

/**
 * Checks the shape of `logins`; tokens are asked for at each refresh only.
 *
 * @param {any} logins
 */
export function checkLogins(logins) {
  if (logins === undefined || logins === null) return;
  if (typeof logins !== "object" || Array.isArray(logins)) {
    throw fieldError("INVALID_OPTION", "options.logins", "must map provider names to tokens or functions");
  }
  for (const [provider, login] of Object.entries(logins)) {
    if (typeof login !== "function") text(login, `options.logins["${provider}"]`);
  }
}

/**
 * @param {unknown} value
 * @param {string} field
 */
function text(value, field) {
  if (typeof value !== "string" || !value) throw fieldError("INVALID_OPTION", field, "must be a non-empty string");
}
