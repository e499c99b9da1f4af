// @ts-check
// Explanations: evidence is put together here, and judged in WebAssembly.
import { examination } from "./doctor.js";
import { evidenceOf } from "./evidence.js";
import { started } from "./load.js";
import { findOut } from "./probes.js";
import { build } from "./wasm/explain-build.js";
import { explain as judge, initSync } from "./wasm/explain.js";

/** @import * as Api from "./api.js" */
/** @import * as Entry from "./explain.js" */
/** @import { Known } from "./evidence.js" */
/** @import { Source } from "./load.js" */

/** @type {Promise<void> | undefined} */
let loading;

/** @param {Source} source */
function load(source) {
  loading ??= started(source, build, initSync);
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** The language of the page, if it says one, else that of its user. */
const pageLanguage = () => globalThis.document?.documentElement?.lang || globalThis.navigator?.language || "en";

/**
 * What an entry exports.
 *
 * @param {Source} source
 */
export function explanations(source) {
  /** @type {typeof Entry.explain} */
  const explain = async (evidence, { lang = pageLanguage() } = {}) => {
    await load(source);
    return JSON.parse(judge(JSON.stringify(evidence) ?? "", String(lang)));
  };

  /**
   * Explains what a call of this client came to.
   *
   * @param {Api.Client} client
   * @param {unknown} outcome
   * @param {Known | undefined} known
   * @param {Api.ExplainOptions} [options]
   */
  const explainOutcome = async (client, outcome, known, { probe = false, lang } = {}) => {
    const evidence = await evidenceOf(outcome, known);
    if (probe) await findOut(client, evidence);
    return explain(evidence, { lang });
  };

  /**
   * The steps of `doctor`.
   *
   * @param {Api.Client} client
   * @param {Api.ClientOptions | undefined} options
   * @param {string | URL} [url]
   * @param {Api.DoctorOptions} [init]
   */
  const examine = (client, options, url, init) => examination(client, options, url, init);

  return { explain, explainOutcome, examine };
}
