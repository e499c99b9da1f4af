import type { Evidence, Explanation } from "./api.js";

/**
 * Explains a failed call from what somebody has noted or pasted of it. No request is made.
 *
 * @throws {@link SigFetchError} `WASM_LOAD` if the WebAssembly module cannot be started.
 * @example
 * import { explain } from "sigfetch/explain";
 *
 * const { causes } = await explain({ status: 403, body: '{"message":"Missing Authentication Token"}' });
 */
export declare function explain(evidence: Evidence, options?: { lang?: string }): Promise<Explanation>;
