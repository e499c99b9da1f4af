// @ts-check
// Evidence of a call that failed: what came back, and what the client knew, in the form that is explained. It holds no
// credentials and no tokens, but claims of tokens.
import { kindOf } from "./body.js";

/** @import * as Api from "./api.js" */

/**
 * What the client kept of a call (`#keep` in client.js).
 *
 * @typedef {object} Known
 * @property {string} [identityPoolId]
 * @property {string} [roleArn]
 * @property {boolean} isClassic
 * @property {string[]} [logins] Providers and claims of their tokens, in turn.
 * @property {Api.CredentialsDetail & { at: number }} [issued]
 * @property {Api.CallerIdentity} [caller]
 * @property {number} [clockOffset]
 * @property {{ url: string, method: string, attempts: number, signed?: string[], names: string[] }} [call]
 * @property {string[]} [texts] Canonical request and string to sign.
 */

/** More of a body says nothing more. */
const MOST = 64 * 1024;

/**
 * @param {any} outcome A `Response`, which stays readable, what was thrown, or the result of a GraphQL operation.
 * @param {Known} [known]
 * @returns {Promise<Api.Evidence & { context: Api.EvidenceContext }>}
 */
export async function evidenceOf(outcome, known) {
  const context = known ? contextOf(known) : {};
  if (kindOf(outcome) === "Response") {
    const { status } = outcome;
    return { status: status || undefined, headers: [...outcome.headers], body: await textOf(outcome), context };
  }
  if (outcome?.name === "SigFetchError" && outcome.serviceError) return { ...refusalOf(outcome, context), context };
  const isResult = outcome !== null && typeof outcome === "object" && ("data" in outcome || "errors" in outcome);
  if (isResult && kindOf(outcome) === "Object") return { status: 200, body: JSON.stringify(outcome), context };
  const { name, message, code } = Object(outcome);
  // What `fetch` throws says nothing of AWS; browsers tell why in their console only.
  if (name === "TypeError") context.scriptSaw = String(message);
  return { error: { name, message: message ?? String(outcome), code }, context };
}

/** @param {Response} response */
async function textOf(response) {
  if (response.bodyUsed || !response.body) return undefined;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.clone().body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MOST) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // It broke off: what has come is evidence.
  }
  // Not awaited: of two copies of a body the first one that is cancelled waits for the other.
  reader.cancel().catch(() => {});
  return text.slice(0, MOST);
}

/**
 * The answer that an error of Cognito, STS or AppSync tells of.
 *
 * @param {Api.SigFetchError} error
 * @param {Api.EvidenceContext} context
 */
function refusalOf({ status, serviceError = "", message, requestId = "" }, context) {
  const [before, said = ""] = message.split(`${serviceError}: `);
  const operation =
    /\b(?:GetId|GetCredentialsForIdentity|GetOpenIdToken|AssumeRoleWithWebIdentity|GetCallerIdentity)\b/.exec(
      before,
    )?.[0];
  if (operation) {
    context.operation = operation;
    context.service = /^(Get(Id|Cred|Open))/.test(operation) ? "cognito-identity" : "sts";
  }
  const headers = { "x-amzn-errortype": serviceError, "x-amzn-requestid": requestId };
  return { status, headers, body: JSON.stringify({ __type: serviceError, message: said }) };
}

/**
 * @param {Known} known
 * @returns {Api.EvidenceContext}
 */
function contextOf({ identityPoolId, roleArn, isClassic, logins, issued, caller, clockOffset, call, texts }) {
  const now = Date.now();
  const renewed = issued?.outcome === "renewed" ? issued : undefined;
  const isGuest = logins && logins.length === 0;
  return {
    ...(identityPoolId && { identityPoolId, flow: isClassic ? "classic" : "enhanced" }),
    ...(renewed && {
      identityId: renewed.identityId,
      credentialsAgeMs: now - renewed.at,
      credentialsExpired: renewed.expiration && +renewed.expiration < now + (clockOffset ?? 0),
    }),
    ...((caller || roleArn) && { role: caller?.role ?? roleArn, account: caller?.account }),
    ...(logins && { isGuest, loginsConfigured: !isGuest, loginsSent: !isGuest }),
    ...(logins?.length && { loginsKey: logins[0], ...claimsOf(logins[1]) }),
    clockOffsetMs: clockOffset,
    ...(call && callContext(call)),
    ...(texts && { signedCanonicalRequest: texts[0], stringToSign: texts[1] }),
  };
}

/** @param {NonNullable<Known["call"]>} call */
function callContext({ url, method, attempts, signed: [date, authorization] = ["", ""], names }) {
  const { host, pathname, search } = new URL(url);
  const scope = /Credential=(\w{4})\w*\/([^,]+)/.exec(authorization) ?? [];
  const [, region, service] = (scope[2] ?? "").split("/");
  const signedHeaders = /SignedHeaders=(\S+)/.exec(authorization)?.[1] ?? "";
  return {
    ...{ url, host, method, path: pathname, query: search.slice(1) },
    // Those that signing adds are sent, too, and a preflight asks for them.
    headersSent: [...new Set([...names, ...signedHeaders.split(";").filter((name) => name && name !== "host")])],
    ...(attempts > 0 && {
      ...{ signed: true, signedByClient: true, authorizationScheme: "AWS4-HMAC-SHA256", attempts },
      ...{ accessKeyIdPrefix: scope[1], signedScope: scope[2], signedRegion: region, signedService: service, service },
      signedHeaders,
      sessionTokenSent: authorization.includes("x-amz-security-token"),
      xAmzDate: date,
    }),
  };
}

/**
 * The claims that explanations need, out of the part of a token that holds them.
 *
 * @param {string} part
 */
function claimsOf(part) {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return {
      ...{ tokenIsJwt: true, tokenIss: claims.iss, tokenAud: claims.aud, tokenUse: claims.token_use },
      ...{ tokenSub: claims.sub, tokenExp: claims.exp, tokenGroups: claims["cognito:groups"] },
      tokenPreferredRole: claims["cognito:preferred_role"],
    };
  } catch {
    return { tokenIsJwt: false };
  }
}
