// Rollup moves no files, so the build copies this one and the page says where it lies.
import { createClient as create } from "sigfetch/lean";

export const createClient = (options) => create({ ...options, wasm: new URL("sigfetch.wasm", import.meta.url) });
