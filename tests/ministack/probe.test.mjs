// Does the judge judge? Requests signed by AWS's own signer, one good and then with one byte changed, for every service the
// browser flow calls. Where ministack is laxer than AWS, a test says so: it fails when that changes, and the README with it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { assertRefused, changeHeader, oneCharacterOff, openJudge } from "./judge.mjs";

const SERVICES = ["API Gateway", "AppSync GraphQL", "AppSync Events", "STS", "DynamoDB", "S3", "SQS"];

let judge, config, guest, user, requests, signedSend;

before(async () => {
  judge = await openJudge();
  ({ config, guest, user, requests, signedSend } = judge);
});

after(() => judge?.stop());

const getEcho = (pathAndQuery, options) =>
  signedSend("execute-api", { url: config.restApi.url + pathAndQuery }, options);

describe("every service", () => {
  for (const name of SERVICES) {
    test(`${name} takes a good request as it was meant`, async () => {
      const { service, request, arrived, expected } = requests[name];
      const answer = await signedSend(service, request);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(arrived(answer), expected);
    });

    test(`${name} refuses one changed byte in signature, signed header and URL`, async () => {
      const { service, request } = requests[name];
      assertRefused(
        await signedSend(service, request, {
          change: changeHeader("authorization"),
        }),
        "another signature",
      );
      assertRefused(
        await signedSend(service, request, {
          change: changeHeader("content-type"),
        }),
        "another content type",
      );
      const query = ({ url }) => ({ url: `${url}?a` });
      assertRefused(await signedSend(service, request, { change: query }), "another query");
    });

    test(`${name} refuses another session's token`, async () => {
      const { service, request } = requests[name];
      const answer = await signedSend(service, request, {
        credentials: { ...guest, sessionToken: user.sessionToken },
      });
      assert.ok([400, 403].includes(answer.status), answer.text);
      assert.match(answer.text, /token/i);
    });
  }

  for (const name of SERVICES.filter((name) => name !== "S3")) {
    test(`${name} refuses one changed byte in the body`, async () => {
      const { service, request } = requests[name];
      assertRefused(
        await signedSend(service, request, {
          change: ({ body }) => ({ body: oneCharacterOff(body) }),
        }),
        "another body",
      );
    });
  }

  test("S3 believes a declared body hash: only the stored bytes tell", async () => {
    const answer = await signedSend(
      "s3",
      { ...requests.S3.request, body: "as signed" },
      { change: () => ({ body: "as sent" }) },
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.etag, `"${createHash("md5").update("as sent").digest("hex")}"`);
  });
});

describe("time", () => {
  const minutesAway = (minutes) => new Date(Date.now() + minutes * 60_000);
  const serverTime = /\((\d{8}T\d{6}Z) [+-] \d+ min\.\)/;

  test("API Gateway and AppSync allow five minutes either way and tell the server's time", async () => {
    assert.equal((await getEcho("/echo", { date: minutesAway(-4) })).status, 200);
    for (const minutes of [-6, 6]) {
      for (const name of ["API Gateway", "AppSync GraphQL"]) {
        const answer = await signedSend(requests[name].service, requests[name].request, { date: minutesAway(minutes) });
        assert.equal(answer.status, 403, answer.text);
        assert.match(answer.text, serverTime);
      }
    }
  });

  test("STS, DynamoDB, S3 and SQS allow fifteen", async () => {
    for (const name of ["STS", "DynamoDB", "S3", "SQS"]) {
      const { service, request } = requests[name];
      assert.equal((await signedSend(service, request, { date: minutesAway(-14) })).status, 200, name);
      assert.notEqual((await signedSend(service, request, { date: minutesAway(-16) })).status, 200, name);
    }
  });
});

describe("roles", () => {
  const addNote = JSON.stringify({
    query: 'mutation { addNote(id: "1", text: "✓") { id text } }',
  });

  test("guests are kept from the reports, users are let in", async () => {
    assert.equal((await getEcho("/reports")).status, 403);
    const answer = await getEcho("/reports", { credentials: user });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.json().caller.userArn, /assumed-role\/notes-user\/CognitoIdentityCredentials$/);
  });

  test("guests may query, users may also mutate", async () => {
    const request = { ...requests["AppSync GraphQL"].request, body: addNote };
    const denied = await signedSend("appsync", request);
    assert.equal(denied.status, 401);
    assert.equal(denied.json().errors[0].message, "Permission denied");
    const allowed = await signedSend("appsync", request, { credentials: user });
    assert.deepEqual(allowed.json(), {
      data: { addNote: { id: "1", text: "✓" } },
    });
  });
});

describe("what ministack lets pass and AWS would not", () => {
  test("a scope for another service on API Gateway", async () => {
    const answer = await signedSend("sts", {
      url: `${config.restApi.url}/echo`,
    });
    assert.equal(answer.status, 200);
  });

  test("an x-amz header that is not signed", async () => {
    const change = ({ headers }) => ({
      headers: { ...headers, "x-amz-meta-note": "1" },
    });
    assert.equal((await getEcho("/echo", { change })).status, 200);
  });

  test("a publish to a channel that the caller's policies do not name", async () => {
    const body = JSON.stringify({ channel: "/announcements/all", events: ['"x"'] });
    const answer = await signedSend("appsync", { ...requests["AppSync Events"].request, body });
    assert.equal(answer.status, 200);
  });
});
