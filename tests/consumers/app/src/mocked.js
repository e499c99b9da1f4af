const IDENTITY_ID = "us-east-1:22222222-3333-4444-5555-666666666666";

/** What Cognito answers to each operation. */
const COGNITO = {
  GetId: () => ({ IdentityId: IDENTITY_ID }),
  GetCredentialsForIdentity: () => ({
    IdentityId: IDENTITY_ID,
    Credentials: {
      AccessKeyId: "ASIAMOCKEDMOCKEDMOCK",
      SecretKey: "mocked".repeat(7),
      SessionToken: "mocked",
      Expiration: Date.now() / 1_000 + 3_600,
    },
  }),
};

/**
 * What an application's unit tests do: they replace `fetch` and keep the client. Gives what `fetch` was asked for by a
 * call with a body and a signal, and how a call ends that is aborted.
 */
export async function mocked(createClient) {
  const real = globalThis.fetch;
  const asked = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const operation = request.headers.get("x-amz-target")?.split(".").at(-1);
    asked.push(operation ?? `${request.method} ${request.headers.get("authorization")?.split(" ")[0]}`);
    return new Response(operation ? JSON.stringify(COGNITO[operation]()) : await request.text());
  };
  try {
    const aws = createClient({ identityPoolId: "us-east-1:11111111-2222-3333-4444-555555555555" });
    const items = "https://abc123.execute-api.us-east-1.amazonaws.com/prod/items";
    const body = new TextEncoder().encode('{"of":"copper"}');
    const { signal } = new AbortController();
    const response = await aws.signedFetch(items, { method: "POST", body, signal });
    const result = { sent: await response.json(), identityId: await aws.identityId(), asked: [...asked] };
    const controller = new AbortController();
    const ended = aws.signedFetch(items, { signal: controller.signal }).catch((error) => error === "enough");
    controller.abort("enough");
    return { ...result, abortedWithItsReason: await ended };
  } finally {
    globalThis.fetch = real;
  }
}

/** What {@link mocked} gives where the package works. */
export const MOCKED = {
  asked: ["GetId", "GetCredentialsForIdentity", "POST AWS4-HMAC-SHA256"],
  sent: { of: "copper" },
  identityId: IDENTITY_ID,
  abortedWithItsReason: true,
};
