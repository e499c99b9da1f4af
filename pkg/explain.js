// @ts-check
// The entry that explains failures. It has a WebAssembly module of its own, inside, as the default entry has its.
import { explanations } from "./explanations.js";
import { inflate } from "./inflate.js";
import deflated from "./wasm/explain-inline.js";

export const { explain, explainOutcome, examine, table } = explanations(() => inflate(deflated));
