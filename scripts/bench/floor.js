// What WebCrypto alone costs, with next to nothing around it: no signer that uses it can be faster.

/** A role's credentials are about this long. They are nobody's. */
export const credentials = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: "IQoJb3JpZ2luX2VjE".padEnd(1_000, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/"),
};

export const scope = { service: "execute-api", region: "eu-west-1" };

const encoder = new TextEncoder();
const encode = (text) => encoder.encode(text);
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
const importKey = (bytes) => crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
const hmac = (key, text) => crypto.subtle.sign("HMAC", key, encode(text));

/** The signing key of a day. */
async function derive(date) {
  let key = encode(`AWS4${credentials.secretAccessKey}`);
  for (const part of [date, scope.region, scope.service, "aws4_request"]) key = await hmac(await importKey(key), part);
  return importKey(key);
}

let kept;

/** Two digests and one HMAC, with the key of the day kept: a whole, valid signature. */
export async function signWithWebCrypto({ method, url, body = "" }) {
  const { host, pathname, search } = new URL(url);
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const date = time.slice(0, 8);
  if (kept?.date !== date) kept = { date, key: await derive(date) };
  const credentialScope = `${date}/${scope.region}/${scope.service}/aws4_request`;
  const signedHeaders = "host;x-amz-date;x-amz-security-token";
  const query = search.slice(1).split("&").sort().join("&");
  const payload = await sha256(typeof body === "string" ? encode(body) : body);
  const headerLines = `host:${host}\nx-amz-date:${time}\nx-amz-security-token:${credentials.sessionToken}\n`;
  const canonical = `${method}\n${pathname}\n${query}\n${headerLines}\n${signedHeaders}\n${payload}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${credentialScope}\n${await sha256(encode(canonical))}`;
  const signature = hex(await hmac(kept.key, toSign));
  return {
    "x-amz-date": time,
    "x-amz-security-token": credentials.sessionToken,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${credentialScope}, ` +
      `SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}
