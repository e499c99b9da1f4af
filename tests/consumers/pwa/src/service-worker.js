// The plugin registers what it builds of this as a classic script, in which nothing can be imported.
import { precacheAndRoute } from "workbox-precaching";
import { call } from "./call.js";
import { createClient } from "./entry.js";

precacheAndRoute(self.__WB_MANIFEST);

addEventListener("message", (event) => {
  event.waitUntil(call(createClient, event.data).then((result) => event.source.postMessage(result)));
});
