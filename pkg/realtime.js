// @ts-check
// The entry of lasting connections: subscriptions, and publishes over sockets. It has a WebAssembly module of its own,
// inside, as the default entry has its.
import { connecting } from "./subscriptions.js";
import { inflate } from "./inflate.js";
import deflated from "./wasm/realtime-inline.js";

export const connect = connecting(() => inflate(deflated));
