// @ts-check
// The entry of lasting connections in Vercel's edge runtime and in what Nitro builds.
import { connecting } from "./subscriptions.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/realtime_bg.wasm?module";

export const connect = connecting(() => module);
