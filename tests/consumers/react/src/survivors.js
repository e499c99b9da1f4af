// What is left of clients, counted by the browser. Chromium has to run with `--js-flags=--expose-gc`.
import { createClient } from "./entry.js";

let clients = [];
let channels = [];

const { BroadcastChannel } = globalThis;
globalThis.BroadcastChannel = class extends BroadcastChannel {
  isOpen = true;

  constructor(name) {
    super(name);
    channels.push(new WeakRef(this));
  }

  close() {
    this.isOpen = false;
    super.close();
  }
};

/** Makes a client that is counted, and held by nobody but the caller. */
export function createCounted(options) {
  const client = createClient(options);
  clients.push(new WeakRef(client));
  return client;
}

/** Forgets what has been counted so far. */
export function restart() {
  clients = [];
  channels = [];
}

/** How many clients were made and channels opened, and how many of them and of locks are still there. */
export async function survivors() {
  for (let round = 0; round < 10; round += 1) {
    globalThis.gc();
    // What is called after a collection is called in a task of its own, and locks are released in another process.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { held, pending } = await navigator.locks.query();
  return {
    made: clients.length,
    clients: clients.filter((client) => client.deref()).length,
    opened: channels.length,
    channels: channels.filter((channel) => channel.deref()?.isOpen).length,
    locks: held.length + pending.length,
  };
}
