// @ts-check
// Sending and waiting.

/**
 * The redirect mode of whoever must not be led elsewhere. Cloudflare Workers have no "error", and need none: with their
 * "manual" the redirect itself is the answer.
 */
export const NO_REDIRECT = /^Cloudflare/.test(globalThis.navigator?.userAgent) ? "manual" : "error";

/**
 * `AbortSignal.any`, which Next's edge runtime has not. Where it is there, it also lets go of signals that outlive what
 * comes of them.
 *
 * @param {AbortSignal[]} signals
 */
export function anyOf(...signals) {
  if (AbortSignal.any) return AbortSignal.any(signals);
  const abort = new AbortController();
  for (const signal of signals) {
    const follow = () => abort.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow);
  }
  return abort.signal;
}

/** Chance, as the handle takes it. */
export const random = () => Math.trunc(Math.random() * 1e6);

/**
 * Waits; when `signal` aborts, no longer.
 *
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export const sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });

/**
 * A URL as it may be told: without its query, which may be a signature.
 *
 * @param {string} url
 */
export const place = (url) => url.replace(/[?#].*/s, "");

/**
 * When the server wrote an answer, in milliseconds; not a number if that is hidden or the answer has been in a cache.
 *
 * @param {Response} response
 */
export const dateOf = ({ headers }) => (headers.has("age") ? NaN : Date.parse(headers.get("date") ?? ""));

/** The most of a refusal that is read, in characters, and the longest that is waited for it, in milliseconds. */
const MOST = 65_536;
const PATIENCE = 2_000;

/**
 * The body of an answer as far as it can say why AWS refuses; the caller's own is left unread. A body that does not
 * end is read no further than it takes.
 *
 * @param {Response} response
 */
export async function peek(response) {
  const reader = /^40[013]$/.test(String(response.status)) && response.clone().body?.getReader();
  if (!reader) return "";
  const stop = () => reader.cancel().catch(() => {});
  const timer = setTimeout(stop, PATIENCE);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let piece; text.length < MOST && !(piece = await reader.read()).done;) {
      text += decoder.decode(piece.value, { stream: true });
    }
  } catch {
    // It broke off. The caller will meet it in the caller's own copy.
  }
  clearTimeout(timer);
  stop();
  return text;
}

/**
 * What the handle wants to know of an answer: status, error type, request id and the body laid flat, after the headers
 * that matter.
 *
 * @param {Response} response
 * @param {string} body
 */
export const reply = (response, body) => [
  response.status,
  response.headers.get("x-amzn-errortype"),
  response.headers.get("x-amzn-requestid"),
  [
    line(":date", dateOf(response)),
    line(":retry-after", response.headers.get("retry-after")),
    line(":retry-at", Date.parse(response.headers.get("retry-after") ?? "")),
    flat(body),
  ].join(""),
];

/**
 * One value of a flat document; nothing for what is neither text nor a number.
 *
 * @param {string} path
 * @param {unknown} value
 */
const line = (path, value) =>
  typeof value === "string" || typeof value === "number"
    ? `\x02${[typeof value === "number" ? `${path}#` : path, value].map((part) => String(part).replace(/[\0-\x02]/g, "")).join("\x01")}`
    : "";

/**
 * Lays a JSON document flat, as `Document` in `message.rs` reads it; XML by the names of its innermost elements.
 *
 * @param {string} body
 */
function flat(body) {
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
