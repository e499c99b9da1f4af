/**
 * A login token, or a function that returns one. The function is called at each refresh of the credentials.
 *
 * @example
 * import type { LoginToken } from "sigfetch";
 *
 * const token: LoginToken = () => session.idToken();
 */
export type LoginToken = string | (() => string | Promise<string>);

/**
 * Provider name → login token, as in Cognito's `Logins` map: at most ten providers, names without `https://`. A user
 * pool's name is `cognito-idp.{region}.amazonaws.com/{userPoolId}`, and its token is the **ID** token.
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
 * A function that returns all logins, instead of one function for each. It is called at each refresh of the
 * credentials. If it returns `undefined`, nobody is signed in, and the client is a guest.
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
 * The Cognito identity of a user whom your own backend has signed in: the answer of
 * `GetOpenIdTokenForDeveloperIdentity` (Cognito Developer Guide: Developer-authenticated identities).
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
      /** The token. Its `iss` claim names the provider. */
      token: string;
    }
  | {
      /** The user's Cognito identity. */
      identityId: string;
      /** Provider name → token: for several logins, or if the token has no `iss` claim that names the provider. */
      logins: Logins;
    };

/**
 * A function that gets the user's Cognito identity from your backend. It is called at each refresh of the credentials.
 * If it returns `undefined`, nobody is signed in, and the client is a guest.
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
 * names (Cognito Developer Guide: Identity pools authentication flow). The pool must allow it and must not map roles.
 * Cognito's limits for guests in the enhanced flow do not apply here: only the role's own policies count.
 *
 * @example
 * import type { ClassicFlow } from "sigfetch";
 *
 * const classicFlow: ClassicFlow = { roleArn: "arn:aws:iam::123456789012:role/Uploader", durationSeconds: 900 };
 */
export interface ClassicFlow {
  /** The role. Its trust policy must name the identity pool. */
  roleArn: string;
  /**
   * The session's name, the last part of the caller's ARN: 2 to 64 characters out of `A-Z a-z 0-9 _ + = , . @ -`.
   * Default: `sigfetch`.
   */
  roleSessionName?: string;
  /**
   * Lifetime of the credentials in seconds: 900 to 43 200, and at most the maximum that the role allows. Default: 3
   * 600, the default of STS.
   */
  durationSeconds?: number;
  /** A session policy, which restricts the role: JSON, or an object. At most 2 048 characters. Default: none. */
  policy?: string | object;
}

/**
 * A store for a guest's identity id across reloads: `localStorage`, `sessionStorage`, or an object of your own. Its
 * methods may return promises.
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
  /** Returns the value that is stored under this key; `null` or `undefined` if there is none. */
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Stores an identity id under this key. */
  setItem(key: string, value: string): unknown;
  /** Removes the value that is stored under this key. */
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
  /** The id of the access key; not secret. Ids of temporary credentials start with `ASIA`. */
  accessKeyId: string;
  /** The secret key that requests are signed with. */
  secretAccessKey: string;
  /** The session token, which is sent with each request. All temporary credentials have one. */
  sessionToken?: string;
  /** The time when they expire, by AWS's clock. Default: they never expire. */
  expiration?: Date;
  /** The Cognito identity that they belong to. */
  identityId?: string;
}

/**
 * Credentials from another source: an object, or a function that returns one. The function is called again before the
 * current credentials expire.
 *
 * @example
 * import type { CredentialsSource } from "sigfetch";
 *
 * const source: CredentialsSource = async () => (await fetch("/my-credentials")).json();
 * const signer = createClient({ credentials: source, region: "eu-west-1" });
 */
export type CredentialsSource = AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);

/**
 * An endpoint that cannot be recognised by its host: a custom domain, CloudFront, a development proxy. An entry for the
 * service `cognito-identity` or `sts` redirects the client's own calls of that service, unless its host is a pattern.
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
   * Absolute https URL (http on loopback hosts), without query. It matches its own path and every path below it, by
   * whole segments; an `https` URL also matches `wss`.
   *
   * The host may start with `*.`, which stands for one label or more: `https://*.example.com/` matches `a.example.com`
   * and `b.a.example.com`, but not `example.com`. A star in any other place is refused, and so is one in front of a
   * single label (`*.com`). Every matching host gets signed requests, so use a star only below a domain that is
   * entirely yours, never below one that a provider shares among its customers.
   *
   * A path is a boundary: a request whose path contains `..`, encoded in any way (`..%2f`, `..%5c`, `..;/`,
   * `%252e%252e`), is refused with `INVALID_REQUEST`, because a server behind the endpoint may decode it and leave the
   * path.
   *
   * If several entries match a URL, the most specific host wins (an exact host before a pattern), then the longest
   * path, then the first entry.
   */
  url: string;
  /** The signing name, such as `execute-api` or `appsync`. */
  service: string;
  /** The region. Default: the client's. */
  region?: string;
  /**
   * The address to sign for, if a proxy rewrites the address that the page calls: a host, such as
   * `abc.execute-api.eu-west-1.amazonaws.com`, for a proxy that keeps paths; or a host and a path, for a proxy that
   * replaces the path of `url` by this one. A region that is not set is read from this host; in `init.aws`, for a host
   * that is not declared, so is the service. Default: the address that the page calls.
   */
  signAs?: string;
}

/**
 * The source of the WebAssembly module: a URL, a `Response`, the bytes, or the compiled module.
 *
 * @example
 * import type { WasmSource } from "sigfetch";
 *
 * const wasm: WasmSource = new URL("/assets/sigfetch.wasm", location.href);
 */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/**
 * Retry policy for transient failures.
 *
 * @example
 * import type { RetryPolicy } from "sigfetch";
 *
 * const patient: RetryPolicy = { attempts: 8, budgetMs: 60_000 };
 * await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", { aws: { retry: patient } });
 */
export interface RetryPolicy {
  /** Attempts in total, including the first: 1 to 100. Default: 4. */
  attempts?: number;
  /** Milliseconds after the start of the first attempt in which another one may start, 0 or more. Default: 20 000. */
  budgetMs?: number;
}

