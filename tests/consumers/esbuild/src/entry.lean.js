// esbuild moves no file that is named by `new URL`, but gives the address of one that is imported.
import { createClient as create } from "sigfetch/lean";
import wasm from "sigfetch/sigfetch.wasm";

export const createClient = (options) => create({ ...options, wasm: new URL(wasm, import.meta.url) });
