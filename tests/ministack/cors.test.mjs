// What a page may read of ministack's answers. The browser flow relies on it; browsers themselves are not needed to see it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { send } from "./http.mjs";
import { changeHeader, openJudge, ORIGIN } from "./judge.mjs";

const SIGNED_HEADERS = ["authorization", "content-type", "x-amz-date", "x-amz-security-token"];

let judge, config, requests;

before(async () => {
  judge = await openJudge();
  ({ config, requests } = judge);
});

after(() => judge?.stop());

function sendSigned({ service, request }, { tamper = false } = {}) {
  return judge.signedSend(service, request, {
    change: tamper ? changeHeader("authorization") : undefined,
  });
}

const readable = ({ headers }) => headers["access-control-allow-origin"] === "*";
const exposed = ({ headers }) => (headers["access-control-expose-headers"] ?? "").toLowerCase().split(/\s*,\s*/);

describe("preflight", () => {
  const extra = {
    S3: ["x-amz-content-sha256"],
    DynamoDB: ["x-amz-target"],
    SQS: ["x-amz-target"],
  };
  for (const name of ["API Gateway", "AppSync GraphQL", "AppSync Events", "STS", "DynamoDB", "S3", "SQS"]) {
    test(`${name} lets a page send signed headers`, async () => {
      const { method, url } = requests[name].request;
      const asked = [...SIGNED_HEADERS, ...(extra[name] ?? [])];
      const headers = {
        ...ORIGIN,
        "access-control-request-method": method,
        "access-control-request-headers": asked.join(","),
      };
      const answer = await send({ method: "OPTIONS", url, headers });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(readable(answer));
      const allowed = answer.headers["access-control-allow-headers"].toLowerCase().split(/\s*,\s*/);
      assert.ok(allowed.includes("*") || asked.every((header) => allowed.includes(header)), `allowed: ${allowed}`);
    });
  }

  test("API Gateway lists no other x-amz header", async () => {
    const headers = { ...ORIGIN, "access-control-request-method": "GET" };
    const answer = await send({
      method: "OPTIONS",
      url: `${config.restApi.url}/echo`,
      headers,
    });
    assert.doesNotMatch(answer.headers["access-control-allow-headers"], /x-amz-content-sha256|x-amz-user-agent|\*/i);
  });

  test("API Gateway refuses one for a path it does not have", async () => {
    const headers = { ...ORIGIN, "access-control-request-method": "GET" };
    assert.equal(
      (
        await send({
          method: "OPTIONS",
          url: `${config.restApi.url}/nowhere`,
          headers,
        })
      ).status,
      403,
    );
  });
});

describe("answers", () => {
  for (const name of ["API Gateway", "AppSync GraphQL", "AppSync Events", "STS", "DynamoDB", "S3", "SQS"]) {
    test(`${name} shows success and its Date`, async () => {
      const answer = await sendSigned(requests[name]);
      assert.equal(answer.status, 200, answer.text);
      assert.ok(readable(answer));
      assert.ok(answer.headers.date);
      assert.ok(exposed(answer).includes("date") || exposed(answer).includes("*"));
    });
  }

  for (const name of ["API Gateway", "AppSync GraphQL", "S3"]) {
    test(`${name} shows why it refused`, async () => {
      assert.ok(readable(await sendSigned(requests[name], { tamper: true })));
    });
  }

  for (const name of ["STS", "DynamoDB", "SQS"]) {
    test(`${name} hides a refusal from pages`, async () => {
      const answer = await sendSigned(requests[name], { tamper: true });
      assert.ok([400, 403].includes(answer.status));
      assert.ok(!readable(answer));
    });
  }

  test("API Gateway hides an IAM denial, whatever its gateway responses say", async () => {
    const request = { url: `${config.restApi.url}/reports` };
    const answer = await sendSigned({ service: "execute-api", request });
    assert.equal(answer.headers["x-amzn-errortype"], "AccessDeniedException");
    assert.ok(!readable(answer));
  });

  test("Cognito Identity shows its errors", async () => {
    const headers = {
      ...ORIGIN,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityService.GetId",
    };
    const body = JSON.stringify({
      IdentityPoolId: "us-east-1:00000000-0000-0000-0000-000000000000",
    });
    const answer = await send({
      method: "POST",
      url: `${config.services["cognito-identity"]}/`,
      headers,
      body,
    });
    assert.equal(answer.json().__type, "ResourceNotFoundException");
    assert.ok(readable(answer));
    assert.deepEqual(exposed(answer), ["*"]);
  });
});
