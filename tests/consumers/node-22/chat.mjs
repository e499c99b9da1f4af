// A guest and a user who talk through AppSync Events in a runtime that has no page, and lose their sockets in between.
import { createClient } from "./src/entry.js";

const { options, logins, url, faults } = JSON.parse(process.env.TASK);

const realtime = () => import("sigfetch/realtime");
const clients = [createClient({ ...options, realtime }), createClient({ ...options, logins, realtime })];

/** Joins the room, and takes down what is heard there. */
async function join(client) {
  const room = client.events(url).channel("default/room");
  const heard = { messages: [], gaps: 0, states: [] };
  client.addEventListener("realtime", ({ detail }) => heard.states.push(detail.reason ?? detail.state));
  const subscription = room.subscribe({ onGap: () => void (heard.gaps += 1) });
  heard.end = subscription.forEach((message) => void heard.messages.push(message));
  await subscription.ready();
  return { room, subscription, heard };
}

/** Waits until something is so: what is waited for happens on the server. */
async function until(isSo) {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 20_000) throw new Error(`never so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const [guest, user] = await Promise.all(clients.map(join));
const all = [guest, user];
await guest.room.publish({ text: "kettle ☕ <b>" });
await user.room.publish("over the socket", { transport: "socket" });
await until(() => all.every(({ heard }) => heard.messages.length === 2));

const headers = { "content-type": "application/json" };
await fetch(faults, { method: "POST", headers, body: JSON.stringify({ realtime: { drop: {} } }) });
await until(() => all.every(({ heard }) => heard.gaps === 1));
await user.room.publish([1, 2, 3, 4, 5, 6]);
await until(() => all.every(({ heard }) => heard.messages.length === 8));

for (const { subscription } of all) subscription.unsubscribe();
await Promise.all(all.map(({ heard }) => heard.end));
// The sockets close with the clients, and nothing keeps the process from ending.
for (const client of clients) client.close();
const result = all.map(({ heard: { messages, gaps, states } }) => ({ messages, gaps, states }));
console.log(JSON.stringify({ version: process.version, result }));
