// Signing in to a Cognito user pool. sigfetch takes login tokens from wherever they come; this is the shortest way to one.

/** Signs in with a password and gives the ID token. */
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
  if (!response.ok) throw new SignInError(answer.message ?? "The user pool refuses.", answer.__type?.split("#").pop());
  if (answer.ChallengeName) {
    throw new SignInError(`The user pool asks for ${answer.ChallengeName}, which this page cannot answer.`);
  }
  return answer.AuthenticationResult.IdToken;
}

/** Why there is no ID token. */
export class SignInError extends Error {
  name = "SignInError";

  constructor(message, serviceError) {
    super(message);
    this.serviceError = serviceError;
  }
}

/** The provider's name, as `logins` takes it, and the user's, as far as the token tells. */
export function readIdToken(token) {
  try {
    const base64 = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    const provider = claims.iss.replace(/^https:\/\//, "");
    return { provider, name: claims["cognito:username"] ?? claims.email ?? claims.sub ?? "User" };
  } catch {
    throw new SignInError("This is not an ID token: it has no issuer that could be read.");
  }
}
