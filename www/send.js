// Sends a call with the contents of its fields.
import { ofGraphql, ofResponse, outcomeOf } from "./outcome.js";

/** The request line of a call, as shown: method and address. */
export function requestLine(call, address, fields) {
  if (call.kind === "whoami") return "POST GetCallerIdentity";
  return call.kind === "rest" ? `${call.method} ${restUrl(address, fields)}` : `POST ${address}`;
}

/** Sends a call and returns its outcome, see `outcomeOf`. */
export const send = (client, call, address, fields) =>
  outcomeOf(() => senders[call.kind](client, call, address, fields));

const senders = {
  async whoami(client) {
    return { tone: "good", status: "OK", body: await client.whoami() };
  },

  async rest(client, { method }, address, fields) {
    const init = { method };
    if (fields.body !== undefined) {
      init.body = fields.body;
      init.headers = { "content-type": "application/json" };
    }
    return ofResponse(await client.signedFetch(restUrl(address, fields), init));
  },

  async graphql(client, call, address, { query, variables }) {
    return ofGraphql(await client.graphql(address, { query, variables: variables && JSON.parse(variables) }));
  },
};

const restUrl = (address, { path }) => new URL(address + path).href;
