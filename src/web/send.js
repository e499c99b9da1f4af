// @ts-check
// One call of an AWS service: signed, sent and, where the handle says so, healed and sent again.
import { attempt, end } from "./attempt.js";
import * as op from "./operation.js";
import { sign } from "./sign.js";
import { peek, place, random, reply, sleep } from "./transport.js";

/** @import { Attempt } from "./attempt.js" */
/** @import { Core } from "./core.js" */
/** @import { Emit } from "./events.js" */
/** @import { CapturedRequest } from "./request.js" */
/** @import { Session } from "./session.js" */

/**
 * Sends a request until it is answered or the handle calls it enough. The caller gets what came of the last attempt.
 *
 * @param {{ core: Core, session: Session, emit: Emit, check: () => void }} client
 * @param {CapturedRequest} captured
 * @param {boolean} [isRead] Whether it only reads, whatever its method says.
 * @param {Attempt} [first] The first attempt, where it was made already.
 * @param {number} [began] When that was, in steady time.
 * @returns {Promise<Response>}
 */
export async function send({ core, session, emit, check }, captured, isRead, first, began = performance.now()) {
  const { method, url, policy, signal } = captured;
  const told = { method, url: place(url) };
  for (let made = 1, healed = "", next = first; ; made += 1) {
    const outcome = next ?? (await attempt(await sign(core, session, captured, check), captured, made, emit));
    next = undefined;
    if (outcome.isOver) return end(outcome);

    const { signed, response } = outcome;
    const key = keyOf(signed);
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
      made,
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
    emit("retry", { ...told, attempt: made + 1, reason: /** @type {any} */ (reason), waitMs: +wait });
    response?.body?.cancel().catch(() => {});
    if (+wait) await sleep(+wait, signal);
    signal.throwIfAborted();
  }
}

/**
 * The access key id that signed.
 *
 * @param {Request} request
 */
const keyOf = ({ headers }) => /Credential=([^/]+)/.exec(headers.get("authorization") ?? "")?.[1];
