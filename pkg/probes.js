// @ts-check
// What can be found out by asking. What to ask, and what an answer means, the WebAssembly says.

/** @import * as Api from "./api.js" */

/**
 * A request of which only counts whether the page gets an answer.
 *
 * @typedef {{ name: string, url: string } & RequestInit} Question
 */

/** Milliseconds that one question may take. */
const PATIENCE = 5_000;

/**
 * The status of an answer, 0 if the page may not read it; null if it gets none.
 *
 * @param {Question} question
 */
export async function ask({ name, url, ...init }) {
  try {
    const { status } = await fetch(url, { ...init, credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
    return { status };
  } catch {
    return null;
  }
}

/**
 * Finds out all that is asked. What cannot be found out is missing.
 *
 * @param {Api.Client} client
 * @param {Api.ClientOptions} options
 * @param {{ caller: boolean, identityId?: string, requests: Question[] }} questions
 */
export async function findOut(client, options, { caller, identityId, requests }) {
  /** @type {Record<string, unknown>} */
  const found = {};
  const note = (/** @type {string} */ name, /** @type {Promise<unknown>} */ work) =>
    work.then(
      (answer) => {
        found[name] = answer;
      },
      () => {},
    );
  await Promise.all([
    caller && note("caller", client.whoami()),
    identityId && note("issued", issues(client, options, identityId)),
    ...requests.map((request) => note(request.name, ask(request))),
  ]);
  return found;
}

/**
 * Whether credentials are issued for an identity that is known already: by another client, which is told the identity
 * and so never asks for one.
 *
 * @param {Api.Client} client
 * @param {Api.ClientOptions} options
 * @param {string} identityId
 */
async function issues(client, options, identityId) {
  const logins = /** @type {any} */ (typeof options.logins === "function" ? await options.logins() : options.logins);
  // Whoever names identities already is asked as for every refresh.
  const identity = options.identity ?? (async () => ({ identityId, logins }));
  const Client = /** @type {any} */ (client.constructor);
  const alone = { logins: undefined, explain: undefined, rememberIdentity: undefined, shareBetweenTabs: undefined };
  const other = new Client({ ...options, ...alone, identity, retry: false }, () => {});
  try {
    await other.credentials();
    return { outcome: true };
  } catch (error) {
    // Anything but a refusal says nothing.
    return { outcome: /** @type {any} */ (error).serviceError ? false : undefined };
  } finally {
    other.close();
  }
}
