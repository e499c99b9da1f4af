/**
 * A login token, or a function that gives one. It is called anew each time credentials are fetched.
 *
 * @example
 * import type { LoginToken } from "sigfetch";
 *
 * const token: LoginToken = () => session.idToken();
 */
export type LoginToken = string | (() => string | Promise<string>);

/**
 * Provider name → login token, as Cognito's `Logins` map takes it: at most ten providers, names without `https://`.
 * A user pool's name is `cognito-idp.{region}.amazonaws.com/{userPoolId}` and its token the **ID** token.
 *
 * @example
 * import type { Logins } from "sigfetch";
 *
 * const logins: Logins = {
 *   "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": () => session.idToken(),
 * };
 */
export type Logins = Record<string, LoginToken>;

/**
 * One function for all logins, instead of one for each. It is called anew each time credentials are fetched; nothing
 * means that nobody is signed in.
 *
 * @example
 * const userPool = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
 * const aws = createClient({
 *   identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
 *   logins: async () => {
 *     const idToken = await session.idToken();
 *     return idToken ? { [userPool]: idToken } : undefined;
 *   },
 * });
 */
export type LoginsFunction = () => Logins | undefined | Promise<Logins | undefined>;

/**
 * What your own backend gives to a user whom it has signed in: the answer of `GetOpenIdTokenForDeveloperIdentity`
 * (Cognito Developer Guide: Developer-authenticated identities).
 *
 * @example
 * import type { DeveloperIdentity } from "sigfetch";
 *
 * const identity: DeveloperIdentity = await (await fetch("/api/aws-identity")).json();
 */
export type DeveloperIdentity =
  | {
      /** The user's Cognito identity. */
      identityId: string;
      /** The token. The provider's name is read from its `iss` claim, as it differs between regions. */
      token: string;
    }
  | {
      /** The user's Cognito identity. */
      identityId: string;
      /** Provider name → token, where the token's issuer is not to be asked or there are several logins. */
      logins: Logins;
    };

/**
 * Asks your backend who the user is to Cognito. It is called anew each time credentials are fetched; nothing means that
 * nobody is signed in.
 *
 * @example
 * import type { IdentityFunction } from "sigfetch";
 *
 * const identity: IdentityFunction = async () => {
 *   const response = await fetch("/api/aws-identity");
 *   return response.ok ? response.json() : undefined;
 * };
 */
export type IdentityFunction = () => DeveloperIdentity | undefined | Promise<DeveloperIdentity | undefined>;

/**
 * The basic (classic) flow: GetId, GetOpenIdToken, then AssumeRoleWithWebIdentity of STS for a role that the client
 * names (Cognito Developer Guide: Identity pools authentication flow). The pool must allow it and map no roles. What
 * Cognito forbids guests in the enhanced flow, it does not forbid here: the role's own policies decide.
 *
 * @example
 * import type { ClassicFlow } from "sigfetch";
 *
 * const classicFlow: ClassicFlow = { roleArn: "arn:aws:iam::123456789012:role/Uploader", durationSeconds: 900 };
 */
export interface ClassicFlow {
  /** The role. Its trust policy must name the identity pool. */
  roleArn: string;
  /** The session's name, which ends the caller's ARN: 2 to 64 of `A-Z a-z 0-9 _ + = , . @ -`. Default: `sigfetch`. */
  roleSessionName?: string;
  /** How long credentials last: 900 to 43 200 seconds, as far as the role allows. Default: STS's, 3 600. */
  durationSeconds?: number;
  /** A session policy, which narrows what the role may do: JSON or an object, at most 2 048 characters. */
  policy?: string | object;
}

/**
 * Where a guest's identity id is kept over reloads: `localStorage`, `sessionStorage`, or something of your own. What
 * its methods promise is waited for.
 *
 * @example
 * import type { IdentityStore } from "sigfetch";
 *
 * const kept = new Map<string, string>();
 * const store: IdentityStore = {
 *   getItem: (key) => kept.get(key),
 *   setItem: (key, value) => kept.set(key, value),
 *   removeItem: (key) => kept.delete(key),
 * };
 */
export interface IdentityStore {
  /** Gives what is kept under that name; nothing if there is nothing. */
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Keeps an identity id under that name. */
  setItem(key: string, value: string): unknown;
  /** Forgets what is kept under that name. */
  removeItem(key: string): unknown;
}

