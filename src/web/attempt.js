// @ts-check
// One signed request on its way, and what came of it.
import { place } from "./transport.js";

/** @import { Emit } from "./events.js" */
/** @import { CapturedRequest } from "./request.js" */

/**
 * What came of an attempt: an answer, or why there is none. `isOver` says that nobody wants another one.
 *
 * @typedef {{ signed: Request, response?: Response, error?: unknown, isOver: boolean }} Attempt
 */

/**
 * Writes what a signature adds: `x-amz-date`, `authorization`, `x-amz-content-sha256`, `x-amz-security-token`.
 *
 * @param {Headers} headers
 * @param {string[]} added
 * @param {"set" | "append"} how
 */
export function write(headers, [date, authorization, sha256, token], how) {
  headers[how]("x-amz-date", date);
  headers[how]("authorization", authorization);
  if (sha256) headers[how]("x-amz-content-sha256", sha256);
  if (token) headers[how]("x-amz-security-token", token);
  return headers;
}

/**
 * Sends a signed request, once.
 *
 * @param {Request} signed
 * @param {CapturedRequest} captured
 * @param {number} attempt The first one is 1.
 * @param {Emit} emit
 * @returns {Promise<Attempt>}
 */
export async function attempt(signed, { method, url, signal, redirect }, attempt, emit) {
  const sent = performance.now();
  /** @type {{ response?: Response, error?: unknown }} */
  const { response, error } = await fetch(signed).then(
    (response) => ({ response }),
    (error) => ({ error }),
  );
  const durationMs = Math.round(performance.now() - sent);
  emit("request", {
    method,
    url: place(url),
    attempt,
    durationMs,
    ...(response?.status && { status: response.status }),
  });
  let isOver = signal.aborted;
  if (response && isRedirect(response)) {
    if (redirect !== "manual") {
      throw new TypeError("The answer is a redirect. It is not followed: it would carry credentials elsewhere.");
    }
    isOver = true;
  }
  return { signed, response, error, isOver };
}

/**
 * Browsers hide what a redirect says; other platforms do not.
 *
 * @param {Response} response
 */
const isRedirect = ({ type, status }) => type === "opaqueredirect" || /^30[12378]$/.test(String(status));

/**
 * Gives the caller what came of the last attempt.
 *
 * @param {Attempt} attempt
 */
export function end({ response, error }) {
  if (response) return response;
  throw error;
}
