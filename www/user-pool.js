// Sign-in to a Cognito user pool. sigfetch accepts login tokens from any source; this is the shortest way to get one.

/** Signs in with a password and returns the ID token. */
export async function passwordSignIn({ url, clientId, username, password }) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  });
  const answer = await response.json();
  if (!response.ok)
    throw new SignInError(answer.message ?? "The user pool refused the sign-in.", answer.__type?.split("#").pop());
  if (answer.ChallengeName) {
    throw new SignInError(
      `The user pool requires the challenge ${answer.ChallengeName}, which this page does not support.`,
    );
  }
  return answer.AuthenticationResult.IdToken;
}

/** The reason why there is no ID token. */
export class SignInError extends Error {
  name = "SignInError";

  constructor(message, serviceError) {
    super(message);
    this.serviceError = serviceError;
  }
}

/** The name of the provider, as in `logins`, and the name of the user, read from the token. */
export function readIdToken(token) {
  try {
    const base64 = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    const provider = claims.iss.replace(/^https:\/\//, "");
    return { provider, name: claims["cognito:username"] ?? claims.email ?? claims.sub ?? "User" };
  } catch {
    throw new SignInError("This is not an ID token: it has no readable issuer.");
  }
}
