// The package in a real browser against a judge that no one here wrote: who the page is, and each service once.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { openPage } from "./page.mjs";

const TEXT = "Grüße ✓ 😀";
const IDENTITY_ID = /^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ROLES = { guest: "notes-guest", user: "notes-user" };

let page, config, as, signedSend;

before(async () => {
  page = await openPage();
  ({ config, as, signedSend } = page);
});

after(() => page?.stop());

const md5 = (text) => createHash("md5").update(text).digest("hex");

/** A key as it has to stand in a URL: RFC 3986, as ministack does not escape it anew. */
const encoded = (key) => encodeURIComponent(key).replace(/[!'()*]/g, (sign) => `%${hex(sign)}`);
const hex = (sign) => sign.charCodeAt(0).toString(16).toUpperCase();

/** A call of a service in its JSON protocol, as `signedFetch` takes it. */
const jsonCall = (service, target, input) => [
  `${config.services[service]}/`,
  {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": target },
    body: JSON.stringify(input),
  },
];

const signedFetch = (who, ...call) => as(who, (aws, call) => aws.signedFetch(...call), call);

describe("who the page is", () => {
  for (const [who, role] of Object.entries(ROLES)) {
    test(`STS knows the ${who} by the role ${role}`, async () => {
      const caller = await as(who, (aws) => aws.whoami());
      assert.equal(caller.account, config.account);
      assert.equal(caller.role, role);
      assert.equal(caller.arn, `arn:aws:sts::${config.account}:assumed-role/${role}/CognitoIdentityCredentials`);
      assert.ok(caller.userId);
    });

    test(`API Gateway tells its function which identity the ${who} is`, async () => {
      const { id, answer } = await as(
        who,
        async (aws, url) => {
          const response = await aws.signedFetch(url);
          return { id: await aws.identityId(), answer: await response.json() };
        },
        `${config.restApi.url}/echo`,
      );
      assert.match(id, IDENTITY_ID);
      assert.equal(answer.caller.identityId, id);
      assert.match(answer.caller.userArn, new RegExp(`:assumed-role/${role}/CognitoIdentityCredentials$`));
    });

    test(`another signer may use the ${who}'s credentials`, async () => {
      const credentials = await as(who, (aws) => aws.credentials());
      assert.ok(credentials.expiration instanceof Date);
      const minutesLeft = (credentials.expiration - Date.now()) / 60_000;
      assert.ok(minutesLeft > 55 && minutesLeft < 61, `${minutesLeft} minutes left`);
      const url = `${config.restApi.url}/echo`;
      const answer = await signedSend("execute-api", { url }, { credentials });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.json().caller.userArn, new RegExp(`/${role}/`));
    });
  }

  test("the same client is a guest first and, after signing in, a user", async () => {
    const work = async (_, provider) => {
      const aws = newClient();
      const before = await aws.whoami();
      aws.setLogins({ [provider]: signIn });
      return [before.role, (await aws.whoami()).role];
    };
    assert.deepEqual(await as("guest", work, config.userPool.provider), [ROLES.guest, ROLES.user]);
  });

  /** The user's ID token with other claims. ministack looks at the claims, not at the token's signature. */
  const tokenWith = async (claims) => {
    const [head, given, signature] = (await as("user", () => signIn())).split(".");
    const changed = JSON.stringify({ ...JSON.parse(Buffer.from(given, "base64url")), ...claims });
    return [head, Buffer.from(changed).toString("base64url"), signature].join(".");
  };
  const refusals = {
    "of another app": [{ aud: "another" }, "LOGIN_REJECTED"],
    "of another user pool": [{ iss: "https://another" }, "LOGIN_REJECTED"],
    "that has expired": [{ exp: 1 }, "LOGIN_EXPIRED"],
  };
  for (const [which, [claims, code]] of Object.entries(refusals)) {
    test(`Cognito refuses a login token ${which}`, async () => {
      const logins = { [config.userPool.provider]: await tokenWith(claims) };
      const identityId = as("user", (_, logins) => newClient(logins).identityId(), logins);
      const refusal = { name: "SigFetchError", code, status: 400, serviceError: "NotAuthorizedException" };
      await assert.rejects(identityId, refusal);
    });
  }
});

describe("API Gateway", () => {
  test("takes a signed POST and the function gets its very bytes", async () => {
    const body = JSON.stringify({ text: TEXT });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    const answer = await signedFetch("guest", `${config.restApi.url}/echo/notes`, init);
    assert.equal(answer.status, 200, answer.text);
    const arrived = answer.json();
    assert.equal(arrived.method, "POST");
    assert.equal(Buffer.from(arrived.body.base64, "base64").toString(), body);
    assert.equal(arrived.headers["Content-Type"] ?? arrived.headers["content-type"], "application/json");
  });

  test("lets the user see the reports and keeps the guest out", async () => {
    const url = `${config.restApi.url}/reports`;
    assert.equal((await signedFetch("user", url)).status, 200);
    // IAM's denials carry no CORS headers, so the page gets what fetch throws.
    await assert.rejects(signedFetch("guest", url), { name: "TypeError" });
  });
});

describe("AppSync", () => {
  const NOTE = { id: "1", text: TEXT };
  const note = {
    query: "query Note($id: ID!, $text: String) { note(id: $id, text: $text) { id text } }",
    variables: NOTE,
  };
  const addNote = {
    query: "mutation Add($id: ID!, $text: String) { addNote(id: $id, text: $text) { id text } }",
    variables: NOTE,
  };
  const graphql = (who, operation) =>
    as(who, (aws, [url, operation]) => aws.graphql(url, operation), [config.graphqlApi.url, operation]);

  test("answers a guest's query", async () => {
    assert.deepEqual(await graphql("guest", note), { data: { note: NOTE } });
  });

  test("runs a user's mutation", async () => {
    assert.deepEqual(await graphql("user", addNote), { data: { addNote: NOTE } });
  });

  test("refuses a guest's mutation", async () => {
    await assert.rejects(graphql("guest", addNote), {
      name: "SigFetchError",
      code: "REFUSED",
      status: 401,
    });
  });
});

describe("DynamoDB", () => {
  const item = { id: { S: TEXT }, text: { S: "a+b %41 / ü" } };
  const getItem = (who) =>
    signedFetch(
      who,
      ...jsonCall("dynamodb", "DynamoDB_20120810.GetItem", { TableName: config.table, Key: { id: item.id } }),
    );
  const putItem = (who) =>
    signedFetch(who, ...jsonCall("dynamodb", "DynamoDB_20120810.PutItem", { TableName: config.table, Item: item }));

  test("keeps a guest's item out, takes a user's and gives it to the guest", async () => {
    await assert.rejects(putItem("guest"), { name: "TypeError" });
    assert.deepEqual((await getItem("guest")).json(), {});
    assert.equal((await putItem("user")).status, 200);
    assert.deepEqual((await getItem("guest")).json(), { Item: item });
  });
});

describe("S3", () => {
  // What a page writes into the URL, and the key with all but unreserved characters escaped.
  const keys = {
    "a space and UTF-8": ["grüße/a b 😀.txt", "gr%C3%BC%C3%9Fe/a%20b%20%F0%9F%98%80.txt"],
    "reserved characters": [encoded("(a+b)!*'@:,;=&$~.txt"), "%28a%2Bb%29%21%2A%27%40%3A%2C%3B%3D%26%24~.txt"],
    "percent, question and number signs": [encoded("100% why? #1.txt"), "100%25%20why%3F%20%231.txt"],
    "two slashes in a row": ["a//b.txt", "a//b.txt"],
  };
  for (const [what, [key, escaped]] of Object.entries(keys)) {
    test(`stores and gives back an object whose key has ${what}`, async () => {
      const url = `${config.bucket.url}/${key}`;
      const body = `${TEXT} ${key}`;
      const stored = await signedFetch("guest", url, {
        method: "PUT",
        headers: { "content-type": "text/plain" },
        body,
      });
      assert.equal(stored.status, 200, stored.text);
      assert.equal(stored.headers.etag, `"${md5(body)}"`);
      const read = await signedFetch("user", url);
      assert.equal(read.status, 200, read.text);
      assert.equal(read.text, body);
      // The key is the one meant, not merely the same in both directions.
      const byAnother = await signedSend("s3", { url: `${config.bucket.url}/${escaped}` });
      assert.equal(byAnother.text, body);
    });
  }
});

describe("SQS", () => {
  test("takes a message", async () => {
    const QueueUrl = config.services.sqs + config.queue.path;
    const call = jsonCall("sqs", "AmazonSQS.SendMessage", { QueueUrl, MessageBody: TEXT });
    const answer = await signedFetch("guest", ...call);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json().MD5OfMessageBody, md5(TEXT));
    assert.ok(answer.json().MessageId);
  });
});
