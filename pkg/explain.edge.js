// @ts-check
// The entry that explains failures in Vercel's edge runtime and in what Nitro builds.
import { explanations } from "./explanations.js";
// @ts-ignore: only such runtimes know such imports
import module from "./wasm/explain_bg.wasm?module";

export const { explain, explainOutcome, examine, table } = explanations(() => module);
