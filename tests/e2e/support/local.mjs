// The local AWS as a client's options see it, and its controls.
import { request } from "node:http";

/** Everything under `/_local/` of a local AWS. */
export function controls(url) {
  const call = async (path, body) => {
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers };
    const response = await fetch(`${url}/_local/${path}`, init);
    if (!response.ok) throw new Error(`/_local/${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const stats = () => call("stats");
  return {
    config: () => call("config"),
    stats,
    reset: () => call("reset", {}),
    faults: (faults) => call("faults", faults),
    publish: (messages) => call("publish", messages),
    developerToken: (of) => call("developer-token", of),
    cognitoCalls: async () => countCognito(await stats()),
  };
}

/** How often Cognito Identity was asked, whatever it answered. */
function countCognito({ calls }) {
  const asked = calls.cognitoIdentity ?? {};
  const count = (operation) => Object.values(asked[operation] ?? {}).reduce((sum, times) => sum + times, 0);
  return { getId: count("GetId"), getCredentials: count("GetCredentialsForIdentity") };
}

/** Endpoints that `createClient` has to be told of, as no host of the local AWS is AWS's own. */
export const endpoints = ({ endpoints: at, region }) => [
  { url: at.cognitoIdentity, service: "cognito-identity" },
  { url: at.sts, service: "sts" },
  { url: at.rest, service: "execute-api", region },
  { url: at.restWithoutCors, service: "execute-api" },
  { url: at.http, service: "execute-api" },
  { url: at.graphql, service: "appsync" },
  { url: at.events, service: "appsync" },
];

/** The user of that name, who can sign in. */
export const userNamed = (config, name) => config.users.find(({ username }) => username === name);

/** A signed-in user's ID token, from the local user pool. */
export const idToken = async (config, user) => (await signIn(config, user)).IdToken;

/** All tokens of a user who signs in with a password. Node resolves no `*.localhost`, so the host is named apart. */
export async function signIn({ endpoints: at, clientId }, { username, password }) {
  const { hostname, port } = new URL(at.cognitoIdp);
  const body = JSON.stringify({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: clientId,
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  const headers = {
    host: `${hostname}:${port}`,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
  };
  const answer = await new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece)).on("end", () => resolve(JSON.parse(text)));
    })
      .on("error", reject)
      .end(body);
  });
  if (!answer.AuthenticationResult) throw new Error(`signing ${username} in: ${JSON.stringify(answer)}`);
  return answer.AuthenticationResult;
}
