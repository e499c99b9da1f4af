// @ts-check
// The entry of lasting connections where nothing is compiled at run time, as in Cloudflare Workers.
import { connecting } from "./subscriptions.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/realtime_bg.wasm";

export const connect = connecting(() => module);
