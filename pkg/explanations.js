// @ts-check
// Explanations: evidence is read here, and judged in WebAssembly.
import { examination, table } from "./doctor.js";
import { evidenceOf, knownOf } from "./evidence.js";
import { loader } from "./load.js";
import { findOut } from "./probes.js";
import { build } from "./wasm/explain-build.js";
import { explain as explainJson, initSync, judge, plan, questions, verdict } from "./wasm/explain.js";

/** @import * as Api from "./api.js" */
/** @import * as Entry from "./explain.js" */
/** @import { Known } from "./evidence.js" */
/** @import { Source } from "./load.js" */

const load = loader(build, initSync);

/** The language of the page, if it says one, else that of its user. */
const pageLanguage = () => globalThis.document?.documentElement?.lang || globalThis.navigator?.language || "en";

/** What explanations were made of. @type {WeakMap<Api.Explanation, [evidence: string, known: string]>} */
const sources = new WeakMap();

/**
 * @param {string} evidence
 * @param {string} known
 * @param {string} lang
 * @returns {Api.Explanation}
 */
function explained(evidence, known, lang) {
  const explanation = JSON.parse(explainJson(evidence, known, lang));
  sources.set(explanation, [evidence, known]);
  return explanation;
}

/**
 * What an entry exports.
 *
 * @param {Source} source
 */
export function explanations(source) {
  /** @type {typeof Entry.explain} */
  const explain = async (evidence, { lang = pageLanguage() } = {}) => {
    await load(source);
    return explained(JSON.stringify(evidence) ?? "", "", String(lang));
  };

  /**
   * Explains what a call of this client came to.
   *
   * @param {Api.Client} client
   * @param {Api.ClientOptions} options
   * @param {Known | undefined} known
   * @param {unknown} outcome
   * @param {Api.ExplainOptions} [init]
   */
  const explainOutcome = async (client, options, known, outcome, init = {}) => {
    const { probe = false, role, lang = pageLanguage() } = init;
    const [evidence] = await Promise.all([evidenceOf(outcome), load(source)]);
    const more = { expectedRole: role };
    const found = probe && (await findOut(client, options, JSON.parse(questions(evidence, knownOf(known, more)))));
    return explained(evidence, knownOf(known, { ...more, found }), String(lang));
  };

  /**
   * The steps of `doctor`.
   *
   * @param {Api.Client} client
   * @param {Api.ClientOptions | undefined} options
   * @param {string | URL} [url]
   * @param {Api.DoctorOptions} [init]
   */
  async function* examine(client, options, url, init = {}) {
    const { query = "{ __typename }", role, lang = pageLanguage() } = init;
    await load(source);
    const { identityPoolId, endpoints } = options ?? {};
    const declared = endpoints?.map(({ url, service }) => ({ url: String(url), service }));
    const judges = {
      plan: JSON.parse(plan(JSON.stringify({ identityPoolId, endpoints: declared }), url && String(url))),
      judge: (/** @type {string} */ step, /** @type {object} */ facts) =>
        JSON.parse(judge(step, JSON.stringify(facts), String(lang))),
      explain: (/** @type {Api.Evidence} */ evidence) => explain(evidence, { lang }),
      explainOutcome: (/** @type {unknown} */ outcome) => client.explain(outcome, { probe: true, role, lang }),
      verdict: (/** @type {Api.Explanation} */ explanation) => {
        const [evidence, known] = sources.get(explanation) ?? ["", ""];
        return JSON.parse(verdict(evidence, known, String(lang)));
      },
    };
    yield* examination(client, judges, url, query);
  }

  return { explain, explainOutcome, examine, table };
}