/**
 * AWS credentials, in the shape of the AWS SDK for JavaScript v3.
 *
 * @example
 * const { accessKeyId, expiration } = await aws.credentials();
 * console.log(accessKeyId, "until", expiration);
 */
export interface AwsCredentials {
  /** Names the key; not secret. Temporary ones begin with `ASIA`. */
  accessKeyId: string;
  /** Signs. Whoever has it can call AWS. */
  secretAccessKey: string;
  /** Goes along with each request; all temporary credentials have one. */
  sessionToken?: string;
  /** When they end. Without it they are taken to last for ever. */
  expiration?: Date;
  /** The Cognito identity that they belong to. */
  identityId?: string;
}

/**
 * Credentials from elsewhere: an object, or a function that is called again when the last ones are about to end.
 *
 * @example
 * import type { CredentialsSource } from "sigfetch";
 *
 * const source: CredentialsSource = async () => (await fetch("/my-credentials")).json();
 * const signer = createClient({ credentials: source, region: "eu-west-1" });
 */
export type CredentialsSource = AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);

/**
 * An endpoint that cannot be recognised from its host: a custom domain, CloudFront, a development proxy. It also
 * moves the AWS services that the client itself calls (`cognito-identity`, `sts`).
 *
 * @example
 * import type { EndpointDeclaration } from "sigfetch";
 *
 * // A custom domain, all preview deployments, and a development server that passes /api/* on to the stage "prod":
 * const endpoints: EndpointDeclaration[] = [
 *   { url: "https://api.example.com/", service: "execute-api" },
 *   { url: "https://*.preview.example.com/api/", service: "execute-api" },
 *   {
 *     url: "http://localhost:5173/api/",
 *     service: "execute-api",
 *     signAs: "abc123.execute-api.eu-west-1.amazonaws.com/prod",
 *   },
 * ];
 * const aws = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0", endpoints });
 */
export interface EndpointDeclaration {
  /**
   * Absolute https URL (http on loopback hosts), without query. It holds for itself and every path below it, whole
   * segments at a time, and for `wss` too.
   *
   * The host may start with `*.`, which stands for one label or more: `https://*.example.com/` holds for
   * `a.example.com` and `b.a.example.com`, not for `example.com`. A star anywhere else is refused, and so is one in
   * front of a single label (`*.com`). Every host that it holds for gets signed requests, so use it only below a name
   * that is all yours, never below one that a provider shares among its customers.
   *
   * Where several entries hold for a URL, the closest host wins (an exact one before a pattern), then the longest path,
   * then the first.
   */
  url: string;
  /** The signing name, such as `execute-api` or `appsync`. */
  service: string;
  /** The region. Default: the client's. */
  region?: string;
  /**
   * What to sign for where AWS sees another address than the one that is sent to, because a proxy rewrites it: a host,
   * such as `abc.execute-api.eu-west-1.amazonaws.com`, for a proxy that leaves paths alone; or a host and a path for
   * one that puts this path in the place of the path of `url`. Region and, in `init.aws`, service follow from it.
   */
  signAs?: string;
}

/**
 * Where the WebAssembly comes from: a URL, a `Response`, its bytes, or the compiled module.
 *
 * @example
 * import type { WasmSource } from "sigfetch";
 *
 * const wasm: WasmSource = new URL("/assets/sigfetch.wasm", location.href);
 */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/**
 * How far to go when something fails that may go well the next time.
 *
 * @example
 * import type { RetryPolicy } from "sigfetch";
 *
 * const patient: RetryPolicy = { attempts: 8, budgetMs: 60_000 };
 * await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", { aws: { retry: patient } });
 */
export interface RetryPolicy {
  /** Attempts in all, the first one counted; 1 to 100. Default: 4. */
  attempts?: number;
  /** Milliseconds after the first attempt began within which another one may begin. Default: 20 000. */
  budgetMs?: number;
}

/**
 * What {@link createClient} takes. Give `identityPoolId` or `credentials`, not both.
 *
 * @example
 * import type { ClientOptions } from "sigfetch";
 *
 * const options: ClientOptions = {
 *   identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
 *   logins: { "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": () => session.idToken() },
 *   timeoutMs: 5_000,
 * };
 * const aws = createClient(options);
 */
