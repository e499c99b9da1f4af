import { createHash, createHmac } from "node:crypto";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/**
 * What is wrong with a signed request, or undefined: recomputed with Node's own cryptography from what AWS would see.
 * Only for requests whose path and query need no encoding.
 *
 * @param {{ method: string, url: string, headers: [string, string][], body?: string | Uint8Array }} request
 * @param {{ accessKeyId: string, secretAccessKey: string, sessionToken: string }} credentials
 * @param {{ service: string, region: string }} scope
 */
export function problemOf({ method, url, headers, body }, credentials, scope) {
  const { host, pathname, search } = new URL(url);
  const sent = new Map([...headers.map(([name, value]) => [name.toLowerCase(), value]), ["host", host]]);
  const claim = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, accessKeyId, credentialScope, signedHeaders, signature] = claim.exec(sent.get("authorization")) ?? [];
  if (!signature) return "no signature";
  if (accessKeyId !== credentials.accessKeyId) return "another access key";
  if (sent.get("x-amz-security-token") !== credentials.sessionToken) return "no session token";

  const time = sent.get("x-amz-date");
  if (!(Math.abs(Date.now() - parseTime(time)) < 300_000)) return `signed for ${time}`;
  const parts = [time.slice(0, 8), scope.region, scope.service, "aws4_request"];
  if (credentialScope !== parts.join("/")) return `signed for ${credentialScope}`;

  const names = signedHeaders.split(";");
  for (const name of sent.keys()) {
    const mustBeSigned = name === "host" || name.startsWith("x-amz-");
    if (mustBeSigned && !names.includes(name)) return `${name} is not signed`;
  }
  const lines = names.map((name) => `${name}:${sent.get(name)}\n`).join("");
  const query = search.slice(1).split("&").sort().join("&");
  const canonical = [method, pathname, query, lines, signedHeaders, sha256(body ?? "")].join("\n");
  const key = parts.reduce(hmac, `AWS4${credentials.secretAccessKey}`);
  const wanted = hmac(key, ["AWS4-HMAC-SHA256", time, credentialScope, sha256(canonical)].join("\n")).toString("hex");
  return signature === wanted ? undefined : "a wrong signature";
}

const parseTime = (text = "") =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
