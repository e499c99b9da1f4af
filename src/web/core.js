// @ts-check
// The handle of one client, made when the WebAssembly is there.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { text } from "./check.js";
import { SigFetchError, fieldError } from "./error.js";
import { checkFlow, checkWho } from "./identity-options.js";
import * as op from "./operation.js";
import { readPolicy } from "./retry.js";

/** @import { ClientOptions } from "./api.js" */

/**
 * Runs an operation of the handle; its refusals become errors. What comes back is text, several values with NULs
 * between them.
 *
 * @typedef {(operation: number, ...values: unknown[]) => string} Run
 */
/**
 * @typedef {object} Core
 * @property {Run} run
 * @property {(operation: number, values: string) => string} call The same with values that are one text already.
 * @property {(values: string) => string[] | undefined} sign What the headers to add say: `x-amz-date`, `authorization`,
 * `x-amz-content-sha256`, `x-amz-security-token`, and whether the credentials are to be renewed in the background.
 * Nothing if there have to be credentials first.
 * @property {string} token The session token that signed last.
 * @property {(body: Uint8Array | string) => string} hash The hash of a body; a text is short.
 */

const PIECE = 65_536;

/** Several values in one text. */
export const values = (/** @type {unknown[]} */ ...values) =>
  values.map((value) => String(value ?? "").replaceAll("\0", "")).join("\0");

/** So many characters are a short text. */
export const SHORT = 2 ** 15;

const encoder = new TextEncoder();

/**
 * Where short texts are encoded, always the same: to make room for one takes longer than to write it.
 *
 * @type {Uint8Array<ArrayBuffer> | undefined}
 */
let scratch;

/** The bytes of a short text, until the next one is encoded. */
export function encodeShort(/** @type {string} */ text) {
  scratch ??= new Uint8Array(3 * SHORT);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

/**
 * Makes the core of a client with these options.
 *
 * @param {ClientOptions} options
 * @returns {Core}
 */
export function makeCore(options) {
  const handle = new Handle();
  /** @type {Core["call"]} */
  const call = (operation, values) => {
    const answer = handle.run(operation, values);
    if (!answer.startsWith("\x01\0")) return answer;
    const [, code, advice, retryable, field, status, serviceError, requestId, ...message] = answer.split("\0");
    throw new SigFetchError({
      code: /** @type {any} */ (code),
      message: message.join(),
      advice,
      retryable: !!retryable,
      ...(field && { field }),
      ...(status && { status: +status }),
      ...(serviceError && { serviceError }),
      ...(requestId && { requestId }),
    });
  };
  /** @type {Run} */
  const run = (operation, ...given) => call(operation, values(...given));
  checkKinds(options);
  options.endpoints?.forEach(({ url, service, region, signAs }, index) => {
    const field = (/** @type {string} */ name) => `options.endpoints[${index}].${name}`;
    text(service, field("service"));
    if (region !== undefined) text(region, field("region"));
    if (signAs !== undefined) text(signAs, field("signAs"));
    if (!URL.canParse(url)) throw fieldError("INVALID_OPTION", field("url"), "must be an absolute URL");
    run(op.DECLARE, index, new URL(url).href, service, region, signAs);
  });
  run(op.CONFIGURE, options.identityPoolId, options.region, options.roleArn);
  options.allow?.forEach((host, index) => text(host, `options.allow[${index}]`));
  if (options.allow) run(op.ALLOW, ...options.allow);
  const flow = checkFlow(options);
  if (flow) run(op.CLASSIC_FLOW, ...flow);
  run(op.GRANT, ...readPolicy(options.retry, "options.retry", fieldError.bind(undefined, "INVALID_OPTION")));
  return {
    run,
    call,
    token: "",
    sign(values) {
      const answer = call(op.SIGN, values);
      if (!answer) return undefined;
      const added = answer.split("\0");
      // A thousand characters that rarely change cross the border once.
      if (added[3] === "=") added[3] = this.token;
      else this.token = added[3];
      return added;
    },
    hash(body) {
      if (typeof body === "string") body = encodeShort(body);
      let at = 0;
      for (; at + PIECE < body.length; at += PIECE) handle.hash(body.subarray(at, at + PIECE), false);
      return handle.hash(body.subarray(at), true);
    },
  };
}

/**
 * Checks what can be checked without the handle.
 *
 * @param {any} options
 */
export function checkKinds(options) {
  const invalid = (/** @type {string} */ name, /** @type {string} */ what) => {
    throw fieldError("INVALID_OPTION", `options.${name}`, what);
  };
  if (!options || typeof options !== "object") throw fieldError("INVALID_OPTION", "options", "must be an object");
  const { identityPoolId, credentials, region, endpoints, allow, timeoutMs } = options;
  if (identityPoolId === undefined && !credentials) invalid("identityPoolId", "or options.credentials is needed");
  if (identityPoolId !== undefined) text(identityPoolId, "options.identityPoolId");
  if (identityPoolId !== undefined && credentials)
    invalid("credentials", "and options.identityPoolId exclude each other");
  if (credentials && !/object|function/.test(typeof credentials))
    invalid("credentials", "must be an object or a function");
  if (region !== undefined) text(region, "options.region");
  for (const [name, list] of Object.entries({ endpoints, allow })) {
    if (list !== undefined && !Array.isArray(list)) invalid(name, "must be an array");
  }
  if (timeoutMs !== undefined && !(timeoutMs >= 1 && timeoutMs < 2 ** 31))
    invalid("timeoutMs", "must be milliseconds, 1 or more");
  checkWho(options);
}
