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

  /** Applies a step of a fix; gives the call to make then. `printed` stands in the place of the value that is listed. */
  async function applyStep(step, call, printed) {
    const pointer = encodeURI(step.put ?? step.merge ?? "").replaceAll("$", "%24");
    if (step.put !== undefined) await control("PUT", `settings${pointer}`, printed ?? step.value);
    if (step.merge !== undefined) await control("PATCH", `settings${pointer}`, printed ?? step.value);
    if (step.faults) await control("POST", "faults", step.faults);
    return step.call && printed === undefined ? { ...call, ...step.call } : call;
  }

  /** Applies a fix as it is listed; gives the call to make then. */
  async function apply(fix, call) {
    for (const step of fix) call = await applyStep(step, call);
    return call;
  }

  /**
   * Repairs a state by what is printed for its cause, where that can be applied; otherwise as it is listed. Gives how, and
   * what the call comes to then.
   */
  async function repair({ cause, fix, call }, { causes }) {
    const found = causes.find(({ id }) => id === cause);
    const { documents, isFilledIn } = printedFor(found, fix, owned(config, call));
    if (!documents) {
      const why = !found ? "cause not named" : found.fix.some(({ paste }) => paste) ? "other kind printed" : "in words";
      return { how: `listed fix: ${why}`, ...(await attempt(await apply(fix, call))) };
    }
    let code;
    for (const [at, { kind, paste }] of documents.entries()) {
      if (kind === "command") await command(paste);
      else if (kind !== "code") await applyStep(fix[at], call, JSON.parse(paste));
      // What a backend returns.
      else if (paste.startsWith("return ")) await applyStep(fix[at], call, new Function("body", paste)("").headers);
      // A user who signs in again has a new token, whatever is done with it.
      else code = { line: paste, newLogin: fix[at]?.merge === "/signIn" };
    }
    return { how: isFilledIn ? "as printed, with the owner's values" : "as printed", ...(await attempt(call, code)) };
  }

  /** Does what a command of the AWS CLI does. */
  async function command(line) {
    const option = (name) => new RegExp(`--${name} (\\S+)`).exec(line)?.[1];
    if (line.includes(" set-identity-pool-roles ")) {
      const pool = Object.keys(config).find((name) => config[name] === option("identity-pool-id"));
      const roles = Object.fromEntries(
        option("roles")
          .split(",")
          .map((role) => role.split("=")),
      );
      await control("PATCH", `settings/identityPools/${pool}`, { Roles: roles });
    } else if (line.includes(" create-usage-plan-key ")) {
      await control("PATCH", "settings/apis/rest", { apiKeys: [option("key-id")] });
    } else {
      // `create-deployment`: all that is set up takes effect.
      const resources = "settings/apis/rest/resources";
      const all = await (await fetch(place + resources)).json();
      for (const [path, methods] of Object.entries(all)) {
        for (const method of Object.keys(methods)) {
          const pointer = `${resources}/${encodeURIComponent(path.replaceAll("/", "~1"))}/${method}`;
          await control("PATCH", pointer, { deployed: true });
        }
      }
    }
  }

  /**
   * Makes the call, with a line of printed code if there is one; `{ isGood }`, and what `explain` says if it is not.
   */
  async function attempt(call, code) {
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
    if (code?.newLogin) await control("PATCH", "settings/signIn", { idToken: "good" });
    const fresh = code ? await idToken(config, userNamed(config, "alice")) : "";
    return setting.run(inPage, { call, options, endpoint, targets, token, fresh, code: code?.line });
  }
  return { enter, apply, attempt, repair };
}

