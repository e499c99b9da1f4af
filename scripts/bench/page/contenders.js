// Everything that is measured, each as its own documentation has it used. `sign` gives the headers, or a promise.
import { signRequest } from "@aws-amplify/core/internals/aws-client-utils";
import { Sha256 as Sha256Browser } from "@aws-crypto/sha256-browser";
import { Sha256 as Sha256Js } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsClient, AwsV4Signer } from "aws4fetch";
import { createClient } from "/pkg/index.js";
import { credentials, scope } from "./cases.js";
import { digest, hmacChain, twoDigestsAndHmac } from "./floors.js";

const sigfetch = createClient({ credentials, region: scope.region });

const awsClient = new AwsClient({ ...credentials, ...scope });
const keys = new Map();

function smithy(sha256) {
  const signer = new SignatureV4({ ...scope, credentials, sha256, applyChecksum: false });
  return async ({ method, url, headers, body }) => {
    const { protocol, host, hostname, pathname, searchParams } = new URL(url);
    const query = Object.fromEntries(searchParams);
    const request = { method, protocol, hostname, path: pathname, query, headers: { host, ...headers }, body };
    return (await signer.sign(request)).headers;
  };
}

/** Ratios are to the one called `reference`; `checked: false` marks what gives no signature. */
export const contenders = [
  { name: "sigfetch, signHeaders", ours: true, sign: ({ url, ...init }) => sigfetch.signHeaders(url, init) },
  { name: "sigfetch, signHeadersSync", ours: true, sign: ({ url, ...init }) => sigfetch.signHeadersSync(url, init) },
  {
    name: "sigfetch, sign (makes a Request)",
    ours: true,
    sign: async ({ url, ...init }) => (await sigfetch.sign(url, init)).headers,
  },
  {
    name: "aws4fetch, AwsV4Signer",
    sign: async (request) =>
      (await new AwsV4Signer({ ...request, ...credentials, ...scope, cache: keys }).sign()).headers,
  },
  {
    name: "aws4fetch, AwsClient.sign (makes a Request)",
    sign: async ({ url, ...init }) => (await awsClient.sign(url, init)).headers,
  },
  { name: "smithy signature-v4 + sha256-browser", sign: smithy(Sha256Browser) },
  { name: "smithy signature-v4 + sha256-js", sign: smithy(Sha256Js) },
  {
    name: "Amplify, signRequest",
    sign: async ({ url, ...init }) =>
      signRequest(
        { ...init, url: new URL(url) },
        { credentials, signingRegion: scope.region, signingService: scope.service },
      ).headers,
  },
  { name: "floor: digest of the body", sign: digest, checked: false },
  { name: "floor: HMAC chain, 4 × (importKey + sign)", sign: hmacChain, checked: false },
  { name: "floor: 2 digests + 1 HMAC, CryptoKey kept", reference: true, sign: twoDigestsAndHmac },
];

/** Until the credentials are there, nothing can be signed synchronously. */
export const ready = () => sigfetch.credentials();
