// The local AWS that `npm start` runs on this machine.
import { passwordSignIn } from "./user-pool.js";

/** The local AWS as an environment; undefined if the server of this page has none. */
export async function findLocalAws() {
  try {
    const { url } = await json("local-aws.json");
    return environment(url, await json(`${url}/_local/config`));
  } catch {
    return undefined;
  }
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}

function environment(url, { region, accountId, identityPoolId, clientId, users, endpoints }) {
  const { cognitoIdentity, cognitoIdp, sts, rest, restWithoutCors, graphql, events } = endpoints;
  const declare = (service, ...urls) => urls.map((url) => ({ url, service, region }));
  return {
    id: "local",
    facts: `${new URL(url).host} acts as account ${accountId} in ${region}. It verifies every signature and evaluates IAM policies.`,
    clientOptions: {
      identityPoolId,
      // The names of AWS hosts identify service and region; these names do not.
      endpoints: [
        ...declare("cognito-identity", cognitoIdentity),
        ...declare("sts", sts),
        ...declare("execute-api", rest, restWithoutCors),
        ...declare("appsync", graphql, events),
      ],
    },
    apis: { rest, restWithoutCors, graphql, events },
    waysToSignIn: ["demo"],
    demoUsers: users.filter(({ confirmed }) => confirmed).map(({ username, roles }) => ({ username, roles })),
    signIn: (username) => {
      const { password } = users.find((user) => user.username === username);
      return passwordSignIn({ url: cognitoIdp, clientId, username, password });
    },
  };
}
