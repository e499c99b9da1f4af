// Cognito, STS and an API behind API Gateway, in place of `fetch`. Every request is recorded as it would leave the page.
// A request that nobody answers here gets 501 and is listed; it does not throw, as a client may take that for a network
// error.

const REGION = "eu-west-1";
const GUEST = `${REGION}:0a1b2c3d-0000-4000-8000-000000000001`;
const USER = `${REGION}:0a1b2c3d-0000-4000-8000-000000000002`;

const platformFetch = globalThis.fetch;

const json = (value, status = 200, headers = {}) =>
  new Response(JSON.stringify(value), { status, headers: { date: new Date().toUTCString(), ...headers } });

export class Aws {
  /** What was sent, in order. */
  requests = [];
  /** What nobody answers, as `METHOD URL`. */
  unknown = [];
  /** What a route answers next, by its name: functions, each used once. */
  #planned = new Map();
  #sets = 0;

  constructor() {
    globalThis.fetch = (input, init) => this.#fetch(new Request(input, init));
  }

  restore() {
    globalThis.fetch = platformFetch;
  }

  /** Lets a route answer with any value next, a `Response` or not. */
  planValue(route, value) {
    this.#plan(route, () => value);
  }

  planResponse(route, status, headers, body) {
    this.#plan(route, () => new Response(body, { status, headers: Object.fromEntries(headers) }));
  }

  /** Lets a route refuse as AWS's JSON services do. */
  planRefusal(route, status, name, message) {
    this.#plan(route, () => json({ __type: name, message }, status, { "x-amzn-errortype": name }));
  }

  planNetworkError(route) {
    this.#plan(route, () => Promise.reject(new TypeError("Failed to fetch")));
  }

  /** Lets a route answer only when its request is aborted. */
  planSilence(route) {
    this.#plan(route, ({ signal }) => untilAborted(signal));
  }

  #plan(route, answer) {
    const planned = this.#planned.get(route) ?? [];
    this.#planned.set(route, [...planned, answer]);
  }

  async #fetch(request) {
    const { url, method, redirect, mode, credentials, referrer, referrerPolicy, signal } = request;
    signal.throwIfAborted();
    const headers = [...request.headers].flat();
    const sent = { route: "", url, method, headers, redirect, mode, credentials, referrer, referrerPolicy, signal };
    this.requests.push(sent);
    sent.body = new Uint8Array(await request.arrayBuffer());
    const text = new TextDecoder().decode(sent.body);
    sent.route = routeOf(request, text);
    signal.throwIfAborted();
    const [planned, ...later] = this.#planned.get(sent.route) ?? [];
    this.#planned.set(sent.route, later);
    return planned ? planned(sent) : this.#answer(sent, text);
  }

  #answer({ route, method, url }, text) {
    switch (route) {
      case "GetId":
        return json({ IdentityId: JSON.parse(text).Logins ? USER : GUEST });
      case "GetOpenIdToken":
        return json({ IdentityId: JSON.parse(text).IdentityId, Token: "open.id.token" });
      case "GetCredentialsForIdentity":
        return json({ IdentityId: JSON.parse(text).IdentityId, Credentials: this.#issue("SecretKey") });
      case "AssumeRoleWithWebIdentity": {
        const result = { Credentials: this.#issue("SecretAccessKey") };
        return json({ AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: result } });
      }
      case "GetCallerIdentity": {
        const arn = "arn:aws:sts::123456789012:assumed-role/Guests/CognitoIdentityCredentials";
        const result = { Account: "123456789012", Arn: arn, UserId: "AROAEXAMPLE:CognitoIdentityCredentials" };
        return json({ GetCallerIdentityResponse: { GetCallerIdentityResult: result } });
      }
      case "api":
        return json({ answered: url });
      case "probe":
        return new Response();
      default:
        this.unknown.push(`${method} ${url}`);
        return json({ message: "Nobody answers this" }, 501);
    }
  }

  /** A set like no other before. */
  #issue(secretName) {
    this.#sets += 1;
    return {
      AccessKeyId: `ASIA${this.#sets}`,
      [secretName]: `secret${this.#sets}`,
      SessionToken: `token${this.#sets}`,
      Expiration: Date.now() / 1000 + 3600,
    };
  }
}

function routeOf({ url, method, mode, headers }, text) {
  const { hostname } = new URL(url);
  if (method === "HEAD" && mode === "no-cors") return "probe";
  if (hostname === `cognito-identity.${REGION}.amazonaws.com`) return headers.get("x-amz-target")?.split(".").pop();
  if (hostname === `sts.${REGION}.amazonaws.com`) return new URLSearchParams(text).get("Action");
  return hostname.endsWith(`.execute-api.${REGION}.amazonaws.com`) ? "api" : "unknown";
}

const untilAborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** An answer whose body comes piece by piece, for as long as somebody reads it. */
export class Flow {
  pieces = 0;
  isCancelled = false;

  /** After the first `most` pieces nothing comes any more, and the answer does not end. */
  constructor(status, pieceSize, most) {
    const piece = new TextEncoder().encode(" ".repeat(pieceSize));
    const pull = (controller) => {
      if (this.pieces >= most) return new Promise(() => {});
      this.pieces += 1;
      controller.enqueue(piece);
    };
    const cancel = () => void (this.isCancelled = true);
    this.response = new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), { status });
  }
}
