// The methods of a client: taken for `fetch`, bound, and typed through.
import { createClient } from "sigfetch";
import type { CallerIdentity, Client, GraphqlError, PresignInit, SignedRequestInit } from "sigfetch";

const client: Client = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });
const url = new URL("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items");

/** True only for one and the same type: `any` would pass every other test in this file. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_ extends true>() => {};

// Whatever takes a `fetch` takes this one.
export const asFetch: typeof fetch = client.signedFetch;
export const fromWindow: typeof globalThis.fetch = client.signedFetch;

export async function calls() {
  const {
    signedFetch,
    sign,
    signHeaders,
    signHeadersSync,
    presign,
    presignSync,
    graphql,
    credentials,
    identityId,
    whoami,
    setLogins,
    signOut,
    close,
  } = client;

  for (const input of ["https://example.com", url, new Request(url)]) {
    const response = await signedFetch(input);
    same<Same<typeof response, Response>>();
  }
  const init: SignedRequestInit = {
    method: "POST",
    body: new FormData(),
    aws: { service: "execute-api", region: "eu-west-1" },
  };
  await signedFetch(url, init);
  const signed = await sign(url, { ...init, aws: { signAs: "abc123.execute-api.eu-west-1.amazonaws.com" } });
  same<Same<typeof signed, Request>>();

  for (const headers of [await signHeaders(new Request(url), init), signHeadersSync(url, init)]) {
    same<Same<typeof headers, Headers>>();
  }
  const how: PresignInit = { method: "PUT", expiresSeconds: 60, headers: { "content-type": "a/b" } };
  for (const presigned of [await presign(url), presignSync(url.href, { ...how, aws: { region: "eu-west-1" } })]) {
    same<Same<typeof presigned, string>>();
  }

  const { data, errors } = await graphql<{ notes: string[] }>(url, { query: "{ notes }", variables: { first: 3 } });
  same<Same<typeof data, { notes: string[] } | null>>();
  same<Same<typeof errors, GraphqlError[] | undefined>>();
  const untyped = await graphql(url.href, { query: "{ notes }" }, { headers: { "x-trace": "1" } });
  same<Same<typeof untyped.data, unknown>>();

  const { expiration } = await credentials();
  same<Same<typeof expiration, Date | undefined>>();
  const id = await identityId();
  same<Same<typeof id, string>>();
  const caller = await whoami();
  same<Same<typeof caller, CallerIdentity>>();
  same<Same<typeof caller.role, string | undefined>>();

  setLogins({ "accounts.google.com": async () => "token" });
  setLogins();
  signOut();
  const nothing = close();
  same<Same<typeof nothing, void>>();

  // @ts-expect-error: a request needs an address
  await signedFetch();
  // @ts-expect-error: a slip in a name
  await signedFetch(url, { aws: { serviceName: "execute-api" } });
  // @ts-expect-error: seconds are a number
  await presign(url, { expiresSeconds: "60" });
  // @ts-expect-error: the body is not part of the URL
  await presign(url, { method: "PUT", body: "a" });
  // @ts-expect-error: a GraphQL operation has a document
  await graphql(url, { variables: {} });
  // @ts-expect-error: GraphQL goes by POST, with a body of its own
  await graphql(url, { query: "{ notes }" }, { method: "GET" });
  // @ts-expect-error: tokens are strings
  setLogins({ "accounts.google.com": 7 });
  // @ts-expect-error: to close takes nothing
  close(true);
  // @ts-expect-error: methods are not replaced
  client.signedFetch = fetch;
}

export function events() {
  client.addEventListener("clock", ({ detail }) => same<Same<typeof detail.offset, number>>());
  client.addEventListener("request", ({ detail }) => same<Same<typeof detail.status, number | undefined>>());
  client.addEventListener("retry", ({ detail }) => {
    // @ts-expect-error: no such reason
    return detail.reason === "weather";
  });
  client.addEventListener("credentials", ({ detail }) => {
    if (detail.outcome === "renewed") same<Same<typeof detail.expiration, Date | undefined>>();
    // @ts-expect-error: only what failed has a code
    else detail.expiration;
  });
  client.addEventListener("identitychange", { handleEvent: (event: Event) => event.type }, { once: true });
  const offset: number = client.clock.offset;
  // @ts-expect-error: the clock is learnt, not set
  client.clock.offset = offset;
}
