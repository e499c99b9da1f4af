import { call } from "./call.js";
import { createClient } from "./entry.js";

globalThis.result = call(createClient, globalThis.task);
