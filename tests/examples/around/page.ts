// What stands around the examples: the page that they are pasted into. It is compiled with them, and what it
// declares is there when they run.
import { createClient } from "sigfetch";
import type { Client } from "sigfetch";

interface Around {
  createClient: typeof createClient;
  /** A guest's client. */
  aws: Client;
  /** Something that guests may read. */
  url: string;
  /** Whatever signs users in. */
  session: { idToken(): Promise<string>; signInAgain(): Promise<void> };
  /** A library that is given its `fetch`. */
  createApi(options: { fetch: typeof fetch }): Promise<Response>;
}

declare global {
  const createClient: Around["createClient"];
  const aws: Around["aws"];
  const url: Around["url"];
  const session: Around["session"];
  const createApi: Around["createApi"];
  /** Put there by the test: real values of the local AWS. */
  var local: { identityPoolId: string; url: string; idToken: string };
}

const { identityPoolId, url: readable, idToken } = globalThis.local;
const around: Around = {
  createClient,
  aws: createClient({ identityPoolId }),
  url: readable,
  session: { idToken: async () => idToken, signInAgain: async () => {} },
  createApi: ({ fetch }) => fetch(readable),
};
Object.assign(globalThis, around);
