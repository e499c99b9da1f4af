// @ts-check
// The way from options to an answer, step by step.
import { answers, isReadable } from "./probes.js";

/** @import * as Api from "./api.js" */

/** @typedef {{ value: string } | { error: unknown }} Found */

/**
 * Goes on past a step that fails, where that makes sense.
 *
 * @param {Api.Client} client
 * @param {Api.ClientOptions | undefined} options
 * @param {string | URL} [url]
 * @param {Api.DoctorOptions} [init]
 * @returns {AsyncGenerator<Api.DoctorStep>}
 */
export async function* examination(client, options, url, { lang, query = "{ __typename }" } = {}) {
  /** @type {any} */
  let service;
  /** @type {Set<string>} */
  const failed = new Set();

  /**
   * @param {string} step
   * @param {string[]} needs Steps without which it says nothing.
   * @param {() => Promise<string | { outcome?: unknown, isUnclear?: boolean, value: string }>} work
   */
  const take = async (step, needs, work) => {
    const since = needs.find((need) => failed.has(need));
    if (since) {
      failed.add(step);
      return { step, result: "skipped", value: since, ms: 0 };
    }
    const began = performance.now();
    const ms = () => Math.round(performance.now() - began);
    try {
      const found = await work();
      if (typeof found === "string") return { step, result: "passed", value: found, ms: ms() };
      if (found.isUnclear) return { step, result: "unclear", value: found.value, ms: ms() };
      failed.add(step);
      const explanation = await client.explain(/** @type {any} */ (found.outcome), { probe: true, lang });
      return { step, result: "failed", value: found.value, ms: ms(), explanation };
    } catch (error) {
      failed.add(step);
      const value = String(/** @type {any} */ (error)?.message ?? error);
      const explanation = await client.explain(/** @type {any} */ (error), { probe: true, lang });
      return { step, result: "failed", value, ms: ms(), explanation };
    }
  };
  const steps = [
    () => take("options", [], () => checkOptions(client)),
    () => take("pool", ["options"], () => reach(poolUrl(options))),
    () => take("identity", ["options", "pool"], () => client.identityId()),
    () => take("credentials", ["options"], async () => String((await client.credentials()).expiration ?? "no end")),
    () => take("clock", ["credentials"], async () => `${client.clock.offset} ms`),
    () => take("whoami", ["credentials"], async () => (await client.whoami()).arn),
    ...(url === undefined
      ? []
      : [
          () =>
            take("endpoint", ["credentials"], async () => {
              const authorization = (await client.signHeaders(url)).get("authorization") ?? "";
              const [, region, name] = /\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
              service = name;
              return `${name} in ${region}`;
            }),
          () => take("host", [], () => reach(String(url))),
          () =>
            take("preflight", ["host"], async () => {
              if (await isReadable(String(url))) return "refusals can be read";
              return { isUnclear: true, value: "the preflight is refused, or refusals have no CORS headers" };
            }),
          () =>
            take("call", ["credentials", "endpoint"], async () => {
              if (service === "appsync") {
                const { errors } = await client.graphql(url, { query });
                if (errors?.length) return { outcome: { errors }, value: errors[0].message ?? "" };
                return "200";
              }
              const response = await client.signedFetch(url, { aws: { retry: false } });
              return response.ok ? String(response.status) : { outcome: response, value: String(response.status) };
            }),
        ]),
  ];
  for (const step of steps) yield /** @type {Api.DoctorStep} */ (await step());
}

/** @param {Api.Client} client */
async function checkOptions(client) {
  try {
    // Nothing is waited for, and an invalid option fails at once.
    await client.signHeaders("https://sts.us-east-1.amazonaws.com/");
  } catch (error) {
    if (/** @type {any} */ (error)?.code === "INVALID_OPTION") throw error;
  }
  return "valid";
}

/** @param {string} url */
async function reach(url) {
  if (await answers(url)) return "answers";
  throw new TypeError(`${new URL(url).host} does not answer`);
}

/** @param {Api.ClientOptions | undefined} options */
function poolUrl(options) {
  const declared = options?.endpoints?.find(({ service }) => service === "cognito-identity");
  if (declared && "url" in declared) return String(declared.url);
  const region = options?.identityPoolId?.split(":")[0];
  const suffix = region?.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://cognito-identity.${region}.${suffix}/`;
}
