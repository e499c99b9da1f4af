// The function behind the REST API: it answers with what API Gateway handed it, so that a test can compare
// what arrived with what was sent. Runs inside ministack, on the Node that runs the tests.

import { createHash } from "node:crypto";

const corsHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "x-amzn-RequestId,x-amzn-ErrorType,Date",
};

export async function handler(event) {
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const { cognitoIdentityId, cognitoAuthenticationType, userArn } = event.requestContext.identity;
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json", ...corsHeaders },
    body: JSON.stringify({
      method: event.httpMethod,
      path: event.path,
      query: event.multiValueQueryStringParameters ?? {},
      headers: event.headers,
      body: {
        base64: body.toString("base64"),
        length: body.length,
        sha256: createHash("sha256").update(body).digest("hex"),
      },
      caller: {
        identityId: cognitoIdentityId,
        authentication: cognitoAuthenticationType,
        userArn,
      },
    }),
  };
}