/** What stands in capitals in what is printed, because only the owner knows it, and the owner's values. */
const owned = (config, { service, path = "" }) => ({
  "cognito-idp.REGION.amazonaws.com/USER_POOL_ID": config.loginKey,
  YOUR_IDENTITY_POOL_ID: config.identityPoolId,
  YOUR_API_ID:
    { graphql: "zyxwvutsrqponmlkjihgfedcba" }[service] ?? new URL(config.endpoints[service]).host.split(".")[0],
  YOUR_ACCOUNT_ID: "123456789012",
  YOUR_REGION: "us-east-1",
  YOUR_STAGE: service === "http" ? "$default" : "prod",
  "YOUR/PATH": path.slice(1),
  YOUR_PLAN_ID: "plan",
  YOUR_KEY_ID: "local-api-key",
  YOUR_KEY_ARN: "arn:aws:kms:us-east-1:123456789012:key/1a2b3c4d-0000-4000-8000-000000000001",
  UNAUTHENTICATED_ROLE_ARN: config.roles.LocalGuest,
  AUTHENTICATED_ROLE_ARN: config.roles.LocalUser,
});

/** Code that can be run as it is printed. */
const RUNNABLE = /^(createClient\(|endpoints: |headers: |const key = |await |return |aws\.setLogins\()/;
/** Code that is all of a fix, whatever kind of fix is listed. */
const WHOLE = /^(endpoints: |headers: |await |return )/;
const COMMANDS = / (set-identity-pool-roles|create-deployment|create-usage-plan-key) /;

/** A document for every step of a fix, out of what is printed for a cause, or one that is all of it. */
function printedFor(found, fix, owned) {
  let isFilledIn = false;
  const fillIn = (text) => {
    let filled = text;
    for (const [name, value] of Object.entries(owned)) filled = filled.replaceAll(name, value);
    isFilledIn ||= filled !== text;
    return filled;
  };
  const usable = ({ kind, paste }) =>
    paste && (kind === "code" ? RUNNABLE.test(paste) : kind === "command" ? COMMANDS.test(paste) : /^[[{]/.test(paste));
  const printed = (found?.fix ?? []).filter(usable);
  const documents = fix.map(({ kind }) => printed.find((one) => one.kind === kind));
  const whole = printed.find(({ kind, paste }) => kind === "command" || (kind === "code" && WHOLE.test(paste)));
  const taken = documents.every(Boolean) ? documents : whole && [whole];
  const filled = taken?.map(({ kind, paste }) => ({ kind, paste: fillIn(paste) }));
  return { documents: filled?.some(({ paste }) => /YOUR_(?!ORIGIN)/.test(paste)) ? undefined : filled, isFilledIn };
}

/** Runs in the page. */
async function inPage({ createClient }, { call, options, endpoint, targets, token, fresh, code = "" }) {
  const explain = () => import("/pkg/explain.js");
  let aws = createClient({ ...options, explain });
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
    let body = call.json ? await fill(JSON.stringify(call.json)) : call.body;
    // What is printed is run.
    const AsyncFunction = /** @type {any} */ (async () => {}).constructor;
    const run = (text, names) => new AsyncFunction(...Object.keys(names), text)(...Object.values(names));
    const session = { idToken: () => fresh };
    if (code.startsWith("createClient(")) {
      aws = await run(`return ${code}`, { createClient: (given) => createClient({ ...options, ...given, explain }) });
    } else if (code.startsWith("endpoints: ")) {
      const { endpoints } = await run(`return { ${code} }`, {});
      const others = options.endpoints.filter(({ url: other }) => !url.startsWith(other));
      aws = createClient({ ...options, endpoints: [...endpoints, ...others], explain });
    } else if (code.startsWith("headers: ")) {
      Object.assign(headers, (await run(`return { ${code} }`, {})).headers);
    } else if (code.startsWith("const key = ")) {
      const key = await run(`${code} return key;`, { aws });
      if (call.json) body = JSON.stringify(call.json).replace(/("owner":{"S":")[^"]*/, `$1${key}`);
      else url = `${endpoint}/${key.replaceAll(":", "%3A")}`;
    } else if (code.startsWith("aws.")) {
      await run(code, { aws, session });
    }
    if (call.json && !call.operation) headers["content-type"] ??= "application/json";
    for (const [name, value] of Object.entries(call.headers ?? {})) headers[name] = await fill(value);
    const init = { method, headers, body };
    if (code.startsWith("await ")) {
      outcome = await run(`return ${code}`, { aws, url, session });
    } else if (call.as === "nobody" || call.sign === false) {
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