/**
 * The options of {@link createClient}. Pass `identityPoolId` or `credentials`, not both.
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
  /** The Cognito identity pool, `REGION:GUID`. It also determines the region. */
  identityPoolId?: string;
  /** The logins of the signed-in user. Default: a guest. */
  logins?: Logins | LoginsFunction;
  /**
   * The signed-in user, if your own backend signs users in. Used instead of `logins`; the client never calls GetId
   * then.
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
  /**
   * The role to request, one of those in the token's claims (Cognito's `CustomRoleArn`). Default: the pool's choice.
   */
  roleArn?: string;
  /** Uses the basic (classic) auth flow. Default: the enhanced flow. */
  classicFlow?: ClassicFlow;
  /**
   * Stores a **guest's** identity id across reloads, so that a visitor stays the same guest, and Cognito links the
   * guest to the user who signs in after a redirect. `true` means `localStorage`. Nothing else is stored; credentials
   * never are. The id is removed when a user signs in or out, and replaced once if Cognito no longer accepts it. A
   * storage that fails, is full or takes longer than a second is ignored. A script that can write to the storage can
   * choose which guest a visitor is. Default: `false`.
   */
  rememberIdentity?: boolean | IdentityStore;
  /**
   * Lets the tabs of this origin share one refresh, by Web Locks and BroadcastChannel. Credentials are passed in a
   * message and never stored. Tabs share only if all of the following are equal: the identity pool and the options that
   * decide how credentials are fetched; the logins, with all claims of their tokens except those that change with each
   * token (`iat`, `exp`, …); and the identity, if the tab already knows it. So a tab does not get another user's
   * credentials when a user signs in or out in another tab, and after a sign-out it is a new guest. If these APIs are
   * missing, or if another tab is slow, a tab refreshes alone. Any script of the origin can read these messages and
   * send its own, see `SECURITY.md`. Default: `false`.
   */
  shareBetweenTabs?: boolean;
  /** Credentials from another source. The client then only signs. */
  credentials?: CredentialsSource;
  /**
   * How to load `sigfetch/explain`, which {@link Client.explain} and {@link Client.doctor} need. It is called at the
   * first use, so that a page that never explains does not load it.
   *
   * @example
   * const aws = createClient({
   *   identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
   *   explain: () => import("sigfetch/explain"),
   * });
   */
  explain?: () => Promise<unknown>;
  /**
   * How to load `sigfetch/realtime`, which {@link Client.subscribe} and {@link Client.events} need. It is called at the
   * first use, so that a page that never subscribes does not load it.
   *
   * @example
   * const aws = createClient({
   *   identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
   *   realtime: () => import("sigfetch/realtime"),
   * });
   */
  realtime?: () => Promise<unknown>;
  /** The region of declared endpoints that name none, and of {@link Client.whoami}. Default: the identity pool's. */
  region?: string;
  /** Endpoints that cannot be recognised by their hosts. */
  endpoints?: EndpointDeclaration[];
  /**
   * The only AWS hosts that may be called besides declared endpoints: exact names, such as
   * `abc123.execute-api.eu-west-1.amazonaws.com`, or `*.` and a suffix. A declared endpoint is always allowed, so `[]`
   * allows the declared ones only. The client's own calls of Cognito and STS are always allowed. Default: all AWS
   * hosts.
   */
  allow?: string[];
  /**
   * Retry policy for transient failures; `false` means one attempt. Default: 4 attempts within 20 s.
   *
   * Calls of Cognito and idempotent methods (GET, HEAD, OPTIONS, PUT, DELETE) are retried after network errors, 429,
   * 500, 502, 503 and 504; other methods only if AWS has certainly not processed the request, because it throttles or
   * rejects the clock or the session token. The client corrects the clock or refreshes the credentials first, once
   * each. The wait between attempts is random and its upper limit doubles (exponential backoff with full jitter);
   * `Retry-After` is added to it. An abort ends the wait at once.
   *
   * If CORS hides a refusal, the page sees a network error. Before it retries, the client therefore sends one `HEAD`
   * request to the same URL in `no-cors` mode, without signature and cookies. If the host answers, at most one more
   * attempt follows.
   *
   * If a refresh fails because Cognito throttles or fails with a 5xx status, no refresh starts for a random time of up
   * to 20 s. That limit triples with each further failure, up to 10 minutes (2 minutes after a 5xx status), and
   * `Retry-After` (at most one hour) is added. Meanwhile, credentials that are still valid stay in use; without them,
   * calls wait if the pause ends within 5 s, and otherwise fail at once with the last error.
   */
  retry?: false | RetryPolicy;
  /**
   * Milliseconds to wait for one answer of Cognito or STS, body included: a whole number from 1 to 2 147 483 647.
   * Default: 10 000.
   */
  timeoutMs?: number;
  /**
   * The source of the WebAssembly module: the file `sigfetch/sigfetch.wasm` of the installed version. The first client
   * of the page decides, and all clients wait for it, so set a time limit on a download of your own. A `Response` can
   * be read only once, so only a URL can be tried again after a failure. Default: the module inside the package.
   */
  wasm?: WasmSource | Promise<WasmSource>;
}

/**
 * Settings of a single call, in `init.aws`. They change what a recognised or declared host is signed for. They never
 * let credentials go to another host.
 *
 * @example
 * import type { AwsInit } from "sigfetch";
 *
 * const init: AwsInit = { service: "execute-api", region: "us-east-1" };
 * await aws.sign("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", { aws: init });
 */
export interface AwsInit {
  /** The signing name. Default: that of the declared endpoint or of the host. */
  service?: string;
  /** The region. Default: that of the declared endpoint or of the host; for declared endpoints, else the client's. */
  region?: string;
  /**
   * The address to sign for, as in {@link EndpointDeclaration.signAs}. Default: that of the declared endpoint, else the
   * URL of the call.
   */
  signAs?: string;
  /**
   * Leaves the body out of the signature, so that it need not be read before it is sent. For S3 only: all other
   * services require the body's hash. The body is then protected by https alone. Default: `false`.
   */
  unsignedPayload?: boolean;
  /** Retry policy of this call. Members that are missing are taken from {@link ClientOptions.retry}. */
  retry?: false | RetryPolicy;
  /**
   * Called with the progress of hashing the body, at least once; at the last call, `hashed` equals `total`. Not called
   * if there is no body or if the body is not hashed.
   */
  onProgress?: (progress: HashProgress) => void;
}

/**
 * Progress of hashing a body. The request is sent afterwards.
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
  /** Bytes hashed so far, or passed to the worker that hashes them. */
  hashed: number;
  /** Total bytes of the body. */
  total: number;
}

/**
 * The `RequestInit` of `fetch`, with settings for AWS.
 *
 * @example
 * import type { SignedRequestInit } from "sigfetch";
 *
 * const init: SignedRequestInit = { headers: { accept: "application/json" }, aws: { service: "execute-api" } };
 * const response = await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items", init);
 */
export interface SignedRequestInit extends RequestInit {
  /** Settings of this call. They override those of the host, the declared endpoint and the client. */
  aws?: AwsInit;
}

/**
 * The options of {@link Client.presign}.
 *
 * @example
 * import type { PresignInit } from "sigfetch";
 *
 * const init: PresignInit = { method: "PUT", headers: { "content-type": "image/jpeg" }, expiresSeconds: 300 };
 * const url = await aws.presign("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg", init);
 */
