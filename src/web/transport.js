// @ts-check
// Sending and waiting.

/**
 * The redirect mode of whoever must not be led elsewhere. Cloudflare Workers have no "error", and need none: with their
 * "manual" the redirect itself is the answer.
 */
export const NO_REDIRECT = /^Cloudflare/.test(globalThis.navigator?.userAgent) ? "manual" : "error";

/**
 * `AbortSignal.any`, which Next's edge runtime has not.
 *
 * @param {AbortSignal[]} signals
 */
export function anyOf(...signals) {
  const abort = new AbortController();
  for (const signal of signals) {
    const follow = () => abort.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow);
  }
  return abort.signal;
}

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What the handle wants to know of an answer: status, error type, request id and the body laid flat.
 *
 * @param {Response} response
 * @param {string} body
 */
export const reply = (response, body) => [
  response.status,
  response.headers.get("x-amzn-errortype"),
  response.headers.get("x-amzn-requestid"),
  flat(body),
];

/**
 * Lays a JSON document flat, as `Document` in `message.rs` reads it; XML by the names of its innermost elements.
 *
 * @param {string} body
 */
function flat(body) {
  const line = (/** @type {string} */ path, /** @type {unknown} */ value) =>
    typeof value === "string" || typeof value === "number"
      ? `\x02${[typeof value === "number" ? `${path}#` : path, value].map((part) => String(part).replace(/[\0-\x02]/g, "")).join("\x01")}`
      : "";
  /** @type {(path: string, value: unknown) => string} */
  const lay = (path, value) =>
    value && typeof value === "object"
      ? Object.entries(value)
          .map(([name, item]) => lay(path ? `${path}.${name}` : name, item))
          .join("")
      : line(path, value);
  try {
    return lay("", JSON.parse(body));
  } catch {
    return [...body.matchAll(/<(\w+)>([^<]*)<\//g)].map(([, name, text]) => line(name, text)).join("");
  }
}

/**
 * Waits for `work`, but no longer than `signal` allows. What others share goes on.
 *
 * @template T
 * @param {AbortSignal} signal
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export function until(signal, work) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
