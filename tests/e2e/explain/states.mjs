// The states of the local AWS, with calls as the package's own client makes them in a page.
import { readFileSync } from "node:fs";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { endpoints, idToken, userNamed } from "../support/local.mjs";

/** All of them, as `tests/local-aws/README.md` describes them. */
export const states = JSON.parse(readFileSync(inRoot("tests", "local-aws", "src", "states", "states.json"), "utf8"));

const targets = {
  dynamodb: ["DynamoDB_20120810", "application/x-amz-json-1.0"],
  kendra: ["AWSKendraFrontendService", "application/x-amz-json-1.1"],
  translate: ["AWSShineFrontendService_20170701", "application/x-amz-json-1.1"],
};

/** Drives a page of `setting` (see `../support/setting.mjs`) through states. */
export function driver(setting) {
  const { config } = setting;
  const place = `http://localhost:${new URL(config.endpoints.rest).port}/_local/`;
  /** Puts the page's origin in the place of the one that lists and explanations name. */
  const withOrigin = (body) =>
    JSON.stringify(body).replaceAll(/https:\/\/(app\.example|YOUR_ORIGIN)/g, new URL(setting.page.url()).origin);
  const control = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(place + path, { method, headers, body: withOrigin(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  /** Puts the local AWS into these states and no others. */
  const enter = (ids) => control("POST", "states", { states: ids });

  /** Applies a fix of the list, with what explain printed in place of its first value; gives the call to make then. */
  async function apply(fix, call, printed) {
    let changed = call;
    for (const [at, step] of fix.entries()) {
      const pointer = encodeURI(step.put ?? step.merge ?? "").replaceAll("$", "%24");
      if (step.put !== undefined) await control("PUT", `settings${pointer}`, (at === 0 && printed) || step.value);
      if (step.merge !== undefined) await control("PATCH", `settings${pointer}`, step.value);
      if (step.faults) await control("POST", "faults", step.faults);
      if (step.call) changed = { ...changed, ...step.call };
    }
    return changed;
  }

  /** Makes the call; `{ isGood }`, and what `explain` says if it is not. */
  async function attempt(call) {
    const { service } = call;
    let endpoint = config.endpoints[service];
    if (call.region) endpoint = endpoint.replace("us-east-1", call.region);
    if (call.host) endpoint = `http://${call.host}.localhost:${new URL(endpoint).port}`;
    const signing = service.startsWith("rest") || service === "http" ? "execute-api" : service;
    const options = {
      identityPoolId: call.poolId ?? config[call.pool ?? "identityPoolId"],
      retry: false,
      endpoints: [
        ...endpoints(config).filter(({ url }) => url !== endpoint),
        {
          url: endpoint,
          service: call.signService ?? (service === "graphql" ? "appsync" : signing),
          region: call.signRegion ?? call.region ?? "us-east-1",
        },
      ],
    };
    const token = call.as === "user" ? await idToken(config, userNamed(config, "alice")) : "";
    if (token) options.logins = { [config.loginKey]: token };
    if (call.flow === "classic") options.classicFlow = { roleArn: config.roles[call.role] };
    // Whatever the page knows of an earlier call would be part of this one: pauses after throttling, say.
    await setting.page.reload();
    return setting.run(inPage, { call, options, endpoint, targets, token });
  }
  return { enter, apply, attempt };
}

/** Runs in the page. */
async function inPage({ createClient }, { call, options, endpoint, targets, token }) {
  const explain = () => import("/pkg/explain.js");
  const aws = createClient({ ...options, explain });
  const sub = token.split(".").length === 3 ? JSON.parse(atob(token.split(".")[1])).sub : "";
  const fill = async (text) => {
    if (!text.includes("${")) return text;
    const identityId = text.includes("${identityId}") ? await aws.identityId() : "";
    return text.replaceAll("${identityId}", identityId).replaceAll("${sub}", sub).replaceAll("${idToken}", token);
  };
  let outcome;
  try {
    let [url, method, headers] = [endpoint, call.method ?? "POST", {}];
    if (call.operation) {
      const [target, type] = targets[call.service];
      headers = { "x-amz-target": `${target}.${call.operation}`, "content-type": type };
      url += "/";
    } else if (call.path) {
      url += (await fill(call.path)).replaceAll(":", "%3A");
    }
    const body = call.json ? await fill(JSON.stringify(call.json)) : call.body;
    if (call.json && !call.operation) headers["content-type"] = "application/json";
    for (const [name, value] of Object.entries(call.headers ?? {})) headers[name] = await fill(value);
    const init = { method, headers, body };
    if (call.as === "nobody" || call.sign === false) {
      outcome = await fetch(url, init);
    } else if (call.sessionToken) {
      const { expiration, ...credentials } = await aws.credentials();
      const other = { credentials: { ...credentials, sessionToken: call.sessionToken }, region: "us-east-1" };
      const { identityPoolId, logins, classicFlow, ...shared } = options;
      const client = createClient({ ...shared, ...other, explain });
      outcome = await client.signedFetch(url, init);
    } else if (call.query) {
      outcome = await aws.graphql(url, { query: call.query });
    } else {
      if (call.service === "graphql") headers["content-type"] ??= "application/json";
      outcome = await aws.signedFetch(url, init);
    }
  } catch (error) {
    outcome = error;
  }
  const isGood = outcome.ok === true ? !(await outcome.clone().text()).includes('"errors"') : false;
  if (isGood || (outcome.data && !outcome.errors)) return { isGood: true };
  const explanation = await aws.explain(outcome, { probe: true, lang: "en" });
  const isReadable = outcome.status === undefined || !outcome.text || typeof (await outcome.text()) === "string";
  return { isGood: false, isReadable, explanation, said: String(outcome.message ?? outcome.status) };
}
