// What a runtime without WebSockets is told.
import { createClient } from "./src/entry.js";

const { options, url } = JSON.parse(process.env.TASK);
const client = createClient({ ...options, realtime: () => import("sigfetch/realtime") });
const room = client.events(url).channel("default/room");
const ends = [room.subscribe().ready(), room.publish("x", { transport: "socket" }), room.subscribe().next()];
const told = await Promise.allSettled(ends);
console.log(
  JSON.stringify(told.map(({ reason: { name, code, message, advice } = {} }) => ({ name, code, message, advice }))),
);
