// @ts-check
// Evidence of a call that failed: what came back, read off the platform's objects, and what the client knew, as JSON. The
// WebAssembly makes sense of it. It holds no credentials and no tokens, but claims of tokens.
import { kindOf } from "./body.js";

/** @import * as Api from "./api.js" */

/**
 * What the client kept of a call (`#keep` in client.js).
 *
 * @typedef {object} Known
 * @property {number} at
 * @property {string} [identityPoolId]
 * @property {string} [roleArn]
 * @property {boolean} isClassic
 * @property {string[]} [logins] Providers and claims of their tokens, in turn.
 * @property {Api.CredentialsDetail & { at: number }} [issued]
 * @property {Api.CallerIdentity} [caller]
 * @property {number} [clockOffset]
 * @property {{ url: string, method: string, attempts: number, signed?: string[], names: string[], payload?: string |
 *   Uint8Array | null }} [call]
 * @property {string[]} [texts] Canonical request and string to sign.
 */

/** More of a body says nothing more. */
const MOST = 64 * 1024;

/**
 * What came of a call, as JSON.
 *
 * @param {any} outcome A `Response`, which stays readable, what was thrown, or the result of a GraphQL operation.
 */
export async function evidenceOf(outcome) {
  if (kindOf(outcome) === "Response") {
    const { status } = outcome;
    return JSON.stringify({ status: status || undefined, headers: [...outcome.headers], body: await textOf(outcome) });
  }
  if (kindOf(outcome) === "Object" && ("data" in outcome || "errors" in outcome)) {
    return JSON.stringify({ status: 200, body: JSON.stringify(outcome) });
  }
  const { name, message = String(outcome), code, status, serviceError, requestId } = Object(outcome);
  return JSON.stringify({ error: { name, message, code, status, serviceError, requestId } });
}

/** @param {Response} response */
async function textOf(response) {
  if (response.bodyUsed || !response.body) return undefined;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.clone().body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MOST) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // It broke off: what has come is evidence.
  }
  // Not awaited: of two copies of a body the first one that is cancelled waits for the other.
  reader.cancel().catch(() => {});
  return text.slice(0, MOST);
}

/**
 * What the client knew, as JSON, with what else is known by now; empty if it knew nothing.
 *
 * @param {Known | undefined} known
 * @param {object} more
 */
export function knownOf(known, more) {
  if (!known) return "";
  const { issued, call, ...rest } = known;
  const { payload, ...sent } = call ?? {};
  const body = typeof payload === "string" ? payload : payload && new TextDecoder().decode(payload);
  return JSON.stringify({
    ...rest,
    ...more,
    issued: issued && { ...issued, ...(issued.outcome === "renewed" && { expiration: Number(issued.expiration) }) },
    call: call && { ...sent, body },
  });
}