export interface ClientOptions {
  /** The Cognito identity pool, `REGION:GUID`. The region comes from here. */
  identityPoolId?: string;
  /** Who is signed in. Leave it out for guests. */
  logins?: Logins | LoginsFunction;
  /**
   * Who is signed in, where your own backend signs users in; instead of `logins`. GetId is never called then.
   *
   * @example
   * const aws = createClient({
   *   identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
   *   identity: async () => {
   *     const response = await fetch("/api/aws-identity"); // your backend: { identityId, token }
   *     return response.ok ? response.json() : undefined;
   *   },
   * });
   */
  identity?: IdentityFunction;
  /** The role to ask for, of those that the login's token claims (Cognito's `CustomRoleArn`). Default: the pool's choice. */
  roleArn?: string;
  /** Goes the basic (classic) way to credentials. Default: the enhanced flow. */
  classicFlow?: ClassicFlow;
  /**
   * Keeps a **guest's** identity id over reloads, so that a visitor stays the same guest, and the guest is linked to
   * whoever signs in after a redirect. `true` is `localStorage`. Nothing else is ever stored, credentials least of all.
   * The id is dropped when somebody signs in or out, and replaced once if Cognito does not take it any more. Storage
   * that fails, is full or takes longer than a second is done without. Whoever can write to the storage can choose
   * which guest a visitor is. Default: `false`.
   */
  rememberIdentity?: boolean | IdentityStore;
  /**
   * Lets the tabs of this origin share one renewal, by Web Locks and BroadcastChannel. Credentials are handed over in a
   * message and never stored. Tabs share only if all of this is the same: the identity pool and the options that say
   * how its credentials are had, the logins with all claims of their tokens but those of the single token (`iat`, `exp`
   * …), and, where a tab knows its identity already, the identity. So a tab gets no other user's credentials, whoever
   * signs in or out elsewhere; after a sign-out a tab is a new guest and not another tab's. Without these APIs, or if
   * another tab is slow, a tab goes on alone. Default: `false`.
   */
  shareBetweenTabs?: boolean;
  /** Credentials from elsewhere; the client is then a signer. */
  credentials?: CredentialsSource;
  /** The region of declared endpoints that name none, and of {@link Client.whoami}. Default: the identity pool's. */
  region?: string;
  /** Endpoints that hosts do not tell. */
  endpoints?: EndpointDeclaration[];
  /**
   * The only hosts of AWS that may be called besides declared ones: `abc123.execute-api.eu-west-1.amazonaws.com`, or
   * `*.` and what they end in. Declaring an endpoint is allowing it, so `[]` leaves the declared ones alone. The
   * client's own calls of Cognito and STS are always allowed. Default: every service of AWS.
   */
  allow?: string[];
  /**
   * How far to go when something fails; `false` is one attempt. Default: 4 attempts within 20 s.
   *
   * Cognito, and methods that HTTP calls idempotent (GET, HEAD, OPTIONS, PUT, DELETE), are tried again after network
   * errors, 429, 500, 502, 503 and 504; other methods only when AWS has not processed the request: it throttles, or
   * refuses the clock or the session token. Clock and credentials are put right before, once each. Between attempts is
   * a time drawn by chance from one that doubles, after what `Retry-After` says. An abort ends it at once.
   */
  retry?: false | RetryPolicy;
  /** Milliseconds to wait for one answer of Cognito or STS. Default: 10 000. */
  timeoutMs?: number;
  /**
   * Where the WebAssembly comes from. Default: inside the package. It has to be the `sigfetch.wasm` of the installed
   * version, and is loaded at once; without it a small part that signs first calls comes before. The first client of the page decides, and all of them wait for it: give a download of your own a time
   * limit. A `Response` can be read once, so a load that failed is tried again only with a URL.
   */
  wasm?: WasmSource | Promise<WasmSource>;
}

/**
 * What one call may say differently, in `init.aws`. It refines where credentials go, it does not widen it.
 *
 * @example
 * import type { AwsInit } from "sigfetch";
 *
 * const init: AwsInit = { service: "execute-api", region: "us-east-1" };
 * await aws.sign("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", { aws: init });
 */
