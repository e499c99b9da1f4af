// A running judge for one test file: ministack, credentials of a guest and of a user, and a way to send it signed requests.

import assert from "node:assert/strict";

import { guestCredentials, userCredentials } from "./credentials.mjs";
import { send } from "./http.mjs";
import { startMinistack } from "./ministack.mjs";
import { requestsByService } from "./requests.mjs";
import { sign } from "./signer.mjs";

/** Where the page would be from: sent along, as a browser does, because CORS answers depend on it. */
export const ORIGIN = { origin: "http://localhost:8080" };

export async function openJudge() {
  const { config, stop } = await startMinistack();
  try {
    const [guest, user] = await Promise.all([guestCredentials(config), userCredentials(config)]);
    return {
      config,
      guest,
      user,
      requests: requestsByService(config),
      signedSend: signedSender(config.region, guest),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function signedSender(region, guest) {
  /** Signs as a guest unless told otherwise, lets `change` alter what is sent, and sends. */
  return async (service, request, { change, credentials = guest, date } = {}) => {
    const headers = await sign(request, { service, region, credentials, date });
    const outgoing = { ...request, headers: { ...headers, ...ORIGIN } };
    return send({ ...outgoing, ...change?.(outgoing) });
  };
}

/** Another text of the same length: its last letter or digit becomes a `1` (valid in a percent escape), or a `2`. */
export const oneCharacterOff = (text) =>
  text.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (last) => (last === "1" ? "2" : "1"));

/** A change for `signedSend`: one character of one header. */
export const changeHeader =
  (name) =>
  ({ headers }) => ({
    headers: { ...headers, [name]: oneCharacterOff(headers[name]) },
  });

/** Refused, and for the signature's sake. */
export function assertRefused(answer, what) {
  assert.ok([400, 403].includes(answer.status), `${what} was answered with ${answer.status}: ${answer.text}`);
  assert.match(`${answer.text} ${answer.headers["x-amzn-errortype"]}`, /signature/i, what);
}
