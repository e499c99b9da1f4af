// The package as the examples get it when they run: its clients know where the local AWS is, and are kept, so
// that the test can see that they work.
import { SigFetchError, createClient as create } from "/pkg/index.js";

export { SigFetchError };
export const clients = [];

export function createClient(options) {
  const endpoints = [...(options.endpoints ?? []), ...globalThis.local.endpoints];
  // Not literals: the bundler of the examples is to leave them alone.
  const [explanations, connections] = ["/pkg/explain.js", "/pkg/realtime.js"];
  const parts = { explain: () => import(explanations), realtime: () => import(connections) };
  const client = create({ ...parts, ...options, endpoints });
  clients.push(client);
  return client;
}
