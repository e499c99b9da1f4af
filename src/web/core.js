// @ts-check
// The handle of one client, made when the WebAssembly is there.
import { Handle } from "../../pkg/wasm/sigfetch.js";
import { text } from "./check.js";
import { SigFetchError, fieldError } from "./error.js";
import { checkFlow } from "./flow-option.js";
import * as op from "./operation.js";
import { checkKinds } from "./options.js";
import { readPolicy } from "./retry.js";
import { encodeShort } from "./short-text.js";
import { values } from "./values.js";

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
