// @ts-check
// The options that say who somebody is to Cognito. Their kinds are checked here; what they say, by the handle.
import { text } from "./check.js";
import { fieldError } from "./error.js";

/**
 * @param {string} name
 * @param {string} what
 */
const invalid = (name, what) => fieldError("INVALID_OPTION", `options.${name}`, what);

/**
 * Checks `logins`, `identity` and what goes with an identity pool only.
 *
 * @param {any} options
 */
export function checkWho(options) {
  const { credentials, logins, identity, roleArn, classicFlow, rememberIdentity: store, shareBetweenTabs } = options;
  checkLogins(logins);
  for (const name of ["logins", "identity", "roleArn", "classicFlow", "rememberIdentity", "shareBetweenTabs"]) {
    if (options[name] && credentials) throw invalid(name, "goes with identityPoolId, not with credentials");
  }
  if (identity && typeof identity !== "function") throw invalid("identity", "must be a function");
  if (identity && logins) throw invalid("identity", "and options.logins exclude each other");
  if (roleArn !== undefined) text(roleArn, "options.roleArn");
  if (roleArn && classicFlow) throw invalid("roleArn", "and options.classicFlow exclude each other");
  if (store && store !== true && !["getItem", "setItem", "removeItem"].every((name) => name in Object(store))) {
    throw invalid("rememberIdentity", "must be a boolean or have getItem, setItem and removeItem");
  }
  if (!/^(undefined|boolean)$/.test(typeof shareBetweenTabs)) throw invalid("shareBetweenTabs", "must be a boolean");
}

/**
 * Checks the shape of `logins`; tokens are asked for at each round only.
 *
 * @param {any} logins
 */
export function checkLogins(logins) {
  if (logins === undefined || logins === null || typeof logins === "function") return;
  if (typeof logins !== "object" || Array.isArray(logins)) {
    throw invalid("logins", "must map names to tokens or functions, or be a function");
  }
  for (const [provider, login] of Object.entries(logins)) {
    if (typeof login !== "function") text(login, `options.logins["${provider}"]`);
  }
}
