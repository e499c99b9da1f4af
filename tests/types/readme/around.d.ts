// What stands around the README's examples: the page that they are pasted into. Each is compiled by itself.
import type { Client } from "sigfetch";

declare global {
  const createClient: (typeof import("sigfetch"))["createClient"];
  const aws: Client;
  const url: string;
  const session: { idToken(): Promise<string>; signInAgain(): Promise<void> };
  function createApi(options: { fetch: typeof fetch }): unknown;
}
