// @ts-check
// Sending and waiting.

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What the handle wants to know of an answer: status, error type, request id and body.
 *
 * @param {Response} response
 */
export const reply = async (response) => [
  response.status,
  response.headers.get("x-amzn-errortype"),
  response.headers.get("x-amzn-requestid"),
  await response.text(),
];

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
