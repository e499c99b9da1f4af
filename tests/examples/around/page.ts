// What stands around the examples: the page that they are pasted into. It is compiled with them, and what it
// declares is there when they run.
import { createClient } from "sigfetch";
import type { Client, EventChannel, Subscription } from "sigfetch";

interface Around {
  createClient: typeof createClient;
  /** The client of a user who is signed in. */
  aws: Client;
  /** Something that the user may read. */
  url: string;
  /** Whatever signs users in. */
  session: { idToken(): Promise<string>; signInAgain(): Promise<void> };
  /** A subscription, and a channel of events. */
  subscription: Subscription<unknown>;
  room: EventChannel;
  /** A library that is given its `fetch`. */
  createApi(options: { fetch: typeof fetch }): Promise<Response>;
}

declare global {
  const createClient: Around["createClient"];
  const aws: Around["aws"];
  const url: Around["url"];
  const session: Around["session"];
  const subscription: Around["subscription"];
  const room: Around["room"];
  const createApi: Around["createApi"];
  /** Put there by the test: real values of the local AWS. */
  var local: {
    identityPoolId: string;
    loginKey: string;
    url: string;
    idToken: string;
    graphql: string;
    events: string;
  };
}

const { identityPoolId, loginKey, url: readable, idToken, graphql, events } = globalThis.local;
const client = createClient({ identityPoolId, logins: { [loginKey]: idToken } });
const around: Around = {
  createClient,
  aws: client,
  url: readable,
  session: { idToken: async () => idToken, signInAgain: async () => {} },
  get subscription() {
    return client.subscribe(graphql, { query: "subscription { noteAdded { id } }" });
  },
  room: client.events(events).channel("default/room"),
  createApi: ({ fetch }) => fetch(readable),
};
Object.defineProperties(globalThis, Object.getOwnPropertyDescriptors(around));
