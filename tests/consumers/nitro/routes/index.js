import { defineEventHandler, readRawBody } from "h3";
import { call } from "../src/call.js";
import { createClient } from "../src/entry.js";

/** Makes the call that it is told to make. */
export default defineEventHandler(async (event) =>
  event.method === "POST" ? call(createClient, JSON.parse(await readRawBody(event))) : "ready",
);
