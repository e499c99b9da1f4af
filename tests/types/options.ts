// What `createClient` takes, and what it does not.
import { createClient } from "sigfetch";
import type { AwsCredentials, Client, ClientOptions, IdentityStore, Logins } from "sigfetch";

const identityPoolId = "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0";
const provider = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const own: AwsCredentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
declare const module: WebAssembly.Module;
declare const response: Promise<Response>;
declare const storage: IdentityStore;

export const guest: Client = createClient({ identityPoolId });

export const everyOption: Required<Omit<ClientOptions, "credentials">> = {
  identityPoolId,
  logins: { [provider]: "token" },
  identity: async () => ({ identityId: identityPoolId, token: "token" }),
  roleArn: "arn:aws:iam::123456789012:role/Reader",
  classicFlow: {
    roleArn: "arn:aws:iam::123456789012:role/Reader",
    roleSessionName: "me",
    durationSeconds: 900,
    policy: { Version: "2012-10-17", Statement: [] },
  },
  rememberIdentity: true,
  shareBetweenTabs: true,
  region: "eu-west-1",
  endpoints: [
    { url: "https://api.example.com", service: "execute-api" },
    {
      url: "https://x.example",
      service: "appsync",
      region: "eu-west-1",
      signAs: "a.appsync-api.eu-west-1.amazonaws.com",
    },
  ],
  allow: ["abc123.execute-api.eu-west-1.amazonaws.com", "*.s3.eu-west-1.amazonaws.com"],
  retry: { attempts: 3, budgetMs: 10_000 },
  explain: () => import("sigfetch/explain"),
  realtime: () => import("sigfetch/realtime"),
  timeoutMs: 5_000,
  wasm: "/sigfetch.wasm",
};

export const logins: Logins[] = [
  { [provider]: "token" },
  { [provider]: () => "token" },
  { [provider]: async () => "token" },
];

export const everyKindOfWho: ClientOptions[] = [
  { identityPoolId, logins: () => ({ [provider]: "token" }) },
  { identityPoolId, logins: async () => undefined },
  { identityPoolId, identity: () => ({ identityId: identityPoolId, logins: { [provider]: async () => "token" } }) },
  { identityPoolId, identity: async () => undefined },
  { identityPoolId, rememberIdentity: storage },
  { identityPoolId, rememberIdentity: { getItem: async () => null, setItem: async () => {}, removeItem() {} } },
];

const client = createClient({ identityPoolId });
client.setLogins();
client.setLogins(() => ({ [provider]: "token" }));
client.setLogins(async () => ({ identityId: identityPoolId, token: "token" }));

// @ts-expect-error: an identity says whose it is
createClient({ identityPoolId, identity: () => ({ token: "token" }) });
// @ts-expect-error: a role is needed
createClient({ identityPoolId, classicFlow: {} });

export const credentials: ClientOptions[] = [
  { credentials: own },
  { credentials: { ...own, sessionToken: "token", expiration: new Date(), identityId: identityPoolId } },
  { credentials: () => own },
  { credentials: async () => own },
];

export const modules: ClientOptions[] = [
  { identityPoolId, wasm: new URL("https://example.com/sigfetch.wasm") },
  { identityPoolId, wasm: response },
  { identityPoolId, wasm: new Uint8Array() },
  { identityPoolId, wasm: new ArrayBuffer(0) },
  { identityPoolId, wasm: module },
  { identityPoolId, wasm: Promise.resolve(module) },
];

// @ts-expect-error: options are needed
createClient();
// @ts-expect-error: one object, not the pool's id alone
createClient(identityPoolId);
// @ts-expect-error: a slip in a name
createClient({ identityPoolID: identityPoolId });
// @ts-expect-error: tokens are strings
createClient({ identityPoolId, logins: { [provider]: 7 } });
// @ts-expect-error: and so is what a function promises
createClient({ identityPoolId, logins: { [provider]: async () => null } });
// @ts-expect-error: an endpoint says its service
createClient({ identityPoolId, endpoints: [{ url: "https://api.example.com" }] });
// @ts-expect-error: hosts are a list
createClient({ identityPoolId, allow: "abc123.execute-api.eu-west-1.amazonaws.com" });
// @ts-expect-error: milliseconds are a number
createClient({ identityPoolId, timeoutMs: "10s" });
// @ts-expect-error: half a pair of keys
createClient({ credentials: { accessKeyId: "AKIDEXAMPLE" } });
// @ts-expect-error: a provider gives credentials
createClient({ credentials: async () => undefined });
