// @ts-check
// Who somebody is to Cognito, asked anew at each round: a guest, the owner of some logins, or whom the developer's own
// backend names.
import { claimsOf } from "./claims.js";
import { fieldError } from "./error.js";

/** @import { DeveloperIdentity, IdentityFunction, Logins, LoginsFunction } from "./api.js" */
/** @typedef {{ logins: [string, string][], identityId?: string }} Who */

/**
 * @param {Logins | LoginsFunction | IdentityFunction | undefined} source
 * @param {string} field
 * @returns {Promise<Who>}
 */
export async function askWho(source, field) {
  const given = typeof source === "function" ? await call(source, field) : source;
  if (given === undefined || given === null) return { logins: [] };
  if (typeof given !== "object" || Array.isArray(given)) throw failed(field, "gave no logins");
  if (!("identityId" in given)) return { logins: await tokensOf(given, field) };
  const { identityId } = given;
  if (typeof identityId !== "string" || !identityId) throw failed(field, "gave no identityId: a non-empty string");
  const logins = await tokensOf(loginsOf(given, field), field);
  if (!logins.length) throw failed(field, "gave neither token nor logins");
  return { logins, identityId };
}

/**
 * @param {string} field
 * @param {string} what
 * @param {unknown} [cause]
 */
const failed = (field, what, cause) => fieldError("LOGINS_FAILED", field, what, cause);

/**
 * @param {() => any} asked
 * @param {string} field
 */
async function call(asked, field) {
  try {
    return await asked();
  } catch (cause) {
    throw failed(field, "threw or rejected", cause);
  }
}

/**
 * The logins of a developer's user. The name of their provider differs between regions, and the token tells it.
 *
 * @param {any} given
 * @param {string} field
 */
function loginsOf({ token, logins }, field) {
  if (token === undefined) return logins ?? {};
  try {
    return { [claimsOf(token).iss.replace(/^https:\/\//, "")]: token };
  } catch (cause) {
    throw failed(field, "gave a token without an issuer (iss)");
  }
}

/**
 * @param {Logins} logins
 * @param {string} field
 * @returns {Promise<[string, string][]>}
 */
async function tokensOf(logins, field) {
  const asked = Object.entries(logins).map(async ([provider, login]) => {
    const entry = `${field}["${provider}"]`;
    const token = typeof login === "function" ? await call(login, entry) : login;
    if (typeof token !== "string" || !token) throw failed(entry, "gave no token: a non-empty string");
    return /** @type {[string, string]} */ ([provider, token]);
  });
  const tokens = await Promise.all(asked);
  checkProviders(Object.keys(logins));
  return tokens;
}

/**
 * Checks the names of providers against what Cognito takes (service model: at most 10, of 1 to 128 characters).
 *
 * @param {string[]} names
 */
function checkProviders(names) {
  const refuse = (/** @type {string} */ what) => {
    throw fieldError("INVALID_OPTION", "options.logins", what);
  };
  if (names.length > 10) refuse("takes at most ten providers");
  if (names.some((name) => name.includes("://"))) refuse("takes names without https://");
  if (names.some((name) => !/^.{1,128}$/s.test(name))) refuse("takes names of 1 to 128 characters");
}