export interface PresignInit {
  /** The method that the URL is valid for. Default: `GET`. */
  method?: string;
  /**
   * Seconds that the URL is valid for: 1 to 604 800 (a week), but at most 86 400 for WebSockets of IoT and 300 for
   * Transcribe. A URL expires with the credentials that signed it, so credentials that expire earlier are refreshed
   * first. If new credentials would also expire too early, the call fails with `INVALID_REQUEST`, and the message names
   * their lifetime. Default: 900, or the remaining lifetime of the credentials if that is shorter.
   */
  expiresSeconds?: number;
  /** Headers that have to be sent with the URL exactly as given here, such as `content-type`. Default: none. */
  headers?: HeadersInit;
  /** What the URL is signed for. Default: as the declared endpoint or the host says. */
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
export type GraphqlRequest<Data = unknown, Variables = Record<string, unknown>> = {
  /** The document. */
  query: GraphqlDocument<Data, Variables>;
  /** Which operation to run, if the document has several. */
  operationName?: string;
} & (Record<never, never> extends Variables
  ? {
      /** The values of its variables. */
      variables?: Variables;
    }
  : {
      /** The values of its variables. */
      variables: Variables;
    });

/**
 * A GraphQL document: text, or what a library makes of it: a `TypedDocumentNode` or `TypedDocumentString` of GraphQL Code
 * Generator, a document of gql.tada, a `DocumentNode` of `graphql` or `graphql-tag`. Documents that know the types of
 * their data and variables give them to the call.
 *
 * @example
 * import type { GraphqlDocument } from "sigfetch";
 *
 * const notes: GraphqlDocument<{ notes: { id: string }[] }> = "{ notes { id } }";
 */
export type GraphqlDocument<Data = unknown, Variables = Record<string, unknown>> =
  | string
  | ({
      /** Never there: it carries the types. */
      readonly __apiType?: (variables: Variables) => Data;
    } & (
      | {
          /** `Document`. */
          readonly kind: string;
          /** The definitions of the syntax tree. */
          readonly definitions: readonly unknown[];
        }
      | {
          /** The text of a `String` object. */
          toString(): string;
          /** Its length. */
          readonly length: number;
        }
    ));

/**
 * How to subscribe.
 *
 * @example
 * import type { SubscribeInit } from "sigfetch";
 *
 * const init: SubscribeInit = { onGap: async () => void (await aws.signedFetch("https://api.example.com/notes")) };
 */
export interface SubscribeInit {
  /** Ends the subscription when it is aborted, as {@link Subscription.unsubscribe} does. */
  signal?: AbortSignal;
  /**
   * Called where messages may be missing: after each disconnection, once messages arrive again, and after an overflow of
   * the queue. What is fetched from then on closes the gap. The next message waits for the promise that it returns; if
   * it throws or rejects, the subscription ends with that. Default: none.
   */
  onGap?: (gap: Gap) => unknown;
  /**
   * Messages and gaps that are kept for a consumer that is slower than they come: a whole number from 2 to 1 000 000. If
   * there are more, or more than 8 MB, the oldest are dropped, and a {@link Gap} in their place counts them. Default: 1
   * 000.
   */
  maxQueued?: number;
}

/**
 * A place in the messages of a subscription where some may be missing.
 *
 * @example
 * import type { Gap } from "sigfetch";
 *
 * const isMissing = ({ overflowed, unreadable }: Gap) => overflowed + unreadable > 0;
 */
export interface Gap {
  /** When the last sign of the connection came before it. */
  since: Date;
  /** When messages were sure to arrive again. */
  until: Date;
  /**
   * How often the subscription was disconnected and came back: 1, more only if the consumer was so slow that no message
   * lies between, and 0 if messages are missing for another reason.
   */
  disconnections: number;
  /** Messages that were dropped because the queue was full. */
  overflowed: number;
  /** Messages that AppSync could not process, or that could not be read. */
  unreadable: number;
}

/**
 * A subscription: an async iterable of its messages. It lasts until it is unsubscribed, refused, or completed by AppSync;
 * when the connection is lost, it is made again. Its methods are bound.
 *
 * @example
 * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql";
 * const subscription = aws.subscribe(endpoint, { query: "subscription { noteAdded { id text } }" });
 * const logged = subscription.forEach(({ data }) => console.log(data));
 * subscription.unsubscribe();
 * await logged;
 */
export interface Subscription<Message> extends AsyncIterableIterator<Message, undefined, void> {
  /**
   * Resolves when AppSync has acknowledged the subscription: what is published from then on arrives.
   *
   * @throws {@link SigFetchError} what it was refused for; the reason of an abort, or an `AbortError`, if it ended before.
   * @example
   * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql";
   * await aws.subscribe(endpoint, { query: "subscription { noteAdded { id } }" }).ready();
   */
  readonly ready: () => Promise<void>;
  /**
   * Calls a function with each message, and waits for the promise that it returns before the next one.
   *
   * @returns A promise that resolves when the subscription has ended.
   * @throws {@link SigFetchError} what the subscription failed with; what the function throws, which ends it.
   * @example
   * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event";
   * const room = aws.events(endpoint).channel("default/room");
   * const ended = room.subscribe().forEach((event) => console.log(event));
   */
  readonly forEach: (take: (message: Message) => unknown) => Promise<void>;
  /**
   * Ends the subscription at once, whatever its state. Iterations end as if it were completed. Leaving a `for await` loop
   * does the same.
   *
   * @example
   * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event";
   * const subscription = aws.events(endpoint).channel("default/room").subscribe();
   * subscription.unsubscribe();
   */
  readonly unsubscribe: () => void;
  /** The next message; `done` after the last one. */
  next(): Promise<IteratorResult<Message, undefined>>;
  /** Ends the subscription. A loop that is left calls it. */
  return(): Promise<IteratorResult<Message, undefined>>;
  /** The subscription itself: all iterations take from the same messages. */
  [Symbol.asyncIterator](): Subscription<Message>;
}

/**
 * An API of AppSync Events, see {@link Client.events}.
 *
 * @example
 * import type { EventsApi } from "sigfetch";
 *
 * const lobby = (api: EventsApi) => api.channel("default/lobby");
 */
export interface EventsApi {
  /**
   * A channel by its name, such as `default/room`: up to five segments of up to 50 letters, digits and inner hyphens.
   * With `/*` at the end it stands for all channels below, to subscribe to.
   *
   * @throws {@link SigFetchError} `INVALID_REQUEST` through the methods of the channel.
   * @example
   * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event";
   * const all = aws.events(endpoint).channel("default/*");
   */
  readonly channel: (name: string) => EventChannel;
}

/**
 * A channel of AppSync Events, see {@link EventsApi.channel}. Its methods are bound.
 *
 * @example
 * const room = aws
 *   .events("https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event")
 *   .channel("default/room");
 * await room.publish({ text: "hello" });
 */
export interface EventChannel {
  /**
   * Subscribes to the events of the channel, parsed from JSON.
   *
   * @example
   * async function follow(endpoint: string) {
   *   const room = aws.events(endpoint).channel("default/room");
   *   for await (const event of room.subscribe<{ text: string }>()) console.log(event.text);
   * }
   */
  readonly subscribe: <Event = unknown>(init?: SubscribeInit) => Subscription<Event>;
  /**
   * Publishes an event, or an array of events in their order, each as JSON of up to 240 KiB. AppSync takes five at a
   * time; more are published in several requests, one after the other.
   *
   * @throws {@link SigFetchError} if nothing was published. If only a later request fails, its events and all that follow
   * stand in `failed`.
   * @example
   * const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event";
   * const { failed } = await aws
   *   .events(endpoint)
   *   .channel("default/room")
   *   .publish([{ text: "one" }, { text: "two" }]);
   */
  readonly publish: (events: unknown, init?: PublishInit) => Promise<PublishResult>;
}

/**
 * How to publish.
 *
 * @example
 * import type { PublishInit } from "sigfetch";
 *
 * const init: PublishInit = { transport: "socket" };
 */
export interface PublishInit {
  /** Ends the wait for the answer when it is aborted. Events that were sent may have been published. */
  signal?: AbortSignal;
  /**
   * `http` takes a request for five events. `socket` uses the connection of subscriptions, which is quicker; AppSync then
   * accepts only events whose JSON is ASCII without `<`, `>`, `&`, `=` and `'`, and others are refused with
   * `INVALID_REQUEST`. Default: `http`.
   */
  transport?: "http" | "socket";
}

/**
 * What became of published events.
 *
 * @example
 * import type { PublishResult } from "sigfetch";
 *
 * const isComplete = ({ failed }: PublishResult) => failed.length === 0;
 */
export interface PublishResult {
  /** The events that were published. */
  successful: PublishedEvent[];
  /** The events that were not, or not for sure. */
  failed: FailedEvent[];
}

/**
 * An event that was published.
 *
 * @example
 * import type { PublishedEvent } from "sigfetch";
 *
 * const describe = ({ identifier, index }: PublishedEvent) => `event ${index} is ${identifier}`;
 */
export interface PublishedEvent {
  /** AppSync's id of the event; empty if it gave none. */
  identifier: string;
  /** Its place in the array, from 0. */
  index: number;
}

/**
 * An event that was not published.
 *
 * @example
 * import type { FailedEvent } from "sigfetch";
 *
 * const describe = ({ index, code }: FailedEvent) => `event ${index}: ${code ?? "refused"}`;
 */
export interface FailedEvent extends PublishedEvent {
  /** AppSync's name of what is wrong, or a {@link SigFetchErrorCode}. */
  code?: string;
  /** What is wrong, for people. */
  message?: string;
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
  /** The name that AppSync or the resolver gives the error, such as `Unauthorized`. */
  errorType?: string | null;
  /** Additional information from the resolver. */
  errorInfo?: unknown;
  /** The path of the field that failed, in the answer. */
  path?: (string | number)[] | null;
  /** Where the field stands in the document. */
  locations?: GraphqlErrorLocation[] | null;
  /** Data that the resolver returned together with the error. */
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
  /** The line, counted from 1. */
  line: number;
  /** The column, counted from 1. */
  column: number;
  /** The name of the document; `null` with AppSync. */
  sourceName?: string | null;
}

/**
 * A GraphQL answer. It may have data and errors at the same time.
 *
 * @example
 * import type { GraphqlResult } from "sigfetch";
 *
 * const count = ({ data, errors }: GraphqlResult<{ notes: unknown[] }>) => (errors ? undefined : data?.notes.length);
 */
export interface GraphqlResult<Data = unknown> {
  /** The data; a field that failed is `null`. */
  data: Data | null;
  /** The errors of fields that failed; missing if there are none. */
  errors?: GraphqlError[];
}

/**
 * The caller that AWS sees (STS GetCallerIdentity).
 *
 * @example
 * const { account, role } = await aws.whoami();
 * console.log(`role ${role} of account ${account}`);
 */
export interface CallerIdentity {
  /** The twelve-digit account id. */
  account: string;
  /** The ARN. With Cognito: `arn:aws:sts::{account}:assumed-role/{role}/CognitoIdentityCredentials`. */
  arn: string;
  /** The name of the role, if the caller has assumed one. */
  role?: string;
  /** The unique id. For an assumed role: `{roleId}:{sessionName}`. */
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
  /** The host is neither AWS's nor declared, is not in `allow`, or does not identify service and region. */
  | "UNKNOWN_ENDPOINT"
  /** A method whose name ends in `Sync` was called before the WebAssembly module and credentials were available. */
  | "NOT_READY"
  /** Credentials would be sent over plain http. */
  | "INSECURE_URL"
  /** A `logins` or `identity` function threw, rejected or returned no valid value. */
  | "LOGINS_FAILED"
  /** The `credentials` function threw, rejected or returned no credentials. */
  | "PROVIDER_FAILED"
  /** The login token has expired. */
  | "LOGIN_EXPIRED"
  /** Cognito rejects the login token. */
  | "LOGIN_REJECTED"
  /** The identity pool allows no guests. */
  | "GUESTS_NOT_ALLOWED"
  /** The identity pool does not exist in that region. */
  | "POOL_NOT_FOUND"
  /** The identity pool has no usable role. */
  | "POOL_MISCONFIGURED"
  /** The identity has been deleted or disabled, or belongs to another user. */
  | "IDENTITY_LOST"
  /** AWS refuses the request for another reason; see `serviceError`. */
  | "REFUSED"
  /** AWS throttles requests. */
  | "THROTTLED"
  /** AWS fails, or its answer cannot be read. */
  | "SERVICE_FAULT"
  /** Cognito or STS cannot be reached, or CORS hides the answer. */
  | "NETWORK"
  /** Cognito or STS did not answer within `timeoutMs`. */
  | "TIMEOUT"
  /** The user signed out, or another user signed in, while the call waited. */
  | "SIGNED_OUT"
  /** The WebAssembly module could not be loaded. */
  | "WASM_LOAD"
  /** The client was closed by {@link Client.close}. */
  | "CLOSED";

/**
 * The error that methods throw when credentials cannot be obtained or a request cannot be signed. HTTP errors are
 * returned as `Response`s, as with `fetch`.
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
  /** Identifies errors of another frame or of another copy of the package, for which `instanceof` is false. */
  readonly name: "SigFetchError";
  /** The stable code, for programs. */
  readonly code: SigFetchErrorCode;
  /** What to do next, for people. */
  readonly advice: string;
  /** The option or argument that is wrong, such as `options.region`. */
  readonly field?: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The HTTP status of AWS's answer. */
  readonly status?: number;
  /** The name that AWS gives the error, such as `NotAuthorizedException`. */
  readonly serviceError?: string;
  /** AWS's request id, for AWS support. */
  readonly requestId?: string;
}

/**
 * Detail of a `credentials` event: a refresh of the credentials has ended.
 *
 * @example
 * import type { CredentialsDetail } from "sigfetch";
 *
 * const tell = (detail: CredentialsDetail) => (detail.outcome === "failed" ? detail.code : detail.expiration);
 * aws.addEventListener("credentials", ({ detail }) => console.log(tell(detail)));
 */
export type CredentialsDetail =
  | {
      /** The client has new credentials. */
      outcome: "renewed";
      /** The Cognito identity that they belong to. */
      identityId?: string;
      /** When they expire, by the server's clock. */
      expiration?: Date;
    }
  | {
      /** The refresh failed. */
      outcome: "failed";
      /** Why, as in {@link SigFetchError.code}. Credentials that are still valid stay in use. */
      code: SigFetchErrorCode;
    };

/**
 * Detail of an `identitychange` event: the client has another Cognito identity, or none any more.
 *
 * @example
 * aws.addEventListener("identitychange", ({ detail: { previous, current } }) => console.log(previous, "→", current));
 */
export interface IdentityChangeDetail {
  /** The previous identity id; `undefined` if there was none. */
  previous?: string;
  /** The current identity id; `undefined` after a sign-out. */
  current?: string;
}

/**
 * Detail of a `clock` event: the client has learnt how far the device's clock is off.
 *
 * @example
 * aws.addEventListener("clock", ({ detail }) => console.log("The device's clock is off by", detail.offset, "ms"));
 */
export interface ClockDetail {
  /** Milliseconds, the server's time minus the device's. */
  offset: number;
  /**
   * The source: the `Date` header of Cognito or STS (`date`); the time in their refusal of a token (`refusal`); the
   * expiration of Cognito's credentials, which last an hour, if `Date` is hidden (`expiration`); or a change of the
   * device's own clock (`device`).
   */
  from: "date" | "refusal" | "expiration" | "device";
}

/**
 * Detail of a `request` event: an attempt of a call, or of a request to Cognito or STS, has ended.
 *
 * @example
 * aws.addEventListener("request", ({ detail }) => console.log(detail.url, detail.status, `${detail.durationMs} ms`));
 */
export interface RequestDetail {
  /** The HTTP method. */
  method: string;
  /** The URL, without query and fragment. */
  url: string;
  /** The number of the attempt, counted from 1 for each call. */
  attempt: number;
  /** Milliseconds until the answer's headers arrived, or until the attempt failed. */
  durationMs: number;
  /** The HTTP status; `undefined` if there was no answer that the page can read. */
  status?: number;
}

/**
 * Detail of a `retry` event: a call is about to be retried.
 *
 * @example
 * aws.addEventListener("retry", ({ detail }) => console.log(detail.url, detail.reason, `in ${detail.waitMs} ms`));
 */
export interface RetryDetail {
  /** The HTTP method. */
  method: string;
  /** The URL, without query and fragment. */
  url: string;
  /** The number of the next attempt. */
  attempt: number;
  /**
   * Why the call is retried: the session token has expired or is unknown, and the credentials were refreshed (`token`);
   * the role was explicitly denied the action, as after its older sessions were revoked, and the credentials were
   * refreshed (`role`); the clock was wrong and has been corrected (`clock`); AWS throttles (`throttled`) or fails
   * (`fault`); or there was no answer that the page can read (`network`).
   */
  reason: "token" | "role" | "clock" | "throttled" | "fault" | "network";
  /** Milliseconds until the next attempt starts. */
  waitMs: number;
}

/**
 * Detail of a `realtime` event: the state of a lasting connection has changed, or a message could not be read.
 *
 * @example
 * aws.addEventListener("realtime", ({ detail }) => console.log(detail.endpoint, detail.state, detail.reason));
 */
export interface RealtimeDetail {
  /** The HTTP endpoint of the API. */
  endpoint: string;
  /**
   * `idle`: there is no socket and no need of one. `connecting`: one is being opened. `connected`: AppSync has
   * acknowledged it. `waiting`: it is lost, or could not be opened, and will be tried again.
   */
  state: "idle" | "connecting" | "connected" | "waiting";
  /**
   * Why it is `waiting`: the socket was closed or could not be opened (`closed`); AppSync did not answer in time
   * (`timeout`), sent no keep-alive (`silent`), or refused the connection (`refused`); the credentials could not be
   * obtained (`unsigned`); the device slept (`slept`), or its network changed (`network`); the connection was 24 hours
   * old (`aged`); or the user has changed (`identity`).
   */
  reason?: "closed" | "timeout" | "silent" | "refused" | "unsigned" | "slept" | "network" | "aged" | "identity";
  /** Milliseconds until it is tried again. It is random, and its upper limit doubles from 1 s to 60 s. */
  delayMs?: number;
  /** What is wrong with a message that could not be read. The connection goes on. */
  error?: SigFetchError;
}

/**
 * Detail of a `gap` event: a consumer has come to a place in its messages where some may be missing.
 *
 * @example
 * aws.addEventListener("gap", ({ detail }) => console.log("Missing since", detail.since, "of", detail.endpoint));
 */
export interface GapDetail extends Gap {
  /** The endpoint that was subscribed to. */
  endpoint: string;
}

/**
 * The events of a {@link Client}, by name. Their details contain no tokens, keys, signatures, headers or queries, so
 * they can be logged as they are.
 *
 * @example
 * import type { ClientEventMap } from "sigfetch";
 *
 * const log = ({ type, detail }: ClientEventMap[keyof ClientEventMap]) => console.log(type, detail);
 * aws.addEventListener("credentials", log);
 * aws.addEventListener("identitychange", log);
 */
export interface ClientEventMap {
  /** A refresh of the credentials has succeeded or failed. */
  credentials: CustomEvent<Readonly<CredentialsDetail>>;
  /** The client has another Cognito identity, or none any more. */
  identitychange: CustomEvent<Readonly<IdentityChangeDetail>>;
  /** An attempt of a call, or of a request to Cognito or STS, has ended. */
  request: CustomEvent<Readonly<RequestDetail>>;
  /** A call is about to be retried. */
  retry: CustomEvent<Readonly<RetryDetail>>;
  /** The client has learnt how far the device's clock is off. */
  clock: CustomEvent<Readonly<ClockDetail>>;
  /** The state of a lasting connection has changed. */
  realtime: CustomEvent<Readonly<RealtimeDetail>>;
  /** Messages of a subscription may be missing. */
  gap: CustomEvent<Readonly<GapDetail>>;
}

/**
 * Signs and sends requests. Every method is bound: `const { signedFetch } = client` works. The events of {@link
 * ClientEventMap} report refreshes, requests and retries.
 *
 * @example
 * aws.addEventListener("clock", ({ detail }) => console.log("The device's clock is off by", detail.offset, "ms"));
 */
export interface Client extends EventTarget {
  /**
   * The method of `EventTarget`, with types for the events of {@link ClientEventMap}.
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
   * The method of `EventTarget`, with types for the events of {@link ClientEventMap}.
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
   * The server's clock, as far as the client knows it. It decides the time in signatures and when credentials expire.
   * Cognito and STS set it. If an API refuses a signature because of the time, the time of that API counts for its host
   * only, up to a difference of one day, and until the next answer of Cognito or STS.
   *
   * @example
   * const now = new Date(Date.now() + aws.clock.offset);
   */
  readonly clock: {
    /** Milliseconds, the server's time minus the device's; 0 until the client has learnt it from an answer. */
    readonly offset: number;
  };
  /**
   * Signs and sends a request. It takes the arguments of `fetch` and returns the same `Response`, HTTP errors included.
   *
   * The URL must be https, or http on a loopback host. The host must be AWS's own or declared in `endpoints`. Redirects
   * are never followed, because they would carry credentials to another address: `redirect: "follow"` counts as
   * `"error"`.
   *
   * @throws {@link SigFetchError} if credentials cannot be obtained or the request cannot be signed; and what `fetch`
   * throws.
   * @example
   * const response = await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");
   */
  readonly signedFetch: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Response>;
  /**
   * Signs a request and returns it as a `Request`, without sending it. It carries credentials: send it to its own URL
   * only, within five minutes.
   *
   * @throws {@link SigFetchError} as {@link Client.signedFetch} does.
   * @example
   * const request = await aws.sign("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");
   * const response = await fetch(request);
   */
  readonly sign: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Request>;
  /**
   * Returns the headers that sign a request, for code that sends it itself: `authorization`, `x-amz-date`,
   * `x-amz-security-token`, `x-amz-content-sha256` if the service requires it, and the `content-type` of the body if
   * you pass none. Set them, together with your own headers, on exactly the request that you describe here: same URL,
   * method, headers and body.
   *
   * A `Request` that you pass stays usable. `FormData` and streams are refused with `INVALID_REQUEST`, because they
   * would not be sent as they were signed.
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
   * {@link Client.signHeaders} for synchronous hooks. The body must be a string, bytes or `URLSearchParams`.
   *
   * @throws {@link SigFetchError} `NOT_READY` if the WebAssembly module is not loaded or there are no valid
   * credentials. The client then starts to get both; `await aws.credentials()` waits for them. Credentials that were
   * passed as an object are available as soon as the module is loaded.
   * @example
   * await aws.credentials();
   * const transformRequest = (url: string) => ({ url, headers: Object.fromEntries(aws.signHeadersSync(url)) });
   */
  readonly signHeadersSync: (input: RequestInfo | URL, init?: SignedRequestInit) => Headers;
  /**
   * Returns a URL that contains its own signature: for WebSockets of API Gateway, IoT and Transcribe, for links,
   * `<img>` and media players, and for S3 uploads. The URL is a secret while it is valid. S3 leaves the body out of the
   * signature; with every other service, the URL is valid for a request without a body.
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
   * {@link Client.presign} for synchronous hooks.
   *
   * @throws {@link SigFetchError} `NOT_READY` as {@link Client.signHeadersSync} does, and if the credentials expire
   * before `expiresSeconds` have passed. The client then starts to refresh them.
   * @example
   * await aws.credentials();
   * const image = new Image();
   * image.src = aws.presignSync("https://photos.s3.eu-west-1.amazonaws.com/cat.jpg");
   */
  readonly presignSync: (url: string | URL, init?: PresignInit) => string;
  /**
   * Runs a GraphQL operation on AppSync over HTTP. Errors of single fields are returned in `errors`.
   *
   * @throws {@link SigFetchError} if credentials cannot be obtained, if the request cannot be signed, and if AppSync
   * refuses the whole request (`REFUSED`, `THROTTLED`, `SERVICE_FAULT`); and what `fetch` throws.
   * @example
   * const { data, errors } = await aws.graphql<{ notes: { id: string }[] }>(
   *   "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql",
   *   { query: "{ notes { id text } }" },
   * );
   */
  readonly graphql: <Data = unknown, Variables = Record<string, unknown>>(
    url: string | URL,
    request: GraphqlRequest<Data, Variables>,
    init?: Omit<SignedRequestInit, "method" | "body">,
  ) => Promise<GraphqlResult<Data>>;
  /**
   * Subscribes to a GraphQL subscription of AppSync. The option `realtime` of {@link createClient} has to be set.
   *
   * All subscriptions of a user to an API share one socket, which closes 5 s after the last one has ended. It is signed
   * with the credentials of the moment, as each subscription is, and never has credentials in its URL. When it is lost,
   * through sleep, a change of network, expired credentials or AppSync's limit of 24 hours, it is made again after a
   * growing, random delay, and everything is subscribed again; each subscription is then told of one {@link Gap}. A
   * subscription that AppSync refuses ends alone. After a sign-out, or when another user signs in, a user's
   * subscriptions end with `SIGNED_OUT`; a guest's go on as the user who signs in.
   *
   * @param endpoint The API's HTTP endpoint (`https://….appsync-api.…/graphql`), its realtime endpoint, or either of them
   * on a declared custom domain, where the path of the latter ends in `/realtime`.
   * @throws {@link SigFetchError} through `ready()` and the iteration: `INVALID_OPTION` without the option `realtime`,
   * `INVALID_REQUEST` if an argument is wrong, `REFUSED` or `THROTTLED` if AppSync refuses it, `NETWORK` or `TIMEOUT` if
   * the first connection fails eight times, `WASM_LOAD` if the platform has no `WebSocket`.
   * @example
   * async function follow(endpoint: string) {
   *   const query = "subscription { noteAdded { id text } }";
   *   for await (const { data } of aws.subscribe<{ noteAdded: { text: string } }>(endpoint, { query })) {
   *     console.log(data?.noteAdded.text);
   *   }
   * }
   */
  readonly subscribe: <Data = unknown, Variables = Record<string, unknown>>(
    endpoint: string | URL,
    request: GraphqlRequest<Data, Variables>,
    init?: SubscribeInit,
  ) => Subscription<GraphqlResult<Data>>;
  /**
   * An API of AppSync Events. The option `realtime` of {@link createClient} has to be set. Subscriptions last as those of
   * {@link Client.subscribe} do.
   *
   * @param endpoint The API's HTTP endpoint (`https://….appsync-api.…/event`), its realtime endpoint, or either of them on
   * a declared custom domain.
   * @throws {@link SigFetchError} through the channel's methods, as {@link Client.subscribe} does.
   * @example
   * const room = aws
   *   .events("https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event")
   *   .channel("default/room");
   * const subscription = room.subscribe<{ text: string }>();
   * await subscription.ready();
   * await room.publish([{ text: "hello" }]);
   */
  readonly events: (endpoint: string | URL) => EventsApi;
  /**
   * Returns the current credentials, refreshed if needed. The clients of the AWS SDK for JavaScript v3 accept this
   * method as a credential provider.
   *
   * @throws {@link SigFetchError} if credentials cannot be obtained.
   * @example
   * import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
   *
   * const dynamo = new DynamoDBClient({ region: "eu-west-1", credentials: aws.credentials });
   */
  readonly credentials: () => Promise<AwsCredentials>;
  /**
   * Returns the Cognito identity id, the value of `${cognito-identity.amazonaws.com:sub}` in policies.
   *
   * @throws {@link SigFetchError} if credentials cannot be obtained, or if they belong to no identity.
   * @example
   * const folder = `private/${await aws.identityId()}/`;
   */
  readonly identityId: () => Promise<string>;
  /**
   * Returns the caller that AWS sees (STS GetCallerIdentity). It works for every role, whatever its policies allow.
   *
   * @throws {@link SigFetchError} if credentials cannot be obtained, or if STS does not answer.
   * @example
   * const { arn } = await aws.whoami();
   */
  readonly whoami: () => Promise<CallerIdentity>;
  /**
   * Explains why a call failed, with what the client knows of it: what was signed, who called, the claims of login
   * tokens (never the tokens), the clock. The option `explain` of {@link createClient} has to be set.
   *
   * @param outcome A `Response` of {@link Client.signedFetch}, whose body stays readable as long as nobody has read it;
   * what a call has thrown; or the result of {@link Client.graphql}.
   * @throws {@link SigFetchError} `INVALID_OPTION` without the option `explain`, `WASM_LOAD` if it cannot be loaded.
   * @example
   * const response = await aws.signedFetch("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");
   * if (!response.ok) console.log(await aws.explain(response));
   */
  readonly explain: (outcome: unknown, options?: ExplainOptions) => Promise<Explanation>;
  /**
   * Examines the way from the options to an answer, step by step: options, identity pool, identity, credentials, clock,
   * caller, and, for a URL, the endpoint, the host, the preflight and a signed GET (with AppSync a query, and if that is
   * refused, whether the role was not assumed or lacks the permission). It goes on past a step that fails where that
   * makes sense. Nothing is changed. The option `explain` of {@link createClient} has to be set.
   *
   * @throws {@link SigFetchError} as {@link Client.explain} does.
   * @example
   * async function examine(url: string) {
   *   // As a table in the console, once all steps are done:
   *   console.table(await aws.doctor(url).table());
   *   // Or step by step:
   *   for await (const { step, result, value, fix } of aws.doctor(url)) console.log(step, result, value, fix);
   * }
   */
  readonly doctor: (url?: string | URL, options?: DoctorOptions) => DoctorReport;
  /**
   * Replaces the signed-in user. It takes what the options `logins` and `identity` take; without an argument, nobody is
   * signed in. The next call gets new credentials.
   *
   * If a user is signed in, that user's calls that still wait end with `SIGNED_OUT`, so that no call of one user is
   * sent as another. Calls of a guest continue as the user who signs in. A request that was already sent is not
   * aborted. If a function supplies the logins and was not called yet, the calls that wait end as well.
   *
   * A guest's identity is kept, so that Cognito links it to the user. If Cognito returns another identity id, the
   * client uses that one, and an `identitychange` event reports it.
   *
   * @throws {@link SigFetchError} `INVALID_OPTION` if the logins are malformed; `CLOSED` after {@link Client.close}.
   * @example
   * aws.setLogins({ "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": () => session.idToken() });
   */
  readonly setLogins: (logins?: Logins | LoginsFunction | IdentityFunction) => void;
  /**
   * Forgets credentials, identity, logins and their functions. The client becomes a new guest. Calls that still wait
   * end with `SIGNED_OUT`. A request that was already sent is not aborted, and AWS accepts the old credentials until
   * they expire.
   *
   * @throws {@link SigFetchError} `CLOSED` after {@link Client.close}.
   * @example
   * aws.signOut();
   */
  readonly signOut: () => void;
  /**
   * Closes the client: releases timers, listeners, locks, channels and credentials. Calls that still wait and all later
   * calls fail with `CLOSED`. A request that was already sent is not aborted. A guest's identity id that is stored
   * stays stored. Closing a client twice has no effect. If the runtime has `Symbol.dispose`, the client has a method of
   * that name that does the same. A client that nothing refers to any more is garbage-collected without `close()`.
   *
   * @example
   * // React: useEffect(openClient, [])
   * function openClient() {
   *   const client = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });
   *   return () => client.close();
   * }
   */
  readonly close: () => void;
}

/**
 * How to explain.
 * @example
 * import type { ExplainOptions } from "sigfetch";
 *
 * const options: ExplainOptions = { probe: true, lang: "ja" };
 */
export interface ExplainOptions {
  /**
   * Whether to find out more first: `whoami` for role and account; for a signed-in user whose identity is known,
   * whether Cognito issues credentials for it; and if the answer is hidden from the page, whether the host answers at
   * all, and whether the page may read answers without and with a preflight. Nothing is changed: HEAD and GET are sent
   * to the API, without credentials, GetCallerIdentity to STS, and GetCredentialsForIdentity (never GetId) to Cognito.
   * Default: `false`.
   */
  probe?: boolean;
  /** The role that the session should have, as name or ARN. Default: the one that the login token prefers, if any. */
  role?: string;
  /** BCP 47 tag of the language: Japanese for `ja`, English for all others. Default: the page's, or its user's. */
  lang?: string;
}

/**
 * How to examine.
 * @example
 * import type { DoctorOptions } from "sigfetch";
 *
 * const options: DoctorOptions = { query: "{ notes { id } }", role: "NotesUser" };
 */
export interface DoctorOptions {
  /** BCP 47 tag of the language, as in {@link ExplainOptions}. */
  lang?: string;
  /** The role that the session should have, as in {@link ExplainOptions}. */
  role?: string;
  /** The GraphQL query that is sent to AppSync; it must not change anything. Default: `{ __typename }`. */
  query?: string;
}

/**
 * What {@link Client.doctor} finds: its steps as they are done, or all of them as a table. It can be read once.
 * @example
 * import type { DoctorReport } from "sigfetch";
 *
 * const print = async (report: DoctorReport) => console.table(await report.table());
 */
export interface DoctorReport extends AsyncGenerator<DoctorStep, void> {
  /** Takes all steps, and gives a row of short texts for each, which `console.table` prints. */
  table(): Promise<DoctorRow[]>;
}

/**
 * A row of the table of {@link DoctorReport}.
 * @example
 * import type { DoctorRow } from "sigfetch";
 *
 * const line = ({ step, result, ms, evidence }: DoctorRow) => `${step} ${result} (${ms} ms): ${evidence}`;
 */
export interface DoctorRow {
  /** What was tried, as in {@link DoctorStep}. */
  step: string;
  /** How it went. */
  result: DoctorStep["result"];
  /** Milliseconds that it took. */
  ms: number;
  /** What was found. */
  evidence: string;
  /** The title of the likeliest cause; empty if there is none. */
  cause: string;
  /** What to do first; empty if there is nothing. */
  fix: string;
}

/**
 * One step of {@link Client.doctor}.
 * @example
 * import type { DoctorStep } from "sigfetch";
 *
 * const describe = ({ step, result, ms }: DoctorStep) => `${step}: ${result} in ${ms} ms`;
 */
export interface DoctorStep {
  /**
   * What was tried: `options`, `pool`, `identity`, `credentials`, `clock`, `whoami`, `endpoint`, `host`, `preflight`,
   * `call`; and `role` if AppSync refused, which says whether the role was not assumed or lacks the permission.
   */
  step: string;
  /**
   * Whether it went well; `skipped` if an earlier step has failed without which it says nothing; `unclear` if the page
   * cannot find it out.
   */
  result: "passed" | "failed" | "skipped" | "unclear";
  /** What was found; the step that failed, for one that is skipped. */
  value: string;
  /** Milliseconds that it took. */
  ms: number;
  /** What its explanation was read from; empty if there is none. */
  evidence: EvidenceItem[];
  /** What to do about the likeliest cause; empty if there is nothing. */
  fix: Fix[];
  /** Why it failed. */
  explanation?: Explanation;
}

/**
 * A failed call to be explained. Every member may be missing.
 * @example
 * import type { Evidence } from "sigfetch";
 *
 * const evidence: Evidence = { status: 403, headers: { "x-amzn-errortype": "MissingAuthenticationTokenException" } };
 */
export interface Evidence {
  /** The HTTP status; none if the page could not read the answer. */
  status?: number;
  /** The answer's headers: an object, pairs, or text with a line a header. */
  headers?: Record<string, string> | [string, string][] | string;
  /** The answer's body as text, or what stood in the console. */
  body?: string;
  /** What was thrown in place of an answer. */
  error?:
    | {
        /** Its class, such as `TypeError`. */
        name?: string;
        /** What it says. */
        message?: string;
        /** The stable code of a {@link SigFetchError}, or the exception of an AWS SDK. */
        code?: string;
        /** The status that a {@link SigFetchError} tells of. */
        status?: number;
        /** The name of AWS's error that it tells of. */
        serviceError?: string;
        /** The id of that answer. */
        requestId?: string;
      }
    | string;
  /** What else is known of the call. */
  context?: EvidenceContext;
}

/**
 * What is known of a call besides its answer, such as `host`, `method`, `path`, `service`, `signedRegion`, `isGuest`,
 * `role`, `identityPoolId`, `tokenUse`, `scriptSaw` (what the page saw, if it could not read the answer). Members of
 * other names or kinds are ignored.
 * @example
 * import type { EvidenceContext } from "sigfetch";
 *
 * const context: EvidenceContext = { service: "execute-api", method: "GET", path: "/prod/items", isGuest: true };
 */
export interface EvidenceContext {
  [name: string]: unknown;
}

/**
 * Why a call failed, as far as the evidence says.
 * @example
 * import type { Explanation } from "sigfetch";
 *
 * const first = ({ causes }: Explanation) => causes[0]?.title ?? "not recognised";
 */
export interface Explanation {
  /** Whether the evidence proves one cause, which is then the only one listed. */
  certain: boolean;
  /** The likeliest first; empty if the answer is not recognised. */
  causes: Cause[];
  /** What the causes were read from, without secrets. */
  evidence: EvidenceItem[];
}

/**
 * A cause of a failure.
 * @example
 * import type { Cause } from "sigfetch";
 *
 * const describe = ({ title, why, fix }: Cause) => [title, why, ...fix.map(({ text }) => text)].join("\n");
 */
export interface Cause {
  /** A stable id, such as `guest-scope-down`. */
  id: string;
  /** How sure it is. */
  likelihood: "certain" | "likely" | "possible";
  /** What is wrong, in a few words. */
  title: string;
  /** Why, and unless it is certain, the question or check that tells it apart. */
  why: string;
  /** What to do. */
  fix: Fix[];
  /** The URL of AWS's documentation. */
  docs: string;
}

/**
 * Something to do about a cause.
 * @example
 * import type { Fix } from "sigfetch";
 *
 * const toPaste = ({ paste, text }: Fix) => paste ?? text;
 */
export interface Fix {
  /** A sentence. */
  text: string;
  /** What `paste` is. */
  kind?:
    | "policy-statement"
    | "trust-policy"
    | "gateway-responses"
    | "open-api"
    | "cors"
    | "settings"
    | "code"
    | "schema"
    | "command"
    | "header";
  /** The text to paste. What only you know stands in it in capitals: `YOUR_API_ID`. */
  paste?: string;
}

/**
 * A piece of evidence.
 * @example
 * import type { EvidenceItem } from "sigfetch";
 *
 * const line = ({ what, value }: EvidenceItem) => `${what}: ${value}`;
 */
export interface EvidenceItem {
  /** What it is. */
  what: string;
  /** Its value, without secrets and control characters, perhaps shortened. */
  value: string;
}

/**
 * Creates a client. It is synchronous and makes no requests to AWS. The WebAssembly module starts to load in the
 * background, and the options are checked once it is loaded. If an option is invalid, every method fails with
 * `INVALID_OPTION`, and `field` names the option.
 * @example
 * import { createClient } from "sigfetch";
 *
 * const aws = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });
 */
export declare function createClient(options: ClientOptions): Client;
