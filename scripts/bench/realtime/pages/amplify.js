// What Amplify's guide asks for, without its sign-in: of that only what an identity pool needs.
import { Amplify } from "aws-amplify";
import { generateClient } from "aws-amplify/api";
import { CognitoAWSCredentialsAndIdentityIdProvider, DefaultIdentityIdStore } from "aws-amplify/auth/cognito";
import { defaultStorage } from "aws-amplify/utils";

const { identityPoolId, cognitoIdentity, region, graphql, query } = globalThis.settings;

// Amplify opens sockets by TLS only; the local AWS has none.
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url.replace(/^wss:/, "ws:"), protocols);
  }
};

Amplify.configure(
  {
    Auth: { Cognito: { identityPoolId, identityPoolEndpoint: cognitoIdentity, allowGuestAccess: true } },
    API: { GraphQL: { endpoint: graphql, region, defaultAuthMode: "iam" } },
  },
  {
    Auth: {
      credentialsProvider: new CognitoAWSCredentialsAndIdentityIdProvider(new DefaultIdentityIdStore(defaultStorage)),
    },
  },
);

generateClient()
  .graphql({ query })
  .subscribe({ next: ({ data }) => globalThis.received(data), error: (error) => console.error(JSON.stringify(error)) });
