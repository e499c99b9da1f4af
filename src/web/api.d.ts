/** A login token, or a function that gives one. It is called anew each time credentials are fetched. */
export type LoginToken = string | (() => string | Promise<string>);

/**
 * Provider name → login token, as Cognito's `Logins` map takes it: at most ten providers, names without `https://`.
 * A user pool's name is `cognito-idp.{region}.amazonaws.com/{userPoolId}` and its token the **ID** token.
 */
export type Logins = Record<string, LoginToken>;

/** AWS credentials, in the shape of the AWS SDK for JavaScript v3. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end. Without it they are taken to last for ever. */
  expiration?: Date;
  /** The Cognito identity that they belong to. */
  identityId?: string;
}

/** Credentials from elsewhere: an object, or a function that is called again when the last ones are about to end. */
export type CredentialsSource = AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);

/**
 * An endpoint that cannot be recognised from its host: a custom domain, CloudFront, a development proxy. It also
 * moves the AWS services that the client itself calls (`cognito-identity`, `sts`).
 */
export interface EndpointDeclaration {
  /** Absolute https URL (http on loopback hosts). It holds for itself and every path below it. */
  url: string;
  /** The signing name, such as `execute-api` or `appsync`. */
  service: string;
  /** The region. Default: the client's. */
  region?: string;
  /** The host to sign for where it is not the one to send to, such as `abc.execute-api.eu-west-1.amazonaws.com`. */
  signAs?: string;
}

/** Where the WebAssembly comes from: a URL, a `Response`, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** What {@link createClient} takes. Give `identityPoolId` or `credentials`, not both. */
export interface ClientOptions {
  /** The Cognito identity pool, `REGION:GUID`. The region comes from here. */
  identityPoolId?: string;
  /** Who is signed in. Leave it out for guests. */
  logins?: Logins;
  /** Credentials from elsewhere; the client is then a signer. */
  credentials?: CredentialsSource;
  /** The region of declared endpoints that name none, and of {@link Client.whoami}. Default: the identity pool's. */
  region?: string;
  /** Endpoints that hosts do not tell. */
  endpoints?: EndpointDeclaration[];
  /** Milliseconds to wait for one answer of Cognito or STS. Default: 10 000. */
  timeoutMs?: number;
  /** Where the WebAssembly comes from. Default: inside the package. The first client of the page decides. */
  wasm?: WasmSource | Promise<WasmSource>;
}

/** What one call may say differently, in `init.aws`. It refines where credentials go, it does not widen it. */
export interface AwsInit {
  /** The signing name. */
  service?: string;
  /** The region. */
  region?: string;
  /** The host to sign for. */
  signAs?: string;
}

/** `fetch`'s own `RequestInit`, and what only AWS needs. */
export interface SignedRequestInit extends RequestInit {
  aws?: AwsInit;
}

/** A GraphQL operation. */
export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** An entry of `errors` in a GraphQL answer, as AppSync writes it. */
export interface GraphqlError {
  message: string;
  errorType?: string | null;
  errorInfo?: unknown;
  path?: (string | number)[] | null;
  locations?: { line: number; column: number; sourceName?: string | null }[] | null;
  data?: unknown;
}

/** A GraphQL answer: both may be there. */
export interface GraphqlResult<Data = unknown> {
  data: Data | null;
  errors?: GraphqlError[];
}

/** Who AWS says the credentials belong to (STS GetCallerIdentity). */
export interface CallerIdentity {
  /** The twelve-digit account id. */
  account: string;
  /** For Cognito: `arn:aws:sts::{account}:assumed-role/{role}/CognitoIdentityCredentials`. */
  arn: string;
  /** The role's name, if the caller is an assumed role. */
  role?: string;
  userId: string;
}

/** The stable codes of {@link SigFetchError}. */
export type SigFetchErrorCode =
  /** An option is missing, of the wrong kind or malformed; `field` names it. */
  | "INVALID_OPTION"
  /** A part of the request cannot be signed or sent; `field` names it. */
  | "INVALID_REQUEST"
  /** The host is neither AWS's nor declared, or does not say service and region. */
  | "UNKNOWN_ENDPOINT"
  /** Credentials would travel over plain http. */
  | "INSECURE_URL"
  /** A `logins` function threw, rejected or gave no string. */
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
  /** The WebAssembly module could not be loaded. */
  | "WASM_LOAD";

/** What the client throws when credentials or signing fail. HTTP errors are `Response`s, as with `fetch`. */
export declare class SigFetchError extends Error {
  private constructor();
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

/** Of a `credentials` event: a round for credentials has ended. */
export type CredentialsDetail =
  | {
      outcome: "renewed";
      /** The Cognito identity that they belong to. */
      identityId?: string;
      /** When they end, by the server's clock. */
      expiration?: Date;
    }
  | {
      outcome: "failed";
      /** Why, as a {@link SigFetchError} says it. The set that was there serves until it ends. */
      code: SigFetchErrorCode;
    };

/** Of an `identitychange` event: another Cognito identity from now on. */
export interface IdentityChangeDetail {
  /** The one before; nothing if there was none. */
  previous?: string;
  /** The one now; nothing after a sign-out. */
  current?: string;
}

/** Of a `clock` event: the client has learnt how far the device's clock is off. */
export interface ClockDetail {
  /** Milliseconds, server minus device. */
  offset: number;
}

/**
 * The events of a {@link Client}, by name. Their details hold no token, key, signature, header or query, so that they
 * can be logged as they are.
 */
export interface ClientEventMap {
  credentials: CustomEvent<Readonly<CredentialsDetail>>;
  identitychange: CustomEvent<Readonly<IdentityChangeDetail>>;
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
   * What is known of the server's clock: `offset` is the server's time minus the device's in milliseconds, as learnt
   * from AWS's answers; 0 until then. All that is signed, and all that is judged by time, goes by it.
   */
  readonly clock: { readonly offset: number };
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
  /** The signed `Request`, not sent. It carries credentials: send it where it is meant for, within five minutes. */
  readonly sign: (input: RequestInfo | URL, init?: SignedRequestInit) => Promise<Request>;
  /**
   * Runs a GraphQL operation on AppSync over HTTP. GraphQL errors come in `errors`; that the request as a whole was
   * refused is thrown.
   *
   * @example
   * const { data, errors } = await aws.graphql(appsyncUrl, { query: "{ notes { id text } }" });
   */
  readonly graphql: <Data = unknown>(
    url: string | URL,
    request: GraphqlRequest,
    init?: Omit<SignedRequestInit, "method" | "body">,
  ) => Promise<GraphqlResult<Data>>;
  /** The current credentials, renewed when needed: a provider that AWS SDK for JavaScript v3 clients take as it is. */
  readonly credentials: () => Promise<AwsCredentials>;
  /** The Cognito identity id, the value of `${cognito-identity.amazonaws.com:sub}` in policies. */
  readonly identityId: () => Promise<string>;
  /** Who AWS says the credentials belong to; works for every role, whatever its policies say. */
  readonly whoami: () => Promise<CallerIdentity>;
  /** Replaces the logins; credentials are fetched anew at the next call. The guest's identity is kept and linked. */
  readonly setLogins: (logins?: Logins) => void;
  /** Forgets credentials, identity and logins; what waits for credentials ends with `SIGNED_OUT`. */
  readonly signOut: () => void;
}

/**
 * Makes a client. Synchronous and without network; the WebAssembly starts to compile in the background. Options are
 * checked then: a bad one makes every method fail with `INVALID_OPTION`, naming it.
 */
export declare function createClient(options: ClientOptions): Client;
