import { call } from "../../src/call.js";
import { createClient } from "../../src/entry.js";

export const runtime = "edge";

/** Makes the call on the server, in the runtime that compiles no WebAssembly. */
export const POST = async (request) => Response.json(await call(createClient, await request.json()));
