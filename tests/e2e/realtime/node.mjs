// A visit of Events from Node, as its own program: `node.test.mjs` starts it with and without WebSockets.
import dns from "node:dns";

// The local AWS tells its services apart by names below `localhost`, which Node does not look up by itself.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);

const { createClient } = await import("../../../pkg/index.js");
const { options, url } = JSON.parse(process.argv[2]);
const aws = createClient({ ...options, realtime: () => import("../../../pkg/realtime.js") });
const room = aws.events(url).channel("default/node");
try {
  const subscription = room.subscribe();
  await subscription.ready();
  for (const transport of ["http", "socket"]) await room.publish([transport], { transport });
  const messages = [];
  for await (const message of subscription) if (messages.push(message) === 2) break;
  console.log(JSON.stringify({ messages }));
} catch ({ name, code, message, retryable }) {
  console.log(JSON.stringify({ name, code, message, retryable }));
}
