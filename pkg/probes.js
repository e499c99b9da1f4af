// @ts-check
// What can be found out of a failed call without changing anything: GET, HEAD and OPTIONS towards an API, and STS's
// GetCallerIdentity.

/** @import * as Api from "./api.js" */

/** Milliseconds that one question may take. */
const PATIENCE = 5_000;

/** Whether a host answers a request without credentials, whatever CORS lets the page read. */
export async function answers(/** @type {string} */ url) {
  try {
    const init = /** @type {RequestInit} */ ({ method: "HEAD", mode: "no-cors", credentials: "omit" });
    // At the root: a path or query may say more than a question should.
    await fetch(new URL("/", url), { ...init, signal: AbortSignal.timeout(PATIENCE) });
    return true;
  } catch {
    return false;
  }
}

/** Whether OPTIONS is answered without a refusal; undefined if the page may not read the answer. */
export async function answersOptions(/** @type {string} */ url) {
  try {
    const init = /** @type {RequestInit} */ ({ method: "OPTIONS", credentials: "omit" });
    return (await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) })).ok;
  } catch {
    return undefined;
  }
}

/**
 * Whether the page may read what is answered to a GET that needs the same preflight as a signed one. What stands in the
 * place of a signature is none.
 */
export async function isReadable(/** @type {string} */ url) {
  const headers = { authorization: "probe", "x-amz-date": "probe", "x-amz-security-token": "probe" };
  try {
    await fetch(url, { headers, credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Adds to evidence what can be found out.
 *
 * @param {Api.Client} client
 * @param {Api.Evidence & { context: Api.EvidenceContext }} evidence
 */
export async function findOut(client, { status, context }) {
  const isHidden = status === undefined && context.scriptSaw !== undefined;
  const url = /** @type {string | undefined} */ (context.url);
  await Promise.all([
    client.whoami().then(
      ({ role, account }) => Object.assign(context, { role, account }),
      () => {},
    ),
    isHidden && url && answers(url).then((serverAnswers) => Object.assign(context, { serverAnswers })),
    // That OPTIONS is answered says nothing of the headers that a preflight asks for.
    isHidden &&
      url &&
      answersOptions(url).then((isGood) => Object.assign(context, isGood === false && { preflightPasses: false })),
  ]);
}
