// @ts-check
// The way from options to an answer, step by step. Where a step asks and what its findings mean, the WebAssembly says.
import { evidenceOf } from "./evidence.js";
import { ask } from "./probes.js";

/** @import * as Api from "./api.js" */
/** @import { Question } from "./probes.js" */

/**
 * What the WebAssembly and the entry give.
 *
 * @typedef {object} Judge
 * @property {{ pool?: Question, url: Question[], isGraphql: boolean }} plan
 * @property {(step: string, facts: object) => Judged} judge
 * @property {(evidence: Api.Evidence) => Promise<Api.Explanation>} explain Explains what was noted.
 * @property {(outcome: unknown) => Promise<Api.Explanation>} explainOutcome Explains what a call came to.
 * @property {(explanation: Api.Explanation) => Judged | null} verdict
 */

/** @typedef {{ result: Api.DoctorStep["result"], value: string, evidence?: Api.Evidence, isGraphql: boolean }} Judged */

/**
 * Goes on past a step that fails, where that makes sense.
 *
 * @param {Api.Client} client
 * @param {Judge} judge
 * @param {string | URL | undefined} url
 * @param {string} query
 * @returns {AsyncGenerator<Api.DoctorStep>}
 */
export async function* examination(client, { plan, judge, explain, explainOutcome, verdict }, url, query) {
  /** @type {Map<string, Api.Explanation | undefined>} */
  const failed = new Map();
  let { isGraphql } = plan;

  /**
   * @param {string} step
   * @param {string[]} needs Steps without which it says nothing.
   * @param {() => Promise<object>} work Gives facts, with an `outcome` to explain if it has failed.
   */
  const take = async (step, needs, work) => {
    const since = needs.find((need) => failed.has(need));
    if (since) {
      failed.set(step, failed.get(since));
      return report({ step, result: "skipped", value: since, ms: 0 });
    }
    const began = performance.now();
    /** @type {{ outcome?: any, value?: string, evidence?: string }} */
    const facts = await work().catch((outcome) => ({ outcome, value: String(outcome?.message ?? outcome) }));
    const ms = Math.round(performance.now() - began);
    const { outcome, value = "" } = facts;
    /** @type {Judged} */
    const judged = outcome && !facts.evidence ? { result: "failed", value, isGraphql } : judge(step, facts);
    isGraphql ||= judged.isGraphql;
    if (judged.result !== "failed") return report({ step, result: judged.result, value: judged.value, ms });
    const explanation = await (judged.evidence ? explain(judged.evidence) : explainOutcome(outcome));
    failed.set(step, explanation);
    return report({ step, result: "failed", value: judged.value, ms, explanation });
  };

  /** @param {Question} question */
  const reach = async (question) => ({ url: question.url, host: await ask(question) });

  yield take("options", [], () => checkOptions(client));
  const { pool } = plan;
  if (pool) yield take("pool", ["options"], () => reach(pool));
  yield take("identity", ["options", "pool"], async () => {
    try {
      return { value: await client.identityId() };
    } catch (outcome) {
      // What it has to wait for may fail after the identity is known.
      return { outcome, value: String(outcome), evidence: await evidenceOf(outcome) };
    }
  });
  yield take("credentials", ["options"], async () => {
    const { expiration } = await client.credentials();
    return { value: expiration ? expiration.toISOString() : "" };
  });
  yield take("clock", ["credentials"], async () => ({ offset: client.clock.offset }));
  yield take("whoami", ["credentials"], async () => ({ value: (await client.whoami()).arn }));
  if (url === undefined) return;
  const [host, ...readable] = plan.url;
  yield take("endpoint", ["credentials"], async () => ({ headers: [...(await client.signHeaders(url))] }));
  yield take("host", [], () => reach(host));
  yield take("preflight", ["host"], async () => {
    const answers = await Promise.all(readable.map(async (question) => [question.name, await ask(question)]));
    return { url: String(url), ...Object.fromEntries(answers) };
  });
  yield take("call", ["credentials", "endpoint"], async () => {
    if (isGraphql) {
      const { errors } = await client.graphql(url, { query });
      return errors?.length ? { outcome: { errors }, value: errors[0].message } : { value: "200" };
    }
    const response = await client.signedFetch(url, { aws: { retry: false } });
    return { value: String(response.status), ...(!response.ok && { outcome: response }) };
  });
  const explanation = failed.get("call");
  const found = isGraphql && explanation && verdict(explanation);
  if (found) yield report({ step: "role", result: found.result, value: found.value, ms: 0, explanation });
}

/**
 * A step with its evidence, and with the fix of the likeliest cause.
 *
 * @param {Omit<Api.DoctorStep, "evidence" | "fix">} step
 * @returns {Api.DoctorStep}
 */
function report({ explanation, ...step }) {
  const [likeliest] = explanation?.causes ?? [];
  const shown = { ...step, evidence: explanation?.evidence ?? [], fix: likeliest?.fix ?? [] };
  return explanation ? { ...shown, explanation } : shown;
}

/**
 * The steps as rows for `console.table`.
 *
 * @param {AsyncIterable<Api.DoctorStep>} steps
 */
export async function table(steps) {
  /** @type {Api.DoctorRow[]} */
  const rows = [];
  for await (const { step, result, ms, value, fix, explanation } of steps) {
    const cause = explanation?.causes[0]?.title ?? "";
    rows.push({ step, result, ms, evidence: value, cause, fix: fix[0]?.text ?? "" });
  }
  return rows;
}

/** @param {Api.Client} client */
async function checkOptions(client) {
  try {
    // Nothing is waited for, and an invalid option fails at once.
    await client.signHeaders("https://localhost/");
  } catch (error) {
    if (/** @type {any} */ (error)?.code === "INVALID_OPTION") throw error;
  }
  return {};
}
