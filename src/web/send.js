// @ts-check
// One call of an AWS service: signed, sent and, where the handle says so, healed and sent again.
import * as op from "./operation.js";
import { sign } from "./sign.js";
import { peek, place, random, reply, sleep } from "./transport.js";

/** @import { Core } from "./core.js" */
/** @import { Emit } from "./events.js" */
/** @import { CapturedRequest } from "./request.js" */
/** @import { Session } from "./session.js" */

/** What came of an attempt: an answer, or why there is none. @typedef {{ response?: Response, error?: unknown }} Outcome */

/**
 * Sends a request until it is answered or the handle calls it enough. The caller gets what came of the last attempt.
 *
 * @param {{ core: Core, session: Session, emit: Emit, check: () => void }} client
 * @param {CapturedRequest} captured
 * @param {boolean} [isRead] Whether it only reads, whatever its method says.
 * @returns {Promise<Response>}
 */
export async function send({ core, session, emit, check }, captured, isRead) {
  const { method, url, policy, signal } = captured;
  const told = { method, url: place(url) };
  const began = performance.now();
  for (let attempt = 1, healed = ""; ; attempt += 1) {
    const signed = await sign(core, session, captured, check);
    const key = keyOf(signed);
    const sent = performance.now();
    const outcome = await attemptOf(signed);
    const { response } = outcome;
    const durationMs = Math.round(performance.now() - sent);
    emit("request", { ...told, attempt, durationMs, ...(response?.status && { status: response.status }) });
    if (response && isRedirect(response)) {
      if (captured.redirect === "manual") return response;
      throw new TypeError("The answer is a redirect. It is not followed: it would carry credentials elsewhere.");
    }
    if (signal.aborted) return end(outcome);

    const evidence = response ? reply(response, await peek(response)) : [0];
    const verdict = core.run(
      op.JUDGE,
      Date.now(),
      random(),
      key,
      signed.headers.get("x-amz-date"),
      isRead ? "GET" : method,
      1,
      policy[0],
      policy[1],
      attempt,
      Math.trunc(performance.now() - began),
      healed,
      ...evidence,
    );
    session.tellClock();
    if (!verdict) return end(outcome);
    const [wait, reason, nowHealed, renew] = verdict.split("\0");
    if (renew) {
      const isNew = await session.replace(key);
      check();
      if (!isNew) return end(outcome);
    }
    healed = nowHealed;
    emit("retry", { ...told, attempt: attempt + 1, reason: /** @type {any} */ (reason), waitMs: +wait });
    response?.body?.cancel().catch(() => {});
    if (+wait) await sleep(+wait, signal);
    signal.throwIfAborted();
  }
}

/**
 * @param {Request} request
 * @returns {Promise<Outcome>}
 */
const attemptOf = (request) =>
  fetch(request).then(
    (response) => ({ response }),
    (error) => ({ error }),
  );

/**
 * Browsers hide what a redirect says; other platforms do not.
 *
 * @param {Response} response
 */
const isRedirect = ({ type, status }) => type === "opaqueredirect" || /^30[12378]$/.test(String(status));

/** @param {Outcome} outcome */
function end({ response, error }) {
  if (response) return response;
  throw error;
}

/**
 * The access key id that signed.
 *
 * @param {Request} request
 */
const keyOf = ({ headers }) => /Credential=([^/]+)/.exec(headers.get("authorization") ?? "")?.[1];