export interface AwsInit {
  /** The signing name. Default: what the host or its declaration says. */
  service?: string;
  /** The region. Default: what the host or its declaration says, else the client's. */
  region?: string;
  /**
   * What to sign for, as in {@link EndpointDeclaration.signAs}. Default: what is sent to, or what its declaration says.
   */
  signAs?: string;
  /**
   * Leaves the body out of the signature, so that it need not be read before it is sent. For S3 only: every other
   * service demands the body's hash. Https then protects the body by itself. Default: false.
   */
  unsignedPayload?: boolean;
  /** As {@link ClientOptions.retry}; what it does not say is as there. */
  retry?: false | RetryPolicy;
  /**
   * Is told how far the hashing of the body has come, once or more often, at last with `hashed` equal to `total`. Not
   * called where there is no body or it is not hashed.
   */
  onProgress?: (progress: HashProgress) => void;
}

/**
 * How far the hashing of a body has come. Sending comes after it.
 *
 * @example
 * import type { HashProgress } from "sigfetch";
 *
 * const onProgress = ({ hashed, total }: HashProgress) => console.log(`${hashed} of ${total} bytes`);
 * await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", {
 *   method: "POST",
 *   headers: { "content-type": "application/json" },
 *   body: JSON.stringify({ name: "kettle" }),
 *   aws: { onProgress },
 * });
 */
export interface HashProgress {
  /** Bytes that are hashed, or are about to be: a worker says only when it has hashed all. */
  hashed: number;
  /** Bytes of the body. */
  total: number;
}

/**
 * `fetch`'s own `RequestInit`, and what only AWS needs.
 *
 * @example
 * import type { SignedRequestInit } from "sigfetch";
 *
 * const init: SignedRequestInit = { headers: { accept: "application/json" }, aws: { service: "execute-api" } };
 * const response = await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", init);
 */
export interface SignedRequestInit extends RequestInit {
  /** What this call says differently from the host and the options. */
  aws?: AwsInit;
}

/**
 * What {@link Client.presign} takes.
 *
 * @example
 * import type { PresignInit } from "sigfetch";
 *
 * const init: PresignInit = { method: "PUT", headers: { "content-type": "image/jpeg" }, expiresSeconds: 300 };
 * const url = await aws.presign("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg", init);
 */
export interface PresignInit {
  /** The method that the URL is good for. Default: `GET`. */
  method?: string;
  /**
   * Seconds that the URL is good for: 1 to 604 800 (a week), but at most 86 400 for sockets of IoT and 300 for
   * Transcribe. A URL ends with the credentials that signed it. So if they end sooner than you ask, they are renewed
   * first, and if new ones would end sooner too, the call fails with `INVALID_REQUEST` and says how long they live.
   * Default: 900, or as long as the credentials live if that is less.
   */
  expiresSeconds?: number;
  /** Headers that whoever uses the URL has to send just as given here, such as `content-type`. Default: none. */
  headers?: HeadersInit;
  /** What the URL is signed for. Default: what the host or its declaration says. */
  aws?: Omit<AwsInit, "unsignedPayload">;
}

/**
 * A GraphQL operation.
 *
 * @example
 * import type { GraphqlRequest } from "sigfetch";
 *
 * const request: GraphqlRequest = {
 *   query: "query Notes($first: Int) { notes(first: $first) { id text } }",
 *   variables: { first: 10 },
 * };
 */
export interface GraphqlRequest {
  /** The document: a query or a mutation. */
  query: string;
  /** The values of its variables. */
  variables?: Record<string, unknown>;
  /** Which operation to run, if the document has several. */
  operationName?: string;
}

/**
 * An entry of `errors` in a GraphQL answer, as AppSync writes it.
 *
 * @example
 * import type { GraphqlError } from "sigfetch";
 *
 * const isDenied = ({ errorType }: GraphqlError) => errorType === "Unauthorized";
 */
export interface GraphqlError {
  /** What went wrong, for people. */
  message: string;
  /** AppSync's or the resolver's name of it, such as `Unauthorized`. */
  errorType?: string | null;
  /** What a resolver tells besides. */
  errorInfo?: unknown;
  /** The field of the answer that it is about. */
  path?: (string | number)[] | null;
  /** Where in the document it arose. */
  locations?: GraphqlErrorLocation[] | null;
  /** What a resolver returned although it failed. */
  data?: unknown;
}

