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
  // What an example says of the parts is for bundlers.
  const client = create({ ...options, ...parts, endpoints });
  clients.push(client);
  const { subscribe, events } = client;
  const channelOf = (endpoint) => (name) => {
    const channel = events(endpoint).channel(name);
    return { ...channel, subscribe: (...given) => ending(channel.subscribe(...given)) };
  };
  return Object.assign(client, {
    subscribe: (...given) => ending(subscribe(...given)),
    events: (endpoint) => ({ channel: channelOf(endpoint) }),
  });
}

/** A subscription that ends once it is acknowledged, because programs wait for the end. */
function ending(subscription) {
  subscription.ready().then(
    () => setTimeout(subscription.unsubscribe),
    () => {},
  );
  return subscription;
}
