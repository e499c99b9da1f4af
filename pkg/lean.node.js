// @ts-check
// The lean entry where `fetch` reads no files: Node, and bundles for it.
// @ts-ignore: the types of browsers, which the rest is checked with, know no files
import { readFile } from "node:fs/promises";
import { clientFactory } from "./client.js";

export const createClient = clientFactory(() => readFile(new URL("./wasm/sigfetch_bg.wasm", import.meta.url)));
export { SigFetchError } from "./client.js";