/**
 * A place in a GraphQL document.
 *
 * @example
 * import type { GraphqlErrorLocation } from "sigfetch";
 *
 * const show = ({ line, column }: GraphqlErrorLocation) => `${line}:${column}`;
 */
export interface GraphqlErrorLocation {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** The document's name; AppSync gives none. */
  sourceName?: string | null;
}

/**
 * A GraphQL answer: both may be there.
 *
 * @example
 * import type { GraphqlResult } from "sigfetch";
 *
 * const count = ({ data, errors }: GraphqlResult<{ notes: unknown[] }>) => (errors ? undefined : data?.notes.length);
 */
export interface GraphqlResult<Data = unknown> {
  /** What was asked for, null where a field failed. */
  data: Data | null;
  /** What failed; not there if nothing did. */
  errors?: GraphqlError[];
}

/**
 * Who AWS says the credentials belong to (STS GetCallerIdentity).
 *
 * @example
 * const { account, role } = await aws.whoami();
 * console.log(`role ${role} of account ${account}`);
 */
export interface CallerIdentity {
  /** The twelve-digit account id. */
  account: string;
  /** For Cognito: `arn:aws:sts::{account}:assumed-role/{role}/CognitoIdentityCredentials`. */
  arn: string;
  /** The role's name, if the caller is an assumed role. */
  role?: string;
  /** For an assumed role `{roleId}:{sessionName}`. */
  userId: string;
}

/**
 * The stable codes of {@link SigFetchError}.
 *
 * @example
 * import type { SigFetchErrorCode } from "sigfetch";
 *
 * const signInAgainAt: SigFetchErrorCode[] = ["LOGIN_EXPIRED", "LOGIN_REJECTED"];
 */
export type SigFetchErrorCode =
  /** An option is missing, of the wrong kind or malformed; `field` names it. */
  | "INVALID_OPTION"
  /** A part of the request cannot be signed or sent; `field` names it. */
  | "INVALID_REQUEST"
  /** The host is neither AWS's nor declared, or `allow` leaves it out, or it does not say service and region. */
  | "UNKNOWN_ENDPOINT"
  /** A method whose name ends in `Sync` was called before the WebAssembly or credentials were there. */
  | "NOT_READY"
  /** Credentials would travel over plain http. */
  | "INSECURE_URL"
  /** A `logins` or `identity` function threw, rejected or gave something else than it should. */
  | "LOGINS_FAILED"
  /** The `credentials` function threw, rejected or gave no credentials. */
  | "PROVIDER_FAILED"
  /** The login token has expired. */
  | "LOGIN_EXPIRED"
  /** Cognito refuses the login token. */
  | "LOGIN_REJECTED"
  /** The identity pool allows no guests. */
  | "GUESTS_NOT_ALLOWED"
  /** The identity pool does not exist in that region. */
  | "POOL_NOT_FOUND"
  /** The identity pool has no usable role. */
  | "POOL_MISCONFIGURED"
  /** The identity is gone, disabled or somebody else's. */
  | "IDENTITY_LOST"
  /** AWS refuses for another reason; see `serviceError`. */
  | "REFUSED"
  /** AWS throttles. */
  | "THROTTLED"
  /** AWS fails, or answers what cannot be read. */
  | "SERVICE_FAULT"
  /** The network failed, or CORS hides the answer. */
  | "NETWORK"
  /** No answer in time. */
  | "TIMEOUT"
  /** The client signed out while the call waited. */
  | "SIGNED_OUT"
  /** The WebAssembly, or the script that comes later, could not be loaded. */
  | "WASM_LOAD";

/**
 * What the client throws when credentials or signing fail. HTTP errors are `Response`s, as with `fetch`.
 *
 * @example
 * import { SigFetchError } from "sigfetch";
 *
 * try {
 *   await aws.credentials();
 * } catch (error) {
 *   if (!(error instanceof SigFetchError)) throw error;
 *   console.warn(error.code, error.message, error.advice);
 * }
 */
