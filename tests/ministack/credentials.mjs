// Credentials from ministack's Cognito, asked for by hand so that nothing under test is involved.

import { send } from "./http.mjs";

/** What a visitor gets who has not signed in. */
export async function guestCredentials(config) {
  const { IdentityId } = await cognitoIdentity(config, "GetId", {
    IdentityPoolId: config.identityPoolId,
  });
  return credentialsFor(config, { IdentityId });
}

/** What the user gets after signing in to the user pool. */
export async function userCredentials(config) {
  const Logins = { [config.userPool.provider]: await loginToken(config) };
  const { IdentityId } = await cognitoIdentity(config, "GetId", {
    IdentityPoolId: config.identityPoolId,
    Logins,
  });
  return credentialsFor(config, { IdentityId, Logins });
}

/** The user's ID token, which the identity pool takes as a login. */
export async function loginToken({ services, userPool: { clientId, user } }) {
  const { AuthenticationResult } = await call(
    services["cognito-idp"],
    "AWSCognitoIdentityProviderService.InitiateAuth",
    {
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
    },
  );
  return AuthenticationResult.IdToken;
}

async function credentialsFor(config, input) {
  const { Credentials } = await cognitoIdentity(config, "GetCredentialsForIdentity", input);
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretKey,
    sessionToken: Credentials.SessionToken,
  };
}

function cognitoIdentity({ services }, operation, input) {
  return call(services["cognito-identity"], `AWSCognitoIdentityService.${operation}`, input);
}

async function call(url, target, input) {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": target,
  };
  const answer = await send({
    method: "POST",
    url: `${url}/`,
    headers,
    body: JSON.stringify(input),
  });
  if (answer.status !== 200) throw new Error(`${target} answered ${answer.status}: ${answer.text}`);
  return answer.json();
}
