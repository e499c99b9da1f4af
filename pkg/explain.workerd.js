// @ts-check
// The entry that explains failures where nothing is compiled at run time, as in Cloudflare Workers.
import { explanations } from "./explanations.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/explain_bg.wasm";

export const { explain, explainOutcome, examine, table } = explanations(() => module);
