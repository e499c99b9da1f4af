// @ts-check
// One request to Cognito or STS.
import { NO_REDIRECT, anyOf, dateOf, place, reply } from "./transport.js";

/** @import { Emit } from "./events.js" */
/**
 * What came of a request: the reply as the handle takes it; and if one came that says when it was written, that, and
 * when the request was sent and the reply received.
 *
 * @typedef {{ answer: any[], dated?: number[] }} Asked
 */

/**
 * Sends a request as the handle's `REQUEST` writes it. It never rejects.
 *
 * @param {string} request URL, target and body with NULs between them
 * @param {number} attempt
 * @param {number | undefined} timeoutMs
 * @param {AbortSignal} signal
 * @param {Emit} emit
 * @returns {Promise<Asked>}
 */
export async function ask(request, attempt, timeoutMs = 10_000, signal, emit) {
  const [url, target, body] = request.split("\0");
  const timeout = AbortSignal.timeout(timeoutMs);
  const [sent, began] = [Date.now(), performance.now()];
  let status, dated, answer;
  try {
    const response = await fetch(url, {
      method: "POST",
      // STS speaks forms, and sends no preflight's worth of headers back and forth.
      headers: {
        "content-type": target ? "application/x-amz-json-1.1" : "application/x-www-form-urlencoded",
        ...(target && { "x-amz-target": target }),
      },
      body,
      credentials: "omit",
      redirect: NO_REDIRECT,
      signal: anyOf(timeout, signal),
    });
    status = response.status;
    const date = dateOf(response);
    if (date) dated = [date, sent, Date.now()];
    answer = reply(response, await response.text());
  } catch {
    answer = [timeout.aborted ? 1 : 0];
  }
  const durationMs = Math.round(performance.now() - began);
  emit("request", { method: "POST", url: place(url), attempt, durationMs, ...(status && { status }) });
  return { answer, dated };
}
