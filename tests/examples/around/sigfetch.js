// The package as the examples get it when they run: its clients know where the local AWS is, and are kept, so
// that the test can see that they work.
import { SigFetchError, createClient as create } from "/pkg/index.js";

export { SigFetchError };
export const clients = [];

export function createClient(options) {
  const endpoints = [...(options.endpoints ?? []), ...globalThis.local.endpoints];
  // Not a literal: the bundler of the examples is to leave it alone.
  const explanations = "/pkg/explain.js";
  const client = create({ explain: () => import(explanations), ...options, endpoints });
  clients.push(client);
  return client;
}
