// A web worker or a service worker; both are told by a message what to call, and answer with one. Import maps are for
// pages, so the entries are named by their paths.
import { call } from "./src/call.js";
import { createClient } from "./src/entry.js";

addEventListener("message", (event) => {
  const sender = event.source ?? globalThis;
  const answered = call(createClient, event.data).then((result) => sender.postMessage(result));
  event.waitUntil?.(answered);
});
