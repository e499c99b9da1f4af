import { createClient } from "./entry.js";
import { call } from "./call.js";

export default {
  fetch: async (request) => Response.json(await call(createClient, await request.json())),
};
