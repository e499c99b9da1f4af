// @ts-check
// Everything in one file, for where nothing can be imported later: service workers.
import { clientFactory } from "./client.js";
import { inflate } from "./inflate.js";
import whole from "./wasm/inline.js";
import * as part from "./whole.js";

export const createClient = clientFactory({ part: () => part, module: () => inflate(whole) });
export { SigFetchError } from "./client.js";
