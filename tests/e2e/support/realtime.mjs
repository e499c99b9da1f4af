// Subscriptions as the tests beside this file follow them: in a page that has a client with lasting connections.

/**
 * Makes `follow(client, subscribe)` known to a page: it subscribes, takes down what comes, and gives that record once
 * the subscription is acknowledged. `live(options)` makes a client with lasting connections.
 */
export function installFollow() {
  globalThis.live = ({ createClient }, options) => {
    const client = createClient({ ...options, realtime: () => import("/pkg/realtime.js") });
    client.states = [];
    client.addEventListener("realtime", ({ detail }) => client.states.push(detail));
    client.gaps = [];
    client.addEventListener("gap", ({ detail }) => client.gaps.push(detail));
    return client;
  };
  globalThis.follow = async (subscribe, init = {}) => {
    const record = { messages: [], gaps: [], end: undefined };
    record.subscription = subscribe({ onGap: (gap) => void record.gaps.push(gap), ...init });
    const taken = (message) => void record.messages.push(message);
    record.done = outcome(record.subscription.forEach(taken)).then((end) => (record.end = end));
    await record.subscription.ready();
    return record;
  };
  /** Waits until something is so: what a test waits for is an event in another page or on the server. */
  globalThis.until = async (isSo) => {
    for (let waited = 0; !isSo(); waited += 5) {
      if (waited > 20_000) throw new Error(`never so: ${isSo}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
}

/** Has pages of a setting know these functions. */
export async function prepare(page) {
  await page.addInitScript(installFollow);
  await page.reload();
}

/** How often the sockets of a service were asked for an operation. */
export async function asked(aws, service, operation) {
  const { calls } = await aws.stats();
  const outcomes = calls[service]?.[operation] ?? {};
  return Object.values(outcomes).reduce((sum, times) => sum + times, 0);
}
