// Amplify's leanest wiring: of its sign-in only what an identity pool needs, and its signer in front of `fetch`.
import { Amplify, defaultStorage, fetchAuthSession } from "@aws-amplify/core";
import { signRequest } from "@aws-amplify/core/internals/aws-client-utils";
import { CognitoAWSCredentialsAndIdentityIdProvider, DefaultIdentityIdStore } from "aws-amplify/auth/cognito";

const { identityPoolId, cognitoIdentity, region, url } = globalThis.settings;

Amplify.configure(
  { Auth: { Cognito: { identityPoolId, identityPoolEndpoint: cognitoIdentity, allowGuestAccess: true } } },
  {
    Auth: {
      credentialsProvider: new CognitoAWSCredentialsAndIdentityIdProvider(new DefaultIdentityIdStore(defaultStorage)),
    },
  },
);

async function signedFetch() {
  const { credentials } = await fetchAuthSession();
  const request = { method: "GET", url: new URL(url), headers: {} };
  const signed = signRequest(request, { credentials, signingRegion: region, signingService: "execute-api" });
  return fetch(signed.url, { method: signed.method, headers: signed.headers });
}

globalThis.finish(signedFetch());
