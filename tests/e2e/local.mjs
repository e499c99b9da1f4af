// The local AWS as a client's options see it, and its controls.

/** Everything under `/_local/` of a local AWS. */
export function controls(url) {
  const call = async (path, body) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${url}/_local/${path}`, init);
    if (!response.ok) throw new Error(`/_local/${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    config: () => call("config"),
    stats: () => call("stats"),
    reset: () => call("reset", {}),
    faults: (faults) => call("faults", faults),
  };
}

/** Endpoints that `createClient` has to be told of, as no host of the local AWS is AWS's own. */
export const endpoints = ({ endpoints: at, region }) => [
  { url: at.cognitoIdentity, service: "cognito-identity" },
  { url: at.sts, service: "sts" },
  { url: at.rest, service: "execute-api", region },
  { url: at.restWithoutCors, service: "execute-api" },
  { url: at.http, service: "execute-api" },
  { url: at.graphql, service: "appsync" },
];

/** A signed-in user's ID token, from the local user pool. */
export async function idToken({ endpoints: at, clientId }, { username, password }) {
  // Node does not resolve *.localhost by itself: the host goes into the header.
  const { hostname, port } = new URL(at.cognitoIdp);
  const { request } = await import("node:http");
  const body = JSON.stringify({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: clientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  const answer = await new Promise((resolve, reject) => {
    const headers = {
      host: `${hostname}:${port}`,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    };
    request({ host: "127.0.0.1", port, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece)).on("end", () => resolve(JSON.parse(text)));
    })
      .on("error", reject)
      .end(body);
  });
  return answer.AuthenticationResult.IdToken;
}