export declare class SigFetchError extends Error {
  private constructor();
  /** Tells it from other errors where `instanceof` cannot: from another frame, or from another copy of the package. */
  readonly name: "SigFetchError";
  /** What went wrong, for programs. */
  readonly code: SigFetchErrorCode;
  /** What to do next, for people. */
  readonly advice: string;
  /** The option or argument that it is about. */
  readonly field?: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The HTTP status of AWS's answer. */
  readonly status?: number;
  /** AWS's name of the error, such as `NotAuthorizedException`. */
  readonly serviceError?: string;
  /** AWS's request id, for its support. */
  readonly requestId?: string;
}

/**
 * Of a `credentials` event: a round for credentials has ended.
 *
 * @example
 * import type { CredentialsDetail } from "sigfetch";
 *
 * const tell = (detail: CredentialsDetail) => (detail.outcome === "failed" ? detail.code : detail.expiration);
 * aws.addEventListener("credentials", ({ detail }) => console.log(tell(detail)));
 */
export type CredentialsDetail =
  | {
      /** There are new credentials. */
      outcome: "renewed";
      /** The Cognito identity that they belong to. */
      identityId?: string;
      /** When they end, by the server's clock. */
      expiration?: Date;
    }
  | {
      /** There are none. */
      outcome: "failed";
      /** Why, as a {@link SigFetchError} says it. The set that was there serves until it ends. */
      code: SigFetchErrorCode;
    };

/**
 * Of an `identitychange` event: another Cognito identity from now on.
 *
 * @example
 * aws.addEventListener("identitychange", ({ detail: { previous, current } }) => console.log(previous, "→", current));
 */
export interface IdentityChangeDetail {
  /** The one before; nothing if there was none. */
  previous?: string;
  /** The one now; nothing after a sign-out. */
  current?: string;
}

/**
 * Of a `clock` event: the client has learnt how far the device's clock is off.
 *
 * @example
 * aws.addEventListener("clock", ({ detail }) => console.log("The device's clock is off by", detail.offset, "ms"));
 */
export interface ClockDetail {
  /** Milliseconds, server minus device. */
  offset: number;
  /**
   * What told: a `Date` header; AWS's own clock in what it says when it refuses a signature or a token; the end of
   * Cognito's credentials, which last an hour, where `Date` is hidden; or the device itself, whose clock was set.
   */
  from: "date" | "refusal" | "expiration" | "device";
}

/**
 * Of a `request` event: an attempt is over, of a call or of Cognito Identity's.
 *
 * @example
 * aws.addEventListener("request", ({ detail }) => console.log(detail.url, detail.status, `${detail.durationMs} ms`));
 */
export interface RequestDetail {
  /** The HTTP method. */
  method: string;
  /** Without query and fragment. */
  url: string;
  /** Counted from 1 for every call. */
  attempt: number;
  /** Milliseconds until the answer's headers were there, or until it failed. */
  durationMs: number;
  /** The HTTP status; nothing if there was no answer that the page may see. */
  status?: number;
}

/**
 * Of a `retry` event: a call is about to be tried again.
 *
 * @example
 * aws.addEventListener("retry", ({ detail }) => console.log(`${detail.url}: ${detail.reason}, attempt ${detail.attempt}`));
 */
export interface RetryDetail {
  /** The HTTP method. */
  method: string;
  /** Without query and fragment. */
  url: string;
  /** The number of the attempt that follows. */
  attempt: number;
  /**
   * Why: the session token has expired, or is not known any more (`token`), or the role is denied, as it is when its
   * older sessions were revoked (`role`), and there are new credentials now; the clock was off and has been corrected;
   * AWS throttles; it fails (`fault`); or there was no answer that the page may see (`network`).
   */
  reason: "token" | "role" | "clock" | "throttled" | "fault" | "network";
  /** Milliseconds that are waited before. */
  waitMs: number;
}

/**
 * The events of a {@link Client}, by name. Their details hold no token, key, signature, header or query, so that they
 * can be logged as they are.
 *
 * @example
 * import type { ClientEventMap } from "sigfetch";
 *
 * const log = ({ type, detail }: ClientEventMap[keyof ClientEventMap]) => console.log(type, detail);
 * aws.addEventListener("credentials", log);
 * aws.addEventListener("identitychange", log);
 */
