// What WebCrypto alone costs, with next to nothing around it: no signer that uses it can be faster.
import { credentials, scope } from "./cases.js";

const encoder = new TextEncoder();
const encode = (text) => encoder.encode(text);
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const algorithm = { name: "HMAC", hash: "SHA-256" };
const importKey = (bytes) => crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
const hmac = async (key, text) => crypto.subtle.sign("HMAC", await importKey(key), encode(text));
const bodyBytes = (body) => (typeof body === "object" ? body : encode(body ?? ""));

/** The signing key of a day, as bytes. */
async function derive(date) {
  let key = encode(`AWS4${credentials.secretAccessKey}`);
  for (const part of [date, scope.region, scope.service, "aws4_request"]) key = await hmac(key, part);
  return key;
}

let kept;

/** Hashes body and canonical request and signs with a key that was imported before: a whole, valid signature. */
export async function twoDigestsAndHmac({ method, url, body }) {
  const { host, pathname, search } = new URL(url);
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const date = time.slice(0, 8);
  if (kept?.date !== date) kept = { date, key: importKey(await derive(date)) };
  const credentialScope = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const signedHeaders = "host;x-amz-date;x-amz-security-token";
  const query = search.slice(1).split("&").sort().join("&");
  const payload = hex(await crypto.subtle.digest("SHA-256", bodyBytes(body)));
  const headerLines = `host:${host}\nx-amz-date:${time}\nx-amz-security-token:${credentials.sessionToken}\n`;
  const canonical = `${method}\n${pathname}\n${query}\n${headerLines}\n${signedHeaders}\n${payload}`;
  const digest = hex(await crypto.subtle.digest("SHA-256", encode(canonical)));
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${credentialScope}\n${digest}`;
  const signature = hex(await crypto.subtle.sign("HMAC", await kept.key, encode(toSign)));
  return {
    "x-amz-date": time,
    "x-amz-security-token": credentials.sessionToken,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${credentialScope}, ` +
      `SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

/** The hash of the body and nothing else. */
export const digest = ({ body }) => crypto.subtle.digest("SHA-256", bodyBytes(body));

/** What a signer pays on top that derives the signing key each time. */
export const hmacChain = () => derive("20261122");