export interface ClientEventMap {
  /** A round for credentials has ended, well or badly. */
  credentials: CustomEvent<Readonly<CredentialsDetail>>;
  /** There is another Cognito identity, or none any more. */
  identitychange: CustomEvent<Readonly<IdentityChangeDetail>>;
  /** An attempt is over, of a call or of Cognito Identity's. */
  request: CustomEvent<Readonly<RequestDetail>>;
  /** A call is about to be tried again. */
  retry: CustomEvent<Readonly<RetryDetail>>;
  /** The client has learnt how far the device's clock is off. */
  clock: CustomEvent<Readonly<ClockDetail>>;
}

/**
 * Signs and sends. Every method is bound: `const { signedFetch } = client` works. What goes on inside is told in
 * events.
 *
 * @example
 * aws.addEventListener("clock", ({ detail }) => console.log("The device's clock is off by", detail.offset, "ms"));
 */
export interface Client extends EventTarget {
  /**
   * `EventTarget`'s own, with the events of {@link ClientEventMap} known by name.
   *
   * @example
   * const stop = new AbortController();
   * aws.addEventListener("credentials", ({ detail }) => console.log(detail.outcome), { signal: stop.signal });
   */
  addEventListener<Type extends keyof ClientEventMap>(
    type: Type,
    listener: (this: Client, event: ClientEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * `EventTarget`'s own, with the events of {@link ClientEventMap} known by name.
   *
   * @example
   * const log = (event: Event) => console.log(event.type);
   * aws.addEventListener("clock", log);
   * aws.removeEventListener("clock", log);
   */
  removeEventListener<Type extends keyof ClientEventMap>(
    type: Type,
    listener: (this: Client, event: ClientEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /**
   * What is known of the server's clock. All that is signed, and all that is judged by time, goes by it.
   *
   * @example
   * const now = new Date(Date.now() + aws.clock.offset);
   */
  readonly clock: {
    /** Milliseconds, the server's time minus the device's, as learnt from AWS's answers; 0 until then. */
    readonly offset: number;
  };
  /**
   * `fetch`, signed: same arguments, same `Response`, HTTP errors included.
   *
   * The host has to be AWS's own or declared in `endpoints`; it is https, or http on a loopback host. Redirects are
   * never followed, as they would carry credentials: `redirect: "follow"` counts as `"error"`.
   *
   * @throws {@link SigFetchError} when credentials or signing fail; and what `fetch` throws.
   * @example
   * const response = await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");
   */
  readonly signedFetch: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Response>;
  /**
   * The signed `Request`, not sent. It carries credentials: send it where it is meant for, within five minutes.
   *
   * @throws {@link SigFetchError} as {@link Client.signedFetch} does.
   * @example
   * const request = await aws.sign("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");
   * const response = await fetch(request);
   */
  readonly sign: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Request>;
  /**
   * The headers that make a request signed, for those who send it themselves: `authorization`, `x-amz-date`, the
   * session token, what else the service demands, and the `content-type` that the body brings if you give none. Set
   * them, beside your own, on the very request that you describe here: same URL, method, headers and body.
   *
   * A `Request` that is given stays usable. Form data and streams are refused, because what is sent would not be what
   * was signed.
   *
   * @throws {@link SigFetchError} as {@link Client.signedFetch} does.
   * @example
   * const [file, url] = [new Blob(["notes"]), "https://photos.s3.eu-west-1.amazonaws.com/notes.txt"];
   * const xhr = new XMLHttpRequest();
   * xhr.open("PUT", url);
   * for (const [name, value] of await aws.signHeaders(url, { method: "PUT", body: file })) {
   *   xhr.setRequestHeader(name, value);
   * }
   * xhr.send(file);
   */
  readonly signHeaders: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Headers>;
  /**
   * The same at once, for hooks that cannot wait; the body is a string, bytes or `URLSearchParams`.
   *
   * @throws {@link SigFetchError} `NOT_READY` while the WebAssembly loads or no good credentials are there. They are on
   * their way then; `await aws.credentials()` waits for both, which a `signedFetch` need not do. Credentials given as an
   * object need no waiting.
   * @example
   * await aws.credentials();
   * const transformRequest = (url: string) => ({ url, headers: Object.fromEntries(aws.signHeadersSync(url)) });
   */
  readonly signHeadersSync: (input: RequestInfo | URL, init?: SignedRequestInit) => Headers;
  /**
   * A URL that carries its own signature: for WebSockets of API Gateway, IoT and Transcribe, for links, `<img>` and
   * media players, and for S3 uploads by whoever gets the URL. It is a secret as long as it is good. S3 leaves the body
   * out of the signature; with every other service the URL is good for a request without a body.
   *
   * @throws {@link SigFetchError} as {@link Client.signedFetch} does.
   * @example
   * const socket = new WebSocket(await aws.presign("wss://abc123.execute-api.eu-west-1.amazonaws.com/prod"));
   * @example
   * const url = await aws.presign("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg", { method: "PUT" });
   * await fetch(url, { method: "PUT", body: "any size" });
   */
  readonly presign: (url: string | URL, init?: PresignInit) => Promise<string>;
  /**
   * The same at once, for hooks that cannot wait.
   *
   * @throws {@link SigFetchError} `NOT_READY` as with {@link Client.signHeadersSync}, and if the credentials have to be
   * renewed for a URL that lives as long as you ask.
   * @example
   * await aws.credentials();
   * const image = new Image();
   * image.src = aws.presignSync("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg");
   */
  readonly presignSync: (url: string | URL, init?: PresignInit) => string;
  /**
   * Runs a GraphQL operation on AppSync over HTTP. Errors of single fields come in `errors`.
   *
   * @throws {@link SigFetchError} when credentials or signing fail, and when AppSync refuses the request as a whole
   * (`REFUSED`, `THROTTLED`, `SERVICE_FAULT`); and what `fetch` throws.
   * @example
   * const { data, errors } = await aws.graphql<{ notes: { id: string }[] }>(
   *   "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql",
   *   { query: "{ notes { id text } }" },
   * );
   */
  readonly graphql: <Data = unknown>(
    url: string | URL,
    request: GraphqlRequest,
    init?: Omit<SignedRequestInit, "method" | "body">,
  ) => Promise<GraphqlResult<Data>>;
  /**
   * The current credentials, renewed when needed: a provider that AWS SDK for JavaScript v3 clients take as it is.
   *
   * @throws {@link SigFetchError} when there are none to be had.
   * @example
   * import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
   *
   * const dynamo = new DynamoDBClient({ region: "eu-west-1", credentials: aws.credentials });
   */
  readonly credentials: () => Promise<AwsCredentials>;
  /**
   * The Cognito identity id, the value of `${cognito-identity.amazonaws.com:sub}` in policies.
   *
   * @throws {@link SigFetchError} when there are no credentials to be had, or they belong to no identity.
   * @example
   * const folder = `private/${await aws.identityId()}/`;
   */
  readonly identityId: () => Promise<string>;
  /**
   * Who AWS says the credentials belong to; works for every role, whatever its policies say.
   *
   * @throws {@link SigFetchError} when there are no credentials to be had, or STS does not answer.
   * @example
   * const { arn } = await aws.whoami();
   */
  readonly whoami: () => Promise<CallerIdentity>;
  /**
   * Replaces who is signed in: `logins`, or a function such as `logins` and `identity` take; nobody without. Credentials
   * are fetched anew at the next call. A guest's identity is kept and linked; the id that Cognito gives back counts, and
   * an `identitychange` event tells of another one.
   *
   * @throws {@link SigFetchError} `INVALID_OPTION` when they are malformed.
   * @example
   * aws.setLogins({ "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": () => session.idToken() });
   */
  readonly setLogins: (logins?: Logins | LoginsFunction | IdentityFunction) => void;
  /**
   * Forgets credentials, identity, logins and their functions, and is a new guest; what waits for credentials ends with
   * `SIGNED_OUT`.
   *
   * @example
   * aws.signOut();
   */
  readonly signOut: () => void;
}

/**
 * Makes a client. Synchronous, and nobody but the page's own server is asked; the WebAssembly starts to load in the
 * background. Options are
 * checked then: a bad one makes every method fail with `INVALID_OPTION`, naming it.
 *
 * @example
 * import { createClient } from "sigfetch";
 *
 * const aws = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });
 */
export declare function createClient(options: ClientOptions): Client;
